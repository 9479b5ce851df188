// What the server packs, and time that passes as a test wants it.
import { mock } from "node:test";

/**
 * @param {object} header
 * @param {object} [entries] of arrays
 * @param {number[]} [numbers] their bytes
 */
export function packed(header, entries = {}, numbers = []) {
  const description = { __metadata__: { header: JSON.stringify(header) }, ...entries };
  const text = new TextEncoder().encode(JSON.stringify(description));
  const bytes = new Uint8Array(8 + text.length + numbers.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(numbers, 8 + text.length);
  return bytes;
}

/** Let so many milliseconds pass, and all that waits for them. @param {number} ms */
export async function pass(ms) {
  mock.timers.tick(ms);
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
