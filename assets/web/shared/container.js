// Reads what `explorer/components/container.py` packs: the safetensors format, whose metadata hold a header as JSON.
//
// Layout: the length of the description (uint64, little endian), the description as JSON (name to dtype, shape and
// data_offsets from its own end), then the numbers. The largest types come first, so that each array is aligned.

/**
 * @typedef {Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>} Values
 * @typedef {{values: Values, shape: number[]}} Tensor
 * @typedef {Record<string, Tensor>} Tensors
 * @typedef {{dtype: string, shape: number[], data_offsets: [number, number]}} Entry
 */

const ALIGNED = 8;
const TYPES = { U8: Uint8Array, U16: Uint16Array, I32: Int32Array, F32: Float32Array };

/**
 * The arrays are views of the bytes where these are aligned, else of a copy.
 * @param {Uint8Array} bytes
 * @returns {{header: unknown, tensors: Tensors}} the header as its maker gave it, and each array under its name
 * @throws {RangeError | SyntaxError} where the bytes are not whole
 */
export function unpack(bytes) {
  const whole = /** @type {Uint8Array<ArrayBuffer>} */ (bytes.byteOffset % ALIGNED ? bytes.slice() : bytes);
  const begin = ALIGNED + Number(new DataView(whole.buffer, whole.byteOffset, whole.byteLength).getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(new TextDecoder().decode(whole.subarray(ALIGNED, begin)));
  /** @type {Tensors} */
  const tensors = {};
  for (const [name, entry] of /** @type {[string, Entry][]} */ (Object.entries(entries))) {
    tensors[name] = { values: view(whole, begin, name, entry), shape: entry.shape };
  }
  return { header: JSON.parse(metadata.header), tensors };
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} begin of the numbers
 * @param {string} name
 * @param {Entry} entry
 * @returns {Values}
 */
function view(bytes, begin, name, { dtype, shape, data_offsets: [from, to] }) {
  if (!Object.hasOwn(TYPES, dtype)) throw new RangeError(`The array ${name} is ${dtype}; allowed are ${Object.keys(TYPES)}.`);
  const Type = TYPES[/** @type {keyof typeof TYPES} */ (dtype)];
  const size = shape.reduce((product, side) => product * side, 1);
  if (size * Type.BYTES_PER_ELEMENT !== to - from) throw new RangeError(`The array ${name} is not as large as its shape.`);
  if (begin + to > bytes.byteLength) throw new RangeError(`The array ${name} is cut off.`);
  return new Type(bytes.buffer, bytes.byteOffset + begin + from, size);
}

/**
 * The values of an array that must be there.
 * @template {Values} T
 * @param {Tensors} tensors
 * @param {string} name
 * @param {new (length: number) => T} Type
 * @returns {T}
 * @throws {RangeError} where there is none of that name and type
 */
export function valuesOf(tensors, name, Type) {
  const values = tensors[name]?.values;
  if (values instanceof Type) return values;
  throw new RangeError(`The array ${name} was not there as ${Type.name}.`);
}
