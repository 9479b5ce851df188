// A chart without Plotly: whose ranges win, how it is arranged, and how numbers arrive.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withArrays } from "../../assets/web/charts/arrays.js";
import { arranged, narrowOf } from "../../assets/web/charts/arrangement.js";
import { Zoom } from "../../assets/web/charts/zoom.js";

/** @param {import("../../assets/web/charts/types.js").Layout} layout @param {string} axis */
const axisOf = (layout, axis) => /** @type {import("../../assets/web/charts/types.js").Axis} */ (layout[axis]);

test("an untouched axis follows the figure, one that was zoomed does not", () => {
  const zoom = new Zoom();
  assert.deepEqual(axisOf(zoom.kept({ uirevision: 1, xaxis: { range: [0, 1] } }), "xaxis").range, [0, 1]);
  assert.ok(zoom.take({ "xaxis.range[0]": 2, "xaxis.range[1]": 3 }));
  assert.ok(zoom.take({ "yaxis2.range": [4, 5] }));
  assert.ok(!zoom.take({ autosize: true, width: 300 }));
  const layout = zoom.kept({ uirevision: 1, xaxis: { range: [0, 9], title: "x" }, yaxis: { range: [0, 9] }, yaxis2: {} });
  assert.deepEqual([axisOf(layout, "xaxis").range, axisOf(layout, "xaxis").autorange], [[2, 3], false]);
  assert.equal(axisOf(layout, "xaxis").title, "x");
  assert.deepEqual([axisOf(layout, "yaxis").range, axisOf(layout, "yaxis2").range], [[0, 9], [4, 5]]);
});

test("a zoom ends when it is reset, and with another uirevision", () => {
  const zoom = new Zoom();
  const figure = { xaxis: { range: [0, 9] } };
  zoom.kept({ ...figure, uirevision: "a" });
  zoom.take({ "xaxis.range": [1, 2] });
  assert.deepEqual(axisOf(zoom.kept({ ...figure, uirevision: "a" }), "xaxis").range, [1, 2]);
  assert.deepEqual(axisOf(zoom.kept({ ...figure, uirevision: "b" }), "xaxis").range, [0, 9]);
  zoom.take({ "xaxis.range": [1, 2] });
  zoom.reset();
  assert.deepEqual(axisOf(zoom.kept({ ...figure, uirevision: "b" }), "xaxis").range, [0, 9]);
});

test("a narrow chart is arranged as its figure says", () => {
  const layout = { xaxis: { domain: [0, 0.5], title: "x" }, meta: { narrow: { below: 600, height: 900, layout: { xaxis: { domain: [0, 1] }, annotations: [1] } } } };
  assert.equal(narrowOf(layout, 600), undefined);
  const narrow = narrowOf(layout, 599);
  assert.equal(narrow?.height, 900);
  const { xaxis, annotations } = arranged(layout, narrow);
  assert.deepEqual([xaxis, annotations], [{ domain: [0, 1], title: "x" }, [1]]);
});

test("numbers arrive as typed arrays, those of several dimensions as they are", () => {
  const bdata = Buffer.from(Float32Array.of(1, 2.5).buffer).toString("base64");
  const { x, z, words } = JSON.parse(JSON.stringify({ x: { dtype: "f4", bdata }, z: { dtype: "f4", bdata, shape: "1, 2" }, words: [1, null] }), withArrays);
  assert.deepEqual(x, Float32Array.of(1, 2.5));
  assert.deepEqual([z.shape, words], ["1, 2", [1, null]]);
});
