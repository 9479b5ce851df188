// Small helpers that every component uses to build and keep its part of the page.

/**
 * Create an element. Text goes in as text, never as markup.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [properties] DOM properties; `aria-*` and `role` become attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "role" || name.startsWith("aria-")) element.setAttribute(name, String(value));
    else Reflect.set(element, name, value);
  }
  element.append(...children);
  return element;
}

/**
 * @template Data
 * @typedef {object} Component what Streamlit gives a renderer
 * @property {ParentNode} parentElement
 * @property {Data} data
 * @property {(name: string, value: unknown) => void} setStateValue
 */

/**
 * Make a Streamlit renderer out of a view that lives as long as its host is on the page. Streamlit runs the renderer
 * again at each change of data or theme, and may run an overtaken run's clean-up late: only a host that has left the
 * page ends its view. JSON values come in a list of one: see `as_data` in components/web.py.
 * @template {{close(): void}} View
 * @template Data
 * @param {string} selector
 * @param {(host: HTMLElement, component: Component<Data>) => View} create
 * @param {(view: View, component: Component<Data>) => void} update
 */
export function renderer(selector, create, update) {
  /** @type {WeakMap<Element, View>} */
  const views = new WeakMap();
  return (/** @type {Component<Data | [Data]>} */ given) => {
    const data = Array.isArray(given.data) ? given.data[0] : given.data;
    const component = { ...given, data };
    const host = /** @type {HTMLElement} */ (given.parentElement.querySelector(selector));
    let view = views.get(host);
    if (!view) views.set(host, (view = create(host, component)));
    update(view, component);
    return () => {
      if (host.isConnected || !views.delete(host)) return;
      view.close();
    };
  };
}
