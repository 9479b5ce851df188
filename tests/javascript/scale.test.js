// What of a plane is in sight: one scale on both axes, every point, the prior's circles.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Plane } from "../../assets/web/map/plane.js";
import { rangesOf } from "../../assets/web/map/scale.js";

/** @typedef {[number, number]} Span */

/** @param {Partial<import("../../assets/web/map/scale.js").Scaled>} given */
const seen = (given) => rangesOf({ ranges: null, spans: [[-1, 1], [-1, 1]], prior: null, equal: true, size: [400, 400], ...given });

test("a unit is as long on both axes, whatever the points and the size; all of them are in sight", () => {
  /** @type {[Span, Span][]} */
  const all = [[[-3, 3], [-0.02, 0.03]], [[-0.1, 0.2], [5, 90]], [[0, 1], [0, 1]]];
  for (const spans of all) {
    for (const size of /** @type {[number, number][]} */ ([[400, 400], [375, 451], [900, 300]])) {
      const [x, y] = seen({ spans, size });
      assert.ok(Math.abs((x[1] - x[0]) / size[0] / ((y[1] - y[0]) / size[1]) - 1) < 1e-9);
      spans.forEach(([low, high], k) => assert.ok([x, y][k][0] < low && [x, y][k][1] > high));
    }
  }
});

test("each axis fills the map where it is to, and the prior's circles are in sight in any case", () => {
  const [x, y] = seen({ spans: [[-1, 3], [-0.01, 0.01]], prior: [0, 1], equal: false });
  [x[0], x[1], y[0], y[1]].forEach((end, i) => assert.ok(Math.abs(end - [-2.1, 3.24, -1.1, 3.1][i]) < 1e-9));
});

test("ranges that a training keeps steady are only widened to one scale", () => {
  assert.deepEqual(seen({ ranges: [[-4, 4], [-1, 1]], prior: [0, 0] }), [[-4, 4], [-4, 4]]);
  assert.deepEqual(seen({ ranges: [[-4, 4], [-1, 1]], equal: false }), [[-4, 4], [-1, 1]]);
});

test("a plane that has no size yet shows its points", () => {
  assert.deepEqual(seen({ size: [0, 0], spans: [[0, 0], [0, 0]] }), [[0, 0], [0, 0]]);
});

test("the middle of the prior lies where the plane has the code of zeros", () => {
  const plane = new Plane(Float32Array.of(0.6, 0.8, 0, 0, 0, 1), Float32Array.of(1, 2, -3));
  plane.origin.forEach((value, k) => assert.ok(Math.abs(value - [-2.2, 3][k]) < 1e-6));
});
