// A colour for each class: the theme's while they suffice, then as many as are needed, as far apart as can be.

const GOLDEN = 137.508; // degrees: steps of it fall into the widest gap of a circle
const LIGHTNESS = { light: [0.48, 0.66, 0.57], dark: [0.82, 0.64, 0.73] }; // OKLCH, on surfaces of either kind
const CHROMA = [0.16, 0.13, 0.19];

/**
 * @param {number} count of classes
 * @param {import("../shared/theme.js").Theme} theme
 * @returns {string[]} `#rrggbb` for each
 */
export function classColours(count, { palette, surface }) {
  if (count <= palette.length) return palette.slice(0, count);
  const levels = LIGHTNESS[isDark(surface) ? "dark" : "light"];
  return Array.from({ length: count }, (_, i) => hex(levels[i % levels.length], CHROMA[i % CHROMA.length], (i * GOLDEN) % 360));
}

/** @param {string} colour `#rrggbb` */
function isDark(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
}

/**
 * Ottosson 2020, "A perceptual color space for image processing".
 * @param {number} lightness 0 to 1
 * @param {number} chroma
 * @param {number} hue in degrees
 */
function hex(lightness, chroma, hue) {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${linear.map((value) => byte(value).toString(16).padStart(2, "0")).join("")}`;
}

/** A linear share as sRGB, 0 to 255. @param {number} value */
function byte(value) {
  const inside = Math.min(1, Math.max(0, value));
  const curved = inside <= 0.0031308 ? 12.92 * inside : 1.055 * inside ** (1 / 2.4) - 0.055;
  return Math.round(255 * curved);
}
