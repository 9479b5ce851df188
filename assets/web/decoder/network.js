// A decoder's forward pass, from codes to pixels, out of the weights as the server packs them.

import { NotRunnableError, inWords, sizeOf, whole } from "./layer_parts.js";
import { KINDS } from "./layers.js";

export { NotRunnableError };

/**
 * @typedef {import("./layer_parts.js").Layer} Layer
 * @typedef {import("./layer_parts.js").Shape} Shape
 * @typedef {import("./layer_parts.js").Spec} Spec
 * @typedef {{latent?: unknown, shape?: unknown, layers?: unknown}} Header of `GET /api/weights`, of which nothing is taken on trust
 */

export const MOST_MACS = 40e6; // for one code: what plain JavaScript does in some 50 ms
const HELD = 2 ** 16; // values of the largest layer that are worked on at once, so that they stay in the cache
const MOST_AT_ONCE = 64;

export class Network {
  /** @type {Layer[]} */ #layers = [];
  /** @type {Float32Array} */ #codes;
  #atOnce;

  /**
   * @param {unknown} description the header of `GET /api/weights`
   * @param {import("../shared/container.js").Tensors} tensors the weights
   * @throws {NotRunnableError} where something is missing, does not fit together or is too large
   */
  constructor(description, tensors) {
    const header = /** @type {Header} */ (description ?? {});
    this.latent = whole([header.latent], "number of latent dimensions", 1)[0];
    this.shape = whole(header.shape, "shape of the images", 3);
    this.size = sizeOf(this.shape);
    this.macs = 0;
    let /** @type {Shape} */ shape = [this.latent];
    let largest = this.latent;
    for (const spec of layersOf(header)) {
      const layer = build(spec, weightsOf(tensors), shape);
      this.macs += layer.macs;
      if (this.macs > MOST_MACS) throw new NotRunnableError(tooMany(this.macs));
      shape = layer.shape;
      largest = Math.max(largest, sizeOf(shape));
      this.#layers.push(layer);
    }
    if (inWords(shape) !== inWords(this.shape)) {
      throw new NotRunnableError(`The layers end in ${inWords(shape)}; the model's images are ${inWords(this.shape)}.`);
    }
    this.#atOnce = Math.min(Math.max(Math.floor(HELD / largest), 1), MOST_AT_ONCE);
    this.#codes = new Float32Array(this.#atOnce * this.latent);
  }

  /**
   * @param {Float32Array} codes (count, latent)
   * @param {number} count
   * @returns {Float32Array} images (count, height, width, channels), 0 to 1
   */
  run(codes, count) {
    const images = new Float32Array(count * this.size);
    this.#forward(codes, count, (values, from, length) => images.set(values.subarray(0, length), from));
    return images;
  }

  /**
   * @param {Float32Array} codes (count, latent)
   * @param {number} count
   * @returns {Uint8Array<ArrayBuffer>} pixels (count, height, width, channels); values that are not finite are black
   */
  decode(codes, count) {
    const pixels = new Uint8ClampedArray(count * this.size); // rounds to even, as NumPy does on the server
    this.#forward(codes, count, (values, from, length) => fill(pixels, from, values, length));
    return new Uint8Array(pixels.buffer);
  }

  /**
   * @param {Float32Array} codes
   * @param {number} count
   * @param {(values: Float32Array, from: number, length: number) => void} take some images, and where they belong
   */
  #forward(codes, count, take) {
    if (codes.length !== count * this.latent) {
      throw new RangeError(`There were ${codes.length} values for ${count} codes of ${this.latent} dimensions.`);
    }
    for (let done = 0; done < count; done += this.#atOnce) {
      const now = Math.min(this.#atOnce, count - done);
      this.#codes.set(codes.subarray(done * this.latent, (done + now) * this.latent));
      let values = this.#codes; // a copy, for a layer may work in place
      for (const layer of this.#layers) values = layer.run(values, now);
      take(values, done * this.size, now * this.size);
    }
  }
}

/** @param {Uint8ClampedArray} pixels @param {number} from @param {Float32Array} values @param {number} length */
function fill(pixels, from, values, length) {
  for (let i = 0; i < length; i++) pixels[from + i] = 255 * values[i];
}

/** @param {Header} header @returns {Spec[]} */
function layersOf({ layers }) {
  if (Array.isArray(layers) && layers.every((spec) => spec && typeof spec === "object")) return layers;
  throw new NotRunnableError("The weights came without a list of layers.");
}

/** @param {Spec} spec @param {import("./layer_parts.js").Weights} weights @param {Shape} shape */
function build(spec, weights, shape) {
  if (typeof spec.kind === "string" && Object.hasOwn(KINDS, spec.kind)) return KINDS[spec.kind](spec, weights, shape);
  throw new NotRunnableError(`The layer was ${spec.kind}; those that run here are ${Object.keys(KINDS).join(", ")}.`);
}

/**
 * @param {import("../shared/container.js").Tensors} tensors
 * @returns {import("./layer_parts.js").Weights}
 */
const weightsOf = (tensors) => (name, wanted) => {
  const found = typeof name === "string" && Object.hasOwn(tensors, name) ? tensors[name] : null;
  if (!(found?.values instanceof Float32Array)) throw new NotRunnableError(`The weights ${name} were not there as float32.`);
  const shape = whole(found.shape, `shape of ${name}`, null);
  const fits = shape.length === wanted.length && wanted.every((side, i) => side === null || side === shape[i]);
  if (fits) return { values: found.values, shape };
  throw new NotRunnableError(`The weights ${name} were ${inWords(shape)}; the layer needs ${inWords(wanted)}.`);
};

/** @param {number} macs */
function tooMany(macs) {
  const [given, most] = [macs, MOST_MACS].map((each) => Math.round(each / 1e6).toLocaleString("en"));
  return `A picture takes ${given} million multiplications or more; at most ${most} million run in the browser.`;
}
