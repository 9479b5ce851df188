// Numbers as text, and text.

/** @param {number | null | undefined} value four digits, which is what a moving number can be read to */
export function inDigits(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-3) return value.toExponential(2).replaceAll("-", "−");
  const most = size >= 1000 ? 0 : 3 - Math.floor(Math.log10(size));
  return value.toLocaleString("en", { minimumFractionDigits: most, maximumFractionDigits: most }).replace("-", "−");
}

/**
 * A value in a field of eight letters: two decimals where there is room for them. The field takes it as a number.
 * @param {number} value
 */
export function inField(value) {
  const size = Math.abs(value);
  if (size < 0.005) return "0.00"; // a small negative one is no minus zero
  if (size < 100) return value.toFixed(2);
  if (size < 1e6) return value.toFixed(size < 1000 ? 1 : 0);
  return value.toExponential(1);
}

/** @param {number | null | undefined} weight */
export const asWeight = (weight) => (typeof weight === "number" ? String(Number(weight.toPrecision(3))) : "–");

/** @param {string} text */
export const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {number} ms as this browser's clock has measured it: some go in steps of 1 ms, and more */
export function milliseconds(ms) {
  const least = ms < 0.05 ? Math.max(0.1, clockStep()) : 0;
  return least ? `under ${+least.toFixed(1)} ms` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** @type {number | undefined} */ let step;

/** The step of this browser's clock, in milliseconds. */
function clockStep() {
  if (step === undefined) {
    const next = (/** @type {number} */ since) => {
      let now = since;
      while (now === since) now = performance.now();
      return now;
    };
    const begun = next(performance.now()); // not in the middle of a step
    step = next(begun) - begun;
  }
  return step;
}
