// The feed of a run's page: what it asks, what it hands on, and when it stops.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { follow, unfollow } from "../../assets/web/shared/feed.js";
import { packed, pass } from "./packed.js";

/** @type {Record<string, string>[]} */ let asked = [];
/** @type {object | null} */ let answer = null;
let silent = false; // whether the server neither answers nor refuses

beforeEach(() => {
  asked = [];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  silent = false;
  Object.assign(globalThis, {
    document: { hidden: false },
    fetch: async (/** @type {URL} */ url, /** @type {{signal?: AbortSignal}} */ { signal } = {}) => {
      asked.push(Object.fromEntries(url.searchParams));
      if (silent) await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      return answer ? { ok: true, arrayBuffer: async () => packed(/** @type {object} */ (answer)).buffer } : { ok: false };
    },
  });
});

const live = (/** @type {string} */ run, /** @type {string} */ part, own = {}) => ({ run, part, at: 1, asked: own });

test("all parts of a run are asked for at once, and each gets its own", async () => {
  answer = { at: 2, version: "v1", pace: 0.4, parts: { curves: { figure: "a" }, progress: { share: 0.5 } } };
  const seen = /** @type {object[]} */ ([]);
  const curves = follow(null, live("one", "curves", { log: "1" }), (data) => seen.push(data));
  const progress = follow(null, live("one", "progress", { drawn: "d" }), (data) => seen.push(data));
  await pass(400);
  assert.equal(asked.length, 1);
  const { tab, ...question } = asked[0];
  assert.match(tab, /^\d+-\d+$/);
  assert.deepEqual(question, { run: "one", parts: "curves,progress", log: "1", drawn: "d", after: "" });
  assert.deepEqual(seen, [{ figure: "a", arrays: {} }, { share: 0.5, arrays: {} }]);
  assert.equal(curves?.news?.at, 2);
  await pass(400);
  assert.equal(asked[1].after, "v1");
  unfollow(curves);
  await pass(400);
  assert.deepEqual([asked[2].parts, asked[2].after], ["progress", ""], "another question has no answer yet");
  unfollow(progress);
  await pass(400);
  await pass(400);
  assert.equal(asked.length, 3);
});

test("a part that asks for the same goes on, another question begins anew", async () => {
  answer = { at: 2, version: "v", pace: 0.4, parts: {} };
  const first = follow(null, live("two", "map"), () => {});
  assert.equal(follow(first, live("two", "map"), () => {}), first);
  const other = follow(first, live("two", "map", { pair: "0,1" }), () => {});
  assert.notEqual(other, first);
  await pass(400);
  assert.deepEqual(asked.map(({ pair }) => pair), ["0,1"]);
  assert.equal(follow(other, undefined, () => {}), null);
  await pass(400);
  await pass(400);
  assert.equal(asked.length, 1);
});

test("the server says how often, and is left in peace where it does not answer", async () => {
  answer = { at: 2, version: "v", pace: 3.2, parts: {} };
  const one = follow(null, live("three", "strip"), () => {});
  await pass(400);
  await pass(1600);
  assert.equal(asked.length, 1);
  answer = null;
  await pass(1600);
  assert.equal(asked.length, 2);
  await pass(1900);
  assert.equal(asked.length, 2);
  await pass(200);
  assert.equal(asked.length, 3);
  unfollow(one);
  await pass(2000);
});

test("a tab that nobody looks at asks for nothing", async () => {
  /** @type {(() => void)[]} */ const listeners = [];
  const hidden = { hidden: true, addEventListener: (/** @type {string} */ _, /** @type {() => void} */ seen) => listeners.push(seen), removeEventListener: () => {} };
  Object.assign(globalThis, { document: hidden });
  answer = { at: 2, version: "v", pace: 0.4, parts: {} };
  const one = follow(null, live("four", "strip"), () => {});
  await pass(400);
  await pass(4000);
  assert.equal(asked.length, 0);
  hidden.hidden = false;
  for (const seen of listeners) seen();
  await pass(0);
  assert.equal(asked.length, 1);
  unfollow(one);
  await pass(400);
});

test("a question that is never answered is given up and asked again", async () => {
  answer = { at: 2, version: "v", pace: 0.4, parts: { strip: {} } };
  silent = true;
  const one = follow(null, live("five", "strip"), () => {});
  await pass(400);
  await pass(29_000);
  assert.equal(asked.length, 1);
  silent = false;
  await pass(1_000);
  await pass(2_000);
  assert.equal(asked.length, 2);
  assert.equal(one?.news?.at, 2);
  unfollow(one);
  await pass(400);
});

test("a part that cannot draw its newest is reported and leaves the others alive", async () => {
  answer = { at: 2, version: "v", pace: 0.4, parts: { curves: {}, strip: {} } };
  const [reported, seen] = [/** @type {unknown[]} */ ([]), /** @type {object[]} */ ([])];
  Object.assign(globalThis, { reportError: (/** @type {unknown} */ error) => reported.push(error) });
  const fault = new Error("no such row");
  const curves = follow(null, live("six", "curves"), () => {
    throw fault;
  });
  const strip = follow(null, live("six", "strip"), (data) => seen.push(data));
  await pass(400);
  assert.deepEqual([reported, seen.length], [[fault], 1]);
  unfollow(curves);
  unfollow(strip);
  await pass(400);
});

test("a part that takes the place of another while that one's question is under way is given the answer too", async () => {
  answer = { at: 2, version: "v", pace: 0.4, parts: { map: {} } };
  const seen = /** @type {object[]} */ ([]);
  const first = follow(null, live("seven", "map"), () => {});
  const { fetch } = globalThis;
  let second = /** @type {ReturnType<typeof follow>} */ (null);
  globalThis.fetch = async (...given) => {
    globalThis.fetch = fetch;
    unfollow(first);
    second = follow(null, live("seven", "map"), (data) => seen.push(data));
    return fetch(...given);
  };
  await pass(400);
  await pass(400);
  assert.deepEqual([asked.map(({ after }) => after), seen.length], [["", ""], 1]);
  unfollow(second);
  await pass(400);
});
