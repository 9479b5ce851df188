// A figure may say how it is arranged where it is narrow: its maker does not know how wide its chart is.

/** @typedef {{below: number, height: number, layout: Record<string, any>}} Narrow in pixels; what is other in the layout */

/** @param {any} layout @param {number} width @returns {Narrow | undefined} what holds at that width */
export function narrowOf(layout, width) {
  const narrow = layout.meta?.narrow;
  return narrow && width < narrow.below ? narrow : undefined;
}

/** @param {any} layout @param {Narrow | undefined} narrow @returns {any} each axis with what it has besides */
export function arranged(layout, narrow) {
  const other = Object.entries(narrow?.layout ?? {}).map(([name, value]) => [
    name,
    Array.isArray(value) ? value : { ...layout[name], ...value },
  ]);
  return { ...layout, ...Object.fromEntries(other) };
}
