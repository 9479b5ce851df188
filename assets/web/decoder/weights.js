// Fetches a decoder's weights, whole or not at all.
import { apiAddress, errorOf } from "../shared/api.js";

const TRIES = 3;
const PAUSE_MS = 400;

/** The model has no decoder that could run here; the server has to decode. */
export class NotPortableError extends Error {}

/** The weights could not be had; the message can be shown. */
export class WeightsError extends Error {}

/**
 * @param {string} model a key such as `bundled/NAME` or `run/NAME@STEP`
 * @param {AbortSignal} signal
 * @param {(sentence: string) => void} onTrouble called before each new try
 * @returns {Promise<ArrayBuffer>} as the server packed them, their digest checked
 */
export async function fetchWeights(model, signal, onTrouble) {
  for (let tries = 1; ; tries++) {
    try {
      return await fetchOnce(model, signal);
    } catch (error) {
      if (signal.aborted || error instanceof NotPortableError || tries === TRIES) throw error;
      if (error instanceof WeightsError) onTrouble(`${error.message} Asking again …`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      signal.throwIfAborted();
    }
  }
}

/**
 * @param {string} model
 * @param {AbortSignal} signal
 */
async function fetchOnce(model, signal) {
  const response = await fetch(apiAddress("weights", { model }), { signal }).catch(() => null);
  if (!response) throw new WeightsError("The app does not answer. This is the last picture.");
  if (response.status === 422) throw new NotPortableError(await errorOf(response));
  if (!response.ok) throw new WeightsError(await errorOf(response));
  const bytes = await response.arrayBuffer().catch(() => null);
  const expected = response.headers.get("Hourglass-SHA256");
  if (!bytes || (crypto.subtle && (await digest(bytes)) !== expected)) throw new WeightsError("The weights did not arrive whole.");
  return bytes;
}

/**
 * Browsers give this to pages of this machine and to https alone; elsewhere the lengths in the bytes must do.
 * @param {ArrayBuffer} bytes
 */
async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
