// Decoding by the server, for a model that this browser cannot run.
import { apiAddress, errorOf } from "../shared/api.js";

const RETRY_MS = 400;

/**
 * @param {string} model
 * @param {Float32Array} codes one after the other
 * @param {number} size bytes that the pictures must have
 * @param {AbortSignal} signal
 * @param {() => boolean} overtaken whether this code need not be asked for again
 * @param {(sentence: string) => void} onTrouble
 * @returns {Promise<Uint8Array | null>} null where it could not be decoded; `onTrouble` was given the reason
 */
export async function decodeByServer(model, codes, size, signal, overtaken, onTrouble) {
  while (!signal.aborted) {
    const answer = await ask(model, codes, size, signal);
    if (answer instanceof Uint8Array) return answer;
    if (!signal.aborted) onTrouble(answer.sentence);
    if (!answer.again) return null;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    if (overtaken()) return null;
  }
  return null;
}

/**
 * @param {string} model
 * @param {Float32Array} codes
 * @param {number} size
 * @param {AbortSignal} signal
 * @returns {Promise<Uint8Array | {sentence: string, again: boolean}>}
 */
async function ask(model, codes, size, signal) {
  try {
    const response = await fetch(apiAddress("decode", { model }), { method: "POST", body: /** @type {BodyInit} */ (codes), signal });
    const again = response.status === 503 && response.headers.has("Retry-After");
    if (!response.ok) return { sentence: await errorOf(response), again };
    const pictures = new Uint8Array(await response.arrayBuffer());
    if (pictures.length === size) return pictures;
    return { sentence: "The decoder answered with a picture of another size. Reload the page.", again };
  } catch {
    return { sentence: "The app does not answer. This is the last picture it sent.", again: false };
  }
}
