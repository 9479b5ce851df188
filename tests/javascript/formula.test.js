// What the chips of a formula insert.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chipsOf, insertion } from "../../assets/web/formula/insertion.js";

/** @param {string} marked with the selection in brackets @param {string} before @param {string} [behind] */
function inserted(marked, before, behind = "") {
  const [start, end] = [marked.indexOf("["), marked.indexOf("]") - 1];
  const value = marked.replace(/[[\]]/g, "");
  const { text, caret } = insertion(value, start, end, before, behind);
  const whole = value.slice(0, start) + text + value.slice(end);
  return `${whole.slice(0, caret)}|${whole.slice(caret)}`;
}

test("a tensor takes the place of what is selected", () => {
  assert.equal(inserted("[]", "z_mean"), "z_mean|");
  assert.equal(inserted("2 * [x]", "z_mean"), "2 * z_mean|");
});

test("two words do not become one", () => {
  assert.equal(inserted("mean[]", "x"), "mean x|");
  assert.equal(inserted("[]y", "x"), "x| y");
  assert.equal(inserted("(+[])", "x"), "(+x|)");
});

test("a function goes around what is selected", () => {
  assert.equal(inserted("2 * [x + y]", "exp(", ")"), "2 * exp(x + y|)");
  assert.equal(inserted("[]", "exp(", ")"), "exp(|)");
  assert.equal(inserted("a[]b", "exp(", ")"), "a exp(|)b");
});

test("chips are named by tensors and functions", () => {
  const { named, called } = chipsOf([["z", "(batch, 2)"]], [["clip(value, low, high)", "Bound it."]]);
  assert.deepEqual(named, [{ name: "z", detail: "(batch, 2)", title: "z: (batch, 2)", before: "z", behind: "" }]);
  assert.deepEqual(called, [{ name: "clip", detail: "", title: "clip(value, low, high): Bound it.", before: "clip(", behind: ")" }]);
});
