// Buttons and small choices of the components, and what a person chose last time.
import { make } from "./elements.js";
import { icon } from "./icons.js";

/**
 * @param {string} text
 * @param {() => void} onclick
 */
export function button(text, onclick) {
  return make("button", { type: "button", className: "hg-button", textContent: text, onclick });
}

/**
 * A button that is only an icon; its label is read out and shown when the pointer rests.
 * @param {Parameters<typeof icon>[0]} name
 * @param {string} label
 * @param {() => void} onclick
 */
export function iconButton(name, label, onclick) {
  const properties = { type: "button", className: "hg-button hg-icon-button", title: label, "aria-label": label, onclick };
  return make("button", properties, icon(name));
}

/**
 * @param {string} text
 * @param {boolean} checked
 * @param {(checked: boolean) => void} onchange
 */
export function checkbox(text, checked, onchange) {
  const box = make("input", { type: "checkbox", checked });
  box.onchange = () => onchange(box.checked);
  return make("label", { className: "hg-check" }, box, text);
}

/**
 * @param {string} label
 * @param {Record<string, string>} options value to text
 * @param {string} value
 * @param {(value: string) => void} onchange
 */
export function choice(label, options, value, onchange) {
  const items = Object.entries(options).map(([key, text]) => make("option", { value: key, textContent: text }));
  const select = make("select", { "aria-label": label }, ...items);
  select.value = value;
  select.onchange = () => onchange(select.value);
  return make("label", { className: "hg-check" }, `${label} `, select);
}

/**
 * What was chosen in this browser, or the default.
 * @template T
 * @param {string} name
 * @param {T} otherwise a value of the type that is kept
 * @returns {T}
 */
export function remembered(name, otherwise) {
  try {
    const kept = JSON.parse(localStorage.getItem(`hourglass:${name}`) ?? "null");
    return typeof kept === typeof otherwise ? kept : otherwise;
  } catch {
    return otherwise; // no storage here, or somebody else's text in it
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(`hourglass:${name}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the choice holds until the page is left.
  }
}
