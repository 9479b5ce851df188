// Numbers as text.
import assert from "node:assert/strict";
import { test } from "node:test";

import { inField } from "../../assets/web/shared/digits.js";

test("any value of a code fits into a field of eight letters, which can read it", () => {
  const told = [0, -0.004, -0.006, -0.949, 2, -99.99, 123.456, -9999.4, 123456.7, 1.23e8, -1.23e8, -4.5e12, 3.4e38].map(inField);
  assert.deepEqual(told, [
    "0.00", "0.00", "-0.01", "-0.95", "2.00", "-99.99", "123.5", "-9999", "123457", "1.2e+8", "-1.2e+8", "-4.5e+12", "3.4e+38",
  ]);
  for (const text of told) assert.ok(text.length <= 8 && Number.isFinite(Number(text)), text);
});
