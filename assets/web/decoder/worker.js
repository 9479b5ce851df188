// Decodes beside the page's own thread. Which code is decoded next is the page's business; here each job is answered.
//
// in:  {type: "model", id, bytes}                 the answer of `GET /api/weights`
//      {type: "decode", model, job, codes, count}
//      {type: "drop", id}
// out: {type: "ready", id, macs, ms}              ms: what one decode takes
//      {type: "refused", id, sentence}
//      {type: "pictures", model, job, pixels, count, ms}
//      {type: "stale", job}                       a model that is not there

import { unpack } from "../shared/binary.js";
import { Network, NotRunnableError } from "./network.js";

const WARM_MS = 40; // until V8 has made fast code of the layers, which all models share
const MEASURED = 3;
let warm = false;

/** @type {Map<string, Network>} */
const networks = new Map();

/** @type {Record<string, (message: any) => void>} */
const ANSWERS = {
  model({ id, bytes }) {
    networks.delete(id); // whatever comes of it, the old weights are not the model any more
    try {
      const network = load(new Uint8Array(bytes));
      const ms = timeOfOne(network);
      networks.set(id, network);
      postMessage({ type: "ready", id, macs: network.macs, ms });
    } catch (error) {
      if (!(error instanceof NotRunnableError)) throw error;
      postMessage({ type: "refused", id, sentence: error.message });
    }
  },

  decode({ model, job, codes, count }) {
    const network = networks.get(model);
    if (!network) return postMessage({ type: "stale", job });
    const start = performance.now();
    const pixels = network.decode(codes, count);
    const ms = performance.now() - start;
    postMessage({ type: "pictures", model, job, pixels, count, ms }, { transfer: [pixels.buffer] });
  },

  drop({ id }) {
    networks.delete(id);
  },
};

self.onmessage = ({ data }) => ANSWERS[data.type](data);

/** @param {Uint8Array} bytes @returns {Network} */
function load(bytes) {
  let packed;
  try {
    packed = unpack(bytes);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new NotRunnableError(`The weights did not arrive whole (${message}). Load them again.`);
  }
  return new Network(packed.header, packed.arrays);
}

/** @param {Network} network @returns {number} median, ms */
function timeOfOne(network) {
  const code = Float32Array.from({ length: network.latent }, () => 2 * Math.random() - 1);
  const once = () => {
    const start = performance.now();
    network.decode(code, 1);
    return performance.now() - start;
  };
  const end = performance.now() + (warm ? 0 : WARM_MS);
  do once();
  while (performance.now() < end);
  warm = true;
  const times = Array.from({ length: MEASURED }, once).sort((a, b) => a - b);
  return times[Math.floor(MEASURED / 2)];
}
