// A figure may say how it is arranged where it is narrow: its maker does not know how wide its chart is.

/**
 * @typedef {import("./types.js").Layout} Layout
 * @typedef {import("./types.js").Narrow} Narrow
 */

/** @param {Layout} layout @param {number} width @returns {Narrow | undefined} what holds at that width */
export function narrowOf(layout, width) {
  const narrow = layout.meta?.narrow;
  return narrow && width < narrow.below ? narrow : undefined;
}

/** @param {Layout} layout @param {Narrow | undefined} narrow @returns {Layout} each axis with what it has besides */
export function arranged(layout, narrow) {
  const other = Object.entries(narrow?.layout ?? {}).map(([name, value]) => [
    name,
    Array.isArray(value) ? value : { .../** @type {object | undefined} */ (layout[name]), ...value },
  ]);
  return { ...layout, ...Object.fromEntries(other) };
}
