// Decodes beside the page's own thread. Which code is decoded next is the page's business; here each job is answered.
//
// in:  {type: "model", id, bytes}                 the answer of `GET /api/weights`
//      {type: "decode", model, job, codes, count}
//      {type: "drop", id}
// out: {job, pixels}
//      {job, sentence}                            a model that does not run, or is not there

import { unpack } from "../shared/container.js";
import { Network, NotRunnableError } from "./network.js";

/**
 * @typedef {{type: "model", id: number, bytes: ArrayBuffer}} ModelMessage
 * @typedef {{type: "decode", model: number, job: number, codes: Float32Array, count: number}} DecodeMessage
 * @typedef {{type: "drop", id: number}} DropMessage
 * @typedef {{job: number, pixels: Uint8Array<ArrayBuffer>} | {job: number, sentence: string}} Answer
 */

/** The network of each model, or the sentence that says why there is none. @type {Map<number, Network | string>} */
const networks = new Map();

self.onmessage = (/** @type {MessageEvent<ModelMessage | DecodeMessage | DropMessage>} */ { data }) => {
  if (data.type === "model") networks.set(data.id, load(new Uint8Array(data.bytes)));
  else if (data.type === "drop") networks.delete(data.id);
  else decode(data);
};

/** @param {DecodeMessage} message */
function decode({ model, job, codes, count }) {
  const network = networks.get(model);
  if (!(network instanceof Network)) return answer({ job, sentence: network ?? "This model has been left." });
  const pixels = network.decode(codes, count);
  answer({ job, pixels }, [pixels.buffer]);
}

/** @param {Answer} message @param {ArrayBuffer[]} [transfer] */
function answer(message, transfer = []) {
  self.postMessage(message, { transfer });
}

/** @param {Uint8Array} bytes @returns {Network | string} */
function load(bytes) {
  try {
    const { header, tensors } = unpack(bytes);
    return new Network(header, tensors);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    return error instanceof NotRunnableError ? message : `The weights did not arrive whole (${message}). Load them again.`;
  }
}
