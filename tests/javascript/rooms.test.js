// Who imports whom in assets/web: a component stands on top, its parts in a folder of its name, and no circle is closed.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../../assets/web", import.meta.url));
const FILES = readdirSync(WEB, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
const IMPORT = /(?:from\s+|import\s+|import\()"(\.[^"]+)"/g; // those in types too

/** @param {string} file */
const read = (file) => readFileSync(join(WEB, file), "utf8");

/** A component and its folder are one room. @param {string} file */
const roomOf = (file) => file.split(sep)[0].replace(/\.js$/, "");

/** @returns {Map<string, Set<string>>} for each room those that it imports */
function arrows() {
  const found = new Map(FILES.map((file) => [roomOf(file), new Set()]));
  for (const file of FILES) {
    for (const [, target] of read(file).matchAll(IMPORT)) {
      const room = roomOf(normalize(join(dirname(file), target)));
      if (room !== roomOf(file)) found.get(roomOf(file))?.add(room);
    }
  }
  return found;
}

test("no circle between rooms", () => {
  const left = arrows();
  for (let free = true; free; ) {
    free = false;
    for (const [room, targets] of left) {
      if ([...targets].some((target) => left.has(target))) continue;
      left.delete(room);
      free = true;
    }
  }
  assert.deepEqual(Object.fromEntries([...left].map(([room, targets]) => [room, [...targets].filter((one) => left.has(one))])), {});
});

test("what all share knows nobody, and nobody imports a component", () => {
  const found = arrows();
  assert.deepEqual([...(found.get("shared") ?? ["missing"])], []);
  for (const file of FILES.filter((name) => !name.includes(sep))) {
    for (const [room, targets] of found) assert.ok(!targets.has(roomOf(file)), `${room} imports ${file}`);
  }
});

test("nobody reads Plotly's private fields", () => {
  for (const file of FILES) assert.doesNotMatch(read(file), /\._full|_fullLayout|_fullData/, file);
});

test("types are real", () => {
  for (const file of FILES) {
    const loose = read(file).match(/@type \{any\}|[{<|,(\s]any[}>|)[\]]|@ts-ignore|@ts-nocheck/g) ?? [];
    assert.deepEqual(loose, [], file);
  }
});

test("neither do the browser tests", () => {
  const tests = fileURLToPath(new URL("..", import.meta.url));
  const files = readdirSync(tests, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".py"));
  assert.ok(files.length > 50);
  for (const file of files) assert.doesNotMatch(readFileSync(join(tests, file), "utf8"), /_fullLayout|_fullData/, file);
});
