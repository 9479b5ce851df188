// Codes as text, and the way back through where the hand has been.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMIT, codeText, parseCode } from "../../assets/web/hand/code_text.js";
import { History, same } from "../../assets/web/hand/history.js";

test("a code survives being copied and pasted", () => {
  const code = [0, -1.25, 1e-7, 1234.5, 0.123457];
  assert.deepEqual(parseCode(codeText(code), 5), code);
  assert.equal(codeText([1 / 3]), "0.333333");
});

test("commas, blanks, lines and brackets may stand between", () => {
  for (const text of ["1,2,3", "1 2\n3", "[1; 2, 3]", "np.array".slice(8) + "((1.0,\t2e0, +3))"]) {
    assert.deepEqual(parseCode(text, 3), [1, 2, 3]);
  }
});

test("what is no code says what is wrong", () => {
  assert.throws(() => parseCode("1, 2", 3), /has 2 numbers; this model's code has 3/);
  assert.throws(() => parseCode("1", 3), /has 1 number;/);
  assert.throws(() => parseCode("", 1), /has 0 numbers/);
  assert.throws(() => parseCode("hello", 3), /“hello” is not a number; this model's code has 3/);
  assert.throws(() => parseCode("1, abc", 2), /z1 was abc/);
  assert.throws(() => parseCode("NaN", 1), RangeError);
  assert.throws(() => parseCode(String(10 * LIMIT), 1), RangeError);
});

/** @param {number} value */
const place = (value, classIndex = 0) => /** @type {import("../../assets/web/hand/history.js").Place} */ ({ code: [value], classIndex, chosen: null });

test("undo goes back to where the hand let go, redo forth again", () => {
  const history = new History();
  history.begin(place(0));
  assert.ok(!history.canUndo && !history.canRedo);
  history.commit(place(1));
  history.commit(place(1)); // the hand did not move
  history.commit(place(2));
  assert.deepEqual(history.undo(place(2)), place(1));
  history.settle(place(1));
  assert.deepEqual(history.redo(place(1)), place(2));
  history.settle(place(2));
  assert.deepEqual(history.undo(place(2)), place(1));
  assert.deepEqual(history.undo(place(1)), place(0));
  assert.equal(history.undo(place(0)), undefined);
  history.settle(place(0));
  history.commit(place(5)); // another way: nothing can be redone
  assert.ok(!history.canRedo);
});

test("the same code as another class is a step; where a snapshot carried the hand is not", () => {
  const history = new History();
  history.begin(place(0));
  history.commit(place(0, 3));
  assert.ok(history.canUndo);
  history.begin(place(0));
  history.settle(place(0.1));
  history.commit(place(0.1));
  assert.ok(!history.canUndo);
});

test("200 steps are kept", () => {
  const history = new History();
  history.begin(place(0));
  for (let i = 1; i <= 300; i++) history.commit(place(i));
  let steps = 0;
  for (let here = place(300); history.canUndo; steps++) here = history.undo(here) ?? here;
  assert.equal(steps, 200);
});

test("codes are the same only by all their numbers", () => {
  assert.ok(same([1, 2], [1, 2]));
  assert.ok(!same([1, 2], [1]) && !same([1, 2], [1, 3]));
});
