// The map without a page: planes, nearest points, selections, density.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Hand } from "../../assets/web/hand/hand.js";
import { density } from "../../assets/web/map/density.js";
import { Places } from "../../assets/web/map/places.js";
import { Plane } from "../../assets/web/map/plane.js";
import { Scatter } from "../../assets/web/map/scatter.js";

const HALF = Math.SQRT1_2;
const plane = new Plane(Float32Array.of(HALF, HALF, 0, 0, 0, 1), Float32Array.of(1, 0, 0));

test("a plane gives a code back exactly, and leaves alone what is not in it", () => {
  const code = [2, -1, 0.5];
  const moved = plane.at(code, [3, -2]);
  plane.project(moved).forEach((value, k) => assert.ok(Math.abs(value - [3, -2][k]) < 1e-6));
  assert.ok(Math.abs(moved[0] - moved[1] - (code[0] - code[1])) < 1e-6); // along (1, -1, 0), which is not in the plane
  const back = plane.at(moved, plane.project(code));
  back.forEach((value, i) => assert.ok(Math.abs(value - code[i]) < 1e-6));
});

test("a posterior's shadow in the plane", () => {
  const { xx, xy, yy } = plane.covariance([Math.log(4), Math.log(2), Math.log(9)]);
  assert.ok(Math.abs(xx - 3) < 1e-6 && Math.abs(xy) < 1e-6 && Math.abs(yy - 9) < 1e-6);
});

test("planes are equal by their numbers; one with no axes has no way back", () => {
  assert.ok(plane.equals(new Plane(Float32Array.of(HALF, HALF, 0, 0, 0, 1), Float32Array.of(1, 0, 0))));
  assert.ok(!plane.equals(new Plane(Float32Array.of(HALF, HALF, 0), Float32Array.of(1, 0, 0))));
  assert.ok(!plane.equals(new Plane(Float32Array.of(HALF, HALF, 0, 0, 0, 1), Float32Array.of(1, 0, 1))));
  assert.ok(!new Plane(new Float32Array(0), new Float32Array(0)).invertible);
});

/** @type {[number, number][]} */
const SPANS = [[-2, 2], [0, 10]];
const COUNT = 500;

function somePoints() {
  const packed = Uint16Array.from({ length: 2 * COUNT }, (_, i) => (i * 40_503 + 977 * (i % 13)) % 65_536);
  return new Scatter(packed, SPANS, Uint16Array.from({ length: COUNT }, (_, i) => i % 3));
}

test("coordinates are unpacked over their whole span", () => {
  const scatter = new Scatter(Uint16Array.of(0, 65_535, 65_535, 0), SPANS, Uint16Array.of(0, 1));
  assert.deepEqual([...scatter.x, ...scatter.y], [-2, 2, 10, 0]);
});

test("the nearest point is the one that a search of all finds", () => {
  const scatter = somePoints();
  for (const shown of [() => true, (/** @type {number} */ label) => label !== 1]) {
    for (let trial = 0; trial < 200; trial++) {
      const [x, y] = [-2.5 + (trial % 20) / 4, -1 + Math.floor(trial / 20) * 1.2];
      let [best, least] = [-1, 1];
      for (let i = 0; i < COUNT; i++) {
        const distance = ((scatter.x[i] - x) / 0.2) ** 2 + ((scatter.y[i] - y) / 0.6) ** 2;
        if (distance < least && shown(scatter.labels[i])) [best, least] = [i, distance];
      }
      assert.equal(scatter.nearest(x, y, 0.2, 0.6, shown), best);
    }
  }
});

test("a polygon takes the points inside it, also where it is not convex", () => {
  const scatter = new Scatter(Uint16Array.of(0, 32_768, 65_535, 32_768, 0, 32_768, 0, 65_535), SPANS, new Uint16Array(4));
  // A V: the middle of the plane is in its notch's foot, the corners above it are not.
  assert.deepEqual([...scatter.inside([[-3, -1], [3, -1], [3, 6], [0, 4], [-3, 6]])], [1, 0, 1, 0]);
});

test("counts by class, of all and of the selected", () => {
  const scatter = new Scatter(new Uint16Array(6), SPANS, Uint16Array.of(0, 2, 2));
  const none = { all: 0, selected: 0 };
  assert.deepEqual(scatter.counts(Uint8Array.of(1, 0, 1), 3), [{ all: 1, selected: 1 }, none, { all: 2, selected: 1 }]);
  assert.deepEqual(scatter.counts(null, 2 + 1)[2], { all: 2, selected: 0 });
});

test("density is high where the points are, and clear where there are none", () => {
  const packed = new Uint16Array(400).fill(6_554, 0, 200).fill(58_982, 200); // left, and high up
  packed[0] = 65_535;
  packed[200] = 0; // one point far from the others
  const { pixels, side, spans } = density(new Scatter(packed, SPANS, new Uint16Array(200)), ["#000000", "#808080", "#ffffff"]);
  spans.flat().forEach((edge, i) => assert.ok(Math.abs(edge - [-2.4, 2.4, -1, 11][i]) < 1e-9));
  const at = (/** @type {number} */ x, /** @type {number} */ y) => {
    const column = Math.floor(((x + 2.4) / 4.8) * side);
    return [...pixels.subarray(4 * (Math.floor(((11 - y) / 12) * side) * side + column)).subarray(0, 4)];
  };
  assert.deepEqual(at(-1.6, 9), [255, 255, 255, 255]);
  assert.equal(at(0, 5)[3], 0);
  assert.ok(at(2, 0)[3] > 0 && at(2, 0)[0] === 0);
});

test("a click takes the hand along the plane, and one outside leaves it where it is", () => {
  /** @type {unknown[][]} */
  const moves = [];
  const hand = { code: [1, 0, 0], chosen: null, move: (/** @type {unknown[]} */ ...given) => moves.push(given) };
  const shown = { header: { of: "probe" }, scatter: new Scatter(new Uint16Array(0), SPANS, new Uint16Array(0)), plane };
  const places = new Places(/** @type {any} */ ({ unit: [0.01, 0.01] }), /** @type {any} */ (hand), new Set(), /** @type {any} */ (shown));
  places.click(null);
  assert.deepEqual(moves, []);
  places.click([HALF, 0]);
  assert.deepEqual([moves.length, moves[0][1]], [1, true]);
  assert.ok(Math.abs(/** @type {number[]} */ (moves[0][0])[0] - 1.5) < 1e-6);
  places.moveTo(null, false); // dragged outside
  assert.equal(moves.length, 1);
  places.moveTo(null, true);
  assert.deepEqual(moves[1], [hand.code, true, null]);
  hand.code = [0, 0]; // of another model
  assert.equal(places.ofCode, null);
});

/** A map of two points, far apart, whose codes come when a test lets them, by the row. */
function slowPoints() {
  const hand = new Hand();
  hand.begin([0, 0, 0], 0);
  const shown = { header: { of: "probe", model: "m" }, scatter: new Scatter(Uint16Array.of(0, 65_535, 0, 65_535), SPANS, Uint16Array.of(0, 0)), plane };
  const places = new Places(/** @type {any} */ ({ unit: [0.01, 0.01] }), hand, new Set(), /** @type {any} */ (shown));
  /** @type {((code: number) => Promise<void>)[]} */
  const arrive = [];
  places.point = (row) =>
    new Promise((resolve) => {
      arrive[row] = async (code) => {
        resolve(/** @type {any} */ ({ mean: [code, code, code], classIndex: 0, row, of: "probe" }));
        await new Promise((next) => setImmediate(next));
      };
    });
  return { hand, places, arrive };
}

test("a point that comes after the hand went elsewhere does not take it back", async () => {
  const { hand, places, arrive } = slowPoints();
  places.click([-2, 0]);
  hand.set(0, 0.25, true);
  await arrive[0](1);
  assert.deepEqual(hand.code, [0.25, 0, 0]);
});

test("of two points the one that was clicked last is the one, in whatever order they come", async () => {
  for (const order of [[0, 1], [1, 0]]) {
    const { hand, places, arrive } = slowPoints();
    places.click([-2, 0]);
    places.click([2, 10]);
    for (const row of order) await arrive[row](row + 1);
    assert.deepEqual(hand.code, [2, 2, 2]);
  }
});

test("a point that comes while the hand goes along with its image is still the one", async () => {
  const { hand, places, arrive } = slowPoints();
  hand.note(/** @type {any} */ ({ mean: [0, 0, 0], row: 1, of: "probe" }));
  places.click([-2, 0]);
  hand.carry(/** @type {any} */ ({ mean: [0.1, 0.1, 0.1], row: 1, of: "probe" }));
  await arrive[0](1);
  assert.deepEqual(hand.code, [1, 1, 1]);
});
