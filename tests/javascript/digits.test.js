// Numbers as text.
import assert from "node:assert/strict";
import { test } from "node:test";

import { inField, milliseconds } from "../../assets/web/shared/digits.js";

test("any value of a code fits into a field of eight letters, which can read it", () => {
  const told = [0, -0.004, -0.006, -0.949, 2, -99.99, 123.456, -9999.4, 123456.7, 1.23e8, -1.23e8, -4.5e12, 3.4e38].map(inField);
  assert.deepEqual(told, [
    "0.00", "0.00", "-0.01", "-0.95", "2.00", "-99.99", "123.5", "-9999", "123457", "1.2e+8", "-1.2e+8", "-4.5e+12", "3.4e+38",
  ]);
  for (const text of told) assert.ok(text.length <= 8 && Number.isFinite(Number(text)), text);
});

test("what is shorter than a step of the clock took less than that, not 0.0 ms", (given) => {
  let asked = 0;
  given.mock.method(performance, "now", () => 5 + Math.floor(asked++ / 3)); // in steps of 1 ms, as in Firefox
  assert.deepEqual([0, 1, 9.96, 16.7].map(milliseconds), ["under 1 ms", "1.0 ms", "10.0 ms", "17 ms"]);
});
