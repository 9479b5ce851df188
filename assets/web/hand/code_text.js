// A code as text, and which values may be meant.
import limits from "../shared/limits.json" with { type: "json" };

export const LIMIT = limits.largest_value;

/** What a value may be, in words. */
export function range() {
  const limit = LIMIT.toLocaleString("en");
  return `−${limit} to ${limit}`;
}

/** To be copied: six digits, more than a picture can show. @param {number[]} code */
export function codeText(code) {
  return code.map((value) => String(Number(value.toPrecision(6)))).join(", ");
}

/**
 * @param {string} text numbers with commas, blanks or line ends between, perhaps in brackets
 * @param {number} latent how many there must be
 * @returns {number[]}
 * @throws {RangeError} with a sentence
 */
export function parseCode(text, latent) {
  const parts = text.replace(/[[\](){}]/g, " ").split(/[\s,;]+/).filter(Boolean);
  if (parts.length !== latent) {
    const odd = parts.find((part) => Number.isNaN(Number(part)));
    const numbers = `The text has ${parts.length} number${parts.length === 1 ? "" : "s"}`;
    const given = odd === undefined ? numbers : `“${odd.slice(0, 20)}” is not a number`;
    throw new RangeError(`${given}; this model's code has ${latent}. Separate them with commas or spaces.`);
  }
  return parts.map((part, i) => {
    const value = Number(part);
    if (Number.isFinite(value) && Math.abs(value) <= LIMIT) return value;
    throw new RangeError(`z${i} was ${part.slice(0, 20)}; it takes a number from ${range()}.`);
  });
}
