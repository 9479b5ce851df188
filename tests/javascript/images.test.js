// The choice of images without a page: the next of a class, a number, and a hand that goes elsewhere meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Hand } from "../../assets/web/hand/hand.js";
import { ANY, Images } from "../../assets/web/hand/images.js";
import { farness } from "../../assets/web/map/keyboard.js";

const LABELS = [7, 2, 1, 0, 4, 1, 4];

/** Images whose points come at once, as rows of themselves. */
function some() {
  const hand = new Hand();
  hand.begin([0, 0], 0);
  const images = new Images(hand);
  images.have({ model: "m", version: "", of: "probe", labels: LABELS, classes: [..."0123456789"], tests: true, say: () => {} });
  /** @type {number[]} */
  const asked = [];
  images.go = (row) => {
    asked.push(row);
    if (images.filter !== ANY && LABELS[row] !== images.filter) images.filter = ANY;
    hand.note(/** @type {any} */ ({ row, of: "probe", mean: [0, 0] }));
  };
  return { hand, images, asked };
}

test("the next image and the one before, around the ends", () => {
  const { images, asked } = some();
  for (const direction of /** @type {(1 | -1)[]} */ ([1, 1, -1, -1, -1, 1])) images.step(direction);
  assert.deepEqual(asked, [1, 2, 1, 0, 6, 0]);
});

test("of one class only its images, and one that is there already is left", () => {
  const { images, asked } = some();
  images.only(1);
  images.step(1);
  images.step(1);
  images.step(-1);
  images.only(1);
  images.only(4);
  assert.deepEqual(asked, [2, 5, 2, 5, 6]);
});

test("other images end the choice of a class; the same ones keep it", () => {
  const { images } = some();
  images.only(1);
  images.have({ ...(/** @type {import("../../assets/web/hand/images.js").Offer} */ (images.offer)), version: "2" });
  assert.equal(images.filter, 1);
  images.have({ ...(/** @type {import("../../assets/web/hand/images.js").Offer} */ (images.offer)), of: "all" });
  assert.equal(images.filter, ANY);
});

test("a key that is held shows what comes, and ends on the last", async () => {
  const { hand, images } = some();
  /** @type {((value: any) => void)[]} */
  const arrive = [];
  const point = (/** @type {number} */ at) => ({ mean: [at, at], classIndex: 0, row: at, of: "probe" });
  const takes = [1, 2, 3].map(() => images.take(new Promise((resolve) => arrive.push(resolve)), () => true, () => {}));
  arrive[0](point(1));
  await takes[0];
  assert.deepEqual(hand.code, [1, 1]);
  arrive[2](point(3));
  await takes[2];
  arrive[1](point(2));
  await takes[1];
  assert.deepEqual(hand.code, [3, 3]);
});

test("a point in a direction is nearer than one aside, and one behind is none", () => {
  assert.equal(farness(3, 4, null), 5);
  assert.ok(farness(10, 0, [1, 0]) < farness(8, 4, [1, 0]));
  for (const [dx, dy] of [[-5, 0], [3, 4], [0, 0]]) assert.equal(farness(dx, dy, [1, 0]), Infinity);
  assert.equal(farness(0, -6, [0, -1]), 6);
});
