// What a view is given by Streamlit, and when it ends.
import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { renderer } from "../../assets/web/shared/renderer.js";
import { packed, pass } from "./packed.js";

/** A page that holds one host, and what a renderer's view of it was given. */
function page() {
  const host = { isConnected: true };
  const seen = /** @type {unknown[]} */ ([]);
  const view = { closed: false, close: () => (view.closed = true) };
  const render = renderer(".host", () => view, (_, component) => seen.push(component));
  const parent = /** @type {any} */ ({ querySelector: () => host });
  const give = (/** @type {any} */ data) => render({ parentElement: parent, setStateValue: () => {}, setTriggerValue: () => {}, data });
  return { host, seen, view, give };
}

test("JSON values come in a list of one, packed arrays with theirs as the header", () => {
  const { seen, give } = page();
  give([{ code: [1, 2] }]);
  give(packed({ rows: 1 }, { a: { dtype: "U8", shape: [2], data_offsets: [0, 2] } }, [7, 9]));
  const data = seen.map((component) => /** @type {any} */ (component).data);
  assert.deepEqual(data[0], { code: [1, 2] });
  assert.deepEqual(data[1], { rows: 1, arrays: { a: { values: new Uint8Array([7, 9]), shape: [2] } } });
});

test("what the feed has brought is not taken back by what was mounted before", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const bytes = packed({ at: 5, version: "v", pace: 0.4, parts: { curves: { figure: "new" } } });
  Object.assign(globalThis, {
    document: { hidden: false },
    fetch: async () => ({ ok: true, arrayBuffer: async () => bytes.buffer }),
  });
  const { host, seen, give } = page();
  const newest = () => /** @type {any} */ (seen.at(-1)).data.figure;
  const live = (/** @type {number} */ at) => ({ run: "one", part: "curves", at, asked: {} });
  give([{ figure: "old", live: live(4) }]);
  assert.equal(newest(), "old");
  await pass(400);
  assert.equal(newest(), "new");
  give([{ figure: "old", live: live(4) }]); // the theme changed
  assert.equal(newest(), "new");
  const end = give([{ figure: "newest", live: live(6) }]);
  assert.equal(newest(), "newest");
  host.isConnected = false;
  end();
  await pass(400);
  assert.equal(newest(), "newest", "a part that is gone is given nothing");
  mock.timers.reset();
});

test("a view ends only with its host", () => {
  const { host, view, give } = page();
  const end = give([{}]);
  end();
  assert.equal(view.closed, false);
  host.isConnected = false;
  end();
  assert.equal(view.closed, true);
});
