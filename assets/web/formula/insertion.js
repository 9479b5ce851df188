// What a chip inserts at the caret of a formula.

const WORD = /\w/;

/**
 * @typedef {object} Insertion
 * @property {string} text to put in place of the selection
 * @property {number} caret where the caret stands afterwards
 */

/**
 * Put text at the caret, around what is selected. A blank keeps two words from becoming one.
 * @param {string} value of the field
 * @param {number} start of the selection
 * @param {number} end
 * @param {string} before up to the caret
 * @param {string} behind after the caret; where it is empty, the text replaces the selection
 * @returns {Insertion}
 */
export function insertion(value, start, end, before, behind) {
  const inner = behind ? value.slice(start, end) : "";
  const apart = WORD.test(value[start - 1] ?? "") ? " " : "";
  const next = !behind && WORD.test(value[end] ?? "") ? " " : "";
  return { text: apart + before + inner + behind + next, caret: start + apart.length + before.length + inner.length };
}

/**
 * The chips of a formula's tensors and functions.
 * @param {[name: string, shape: string][]} tensors
 * @param {[usage: string, summary: string][]} functions a usage such as `clip(value, low, high)`
 */
export function chipsOf(tensors, functions) {
  const named = tensors.map(([name, shape]) => ({ name, detail: shape, title: `${name}: ${shape}`, before: name, behind: "" }));
  const called = functions.map(([usage, summary]) => {
    const name = usage.split("(")[0];
    return { name, detail: "", title: `${usage}: ${summary}`, before: `${name}(`, behind: ")" };
  });
  return { named, called };
}
