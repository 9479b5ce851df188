// The colours of classes: the theme's for a few, others for many.
import assert from "node:assert/strict";
import { test } from "node:test";
import { classColours } from "../../assets/web/map/colours.js";

const PALETTE = Array.from({ length: 10 }, (_, i) => `#0000${(i * 20).toString(16).padStart(2, "0")}`);

/** @param {string} surface */
const theme = (surface) => /** @type {import("../../assets/web/shared/theme.js").Theme} */ (
  /** @type {unknown} */ ({ palette: PALETTE, surface })
);
/** @param {string} colour */
const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
/** @param {string} one @param {string} other */
const distance = (one, other) => Math.hypot(...channels(one).map((value, i) => value - channels(other)[i]));

test("a few classes have the theme's colours", () => {
  assert.deepEqual(classColours(3, theme("#ffffff")), PALETTE.slice(0, 3));
  assert.deepEqual(classColours(10, theme("#ffffff")), PALETTE);
});

test("many classes have each a colour of their own, far from their neighbours' and from the surface", () => {
  for (const surface of ["#ffffff", "#14191c"]) {
    for (const count of [11, 70, 300]) {
      const colours = classColours(count, theme(surface));
      assert.ok(new Set(colours).size >= 0.99 * count);
      for (const [i, colour] of colours.entries()) {
        assert.match(colour, /^#[0-9a-f]{6}$/);
        assert.ok(distance(colour, surface) > 90, `${colour} on ${surface}`);
        if (i) assert.ok(distance(colour, colours[i - 1]) > 60, `${colour} beside ${colours[i - 1]}`);
      }
    }
  }
});
