// What a view is given by Streamlit, and when it ends.
import assert from "node:assert/strict";
import { test } from "node:test";

import { renderer } from "../../assets/web/shared/elements.js";

/** A page that holds one host, and what a renderer's view of it was given. */
function page() {
  const host = { isConnected: true };
  const seen = /** @type {unknown[]} */ ([]);
  const view = { closed: false, close: () => (view.closed = true) };
  const render = renderer(".host", () => view, (_, component) => seen.push(component));
  const parent = /** @type {any} */ ({ querySelector: () => host });
  const give = (/** @type {any} */ data) => render({ parentElement: parent, setStateValue: () => {}, data });
  return { host, seen, view, give };
}

test("JSON values come in a list of one, bytes as they are", () => {
  const { seen, give } = page();
  give([{ code: [1, 2] }]);
  const bytes = new Uint8Array([1, 2]);
  give(bytes);
  const data = seen.map((component) => /** @type {any} */ (component).data);
  assert.deepEqual(data[0], { code: [1, 2] });
  assert.equal(data[1], bytes);
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
