// How Streamlit's components become views that stay: made once, given each newer data, and ended with their host.
import { unpack } from "./container.js";
import { follow, unfollow } from "./feed.js";

/**
 * @template Data
 * @typedef {object} Component what Streamlit gives a renderer
 * @property {ParentNode} parentElement
 * @property {Data} data
 * @property {(name: string, value: unknown) => void} setStateValue
 * @property {(name: string, value: unknown) => void} setTriggerValue for one run of the page
 */

/**
 * Make a Streamlit renderer out of a view that lives as long as its host is on the page. Streamlit runs the renderer
 * again at each change of data or theme, and may run an overtaken run's clean-up late: only a host that has left the
 * page ends its view. A part that is `live` gets its newest data from the feed, and never goes back to what it was
 * mounted with.
 * @template {{close(): void}} View
 * @template Data
 * @param {string} selector
 * @param {(host: HTMLElement, component: Component<Data>) => View} create
 * @param {(view: View, component: Component<Data>) => void} update
 */
export function renderer(selector, create, update) {
  /** @typedef {import("./feed.js").Follower} Follower */
  /** @type {WeakMap<Element, {view: View, follower: Follower | null}>} */
  const seats = new WeakMap();
  return (/** @type {Component<unknown>} */ given) => {
    const { live, ...mounted } = dataOf(given.data);
    const component = { ...given, data: /** @type {Data} */ (mounted) };
    const host = /** @type {HTMLElement} */ (given.parentElement.querySelector(selector));
    let seat = seats.get(host);
    if (!seat) seats.set(host, (seat = { view: create(host, component), follower: null }));
    const { view } = seat;
    seat.follower = follow(seat.follower, live, (data) => update(view, { ...component, data: /** @type {Data} */ (data) }));
    const news = seat.follower?.news;
    update(view, live && news && news.at > live.at ? { ...component, data: /** @type {Data} */ (news.data) } : component);
    return () => {
      if (host.isConnected || !seats.delete(host)) return;
      unfollow(seat.follower);
      view.close();
    };
  };
}

/**
 * What Python's `Component` holds: its JSON values, in a list of one (see `as_data` in components/web.py) or as the header of
 * packed ones, which become `arrays`.
 * @param {unknown} data
 * @returns {{live?: import("./feed.js").Live, arrays?: import("./container.js").Tensors}}
 */
function dataOf(data) {
  if (!(data instanceof Uint8Array)) return Array.isArray(data) ? data[0] : /** @type {object} */ (data);
  const { header, tensors } = unpack(data);
  return { .../** @type {object} */ (header), arrays: tensors };
}
