// The history of the browser: an entry a page, and none for the page that Back has just left.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const SCRIPT = readFileSync(new URL("../../assets/web/address.js", import.meta.url), "utf8");

/** A window with a history that notes what is done to it. */
function browser() {
  const done = /** @type {string[]} */ ([]);
  const location = new URL("http://127.0.0.1/train");
  const listeners = /** @type {Record<string, () => void>} */ ({});
  const go = (/** @type {string} */ kind) => (/** @type {unknown} */ _, /** @type {string} */ __, /** @type {string} */ url) => {
    done.push(`${kind} ${url}`);
    location.href = new URL(url, location.href).href;
  };
  const history = { pushState: go("push"), replaceState: go("replace") };
  const window = {
    history,
    location,
    addEventListener: (/** @type {string} */ kind, /** @type {() => void} */ call) => (listeners[kind] = call),
  };
  new Function("window", SCRIPT)(window);
  const back = (/** @type {string} */ url) => {
    location.href = new URL(url, location.href).href;
    listeners.popstate();
  };
  const write = (/** @type {string} */ url) => history.pushState({}, "", url);
  return { done, back, write, act: () => listeners.pointerdown() };
}

test("a change of the address on one page adds no entry, another page adds one", () => {
  const { done, write } = browser();
  for (const url of ["/train?variant=gan", "/losses", "/losses?view=step"]) write(url);
  assert.deepEqual(done, ["replace /train?variant=gan", "push /losses", "replace /losses?view=step"]);
});

test("late messages about the page that Back left add no entry, a link does", () => {
  const { done, write, back, act } = browser();
  back("/losses?view=wirings");
  for (const url of ["/losses?variant=gan", "/train?variant=gan", "/losses?view=wirings"]) write(url);
  assert.deepEqual(done, ["replace /losses?variant=gan", "replace /losses?view=wirings"]);
  act();
  write("/train");
  assert.equal(done.at(-1), "push /train");
});
