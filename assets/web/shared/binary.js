// Reads what `explorer/components/binary.py` packs: a header in JSON and typed arrays.

/**
 * @typedef {{name: string, type: keyof typeof TYPES, shape: number[]}} Listed
 * @typedef {Uint8Array | Uint16Array | Int32Array | Float32Array} TypedArray
 */

const ALIGNED = 8;
const TYPES = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array };

/**
 * The arrays are views of the bytes where these are aligned, else of a copy.
 * @param {Uint8Array} bytes
 * @returns {{header: any, arrays: Record<string, any>}} each array under its name
 * @throws {RangeError | SyntaxError} where the bytes are not whole
 */
export function unpack(bytes) {
  const whole = bytes.byteOffset % ALIGNED ? bytes.slice() : bytes;
  const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + length)));
  /** @type {Record<string, TypedArray>} */
  const arrays = {};
  let at = 4 + length;
  for (const { name, type, shape } of /** @type {Listed[]} */ (header.arrays)) {
    const size = shape.reduce((product, side) => product * side, 1);
    const Type = TYPES[type];
    const bytesOfArray = size * Type.BYTES_PER_ELEMENT;
    if (at + bytesOfArray > whole.byteLength) throw new RangeError(`The array ${name} is cut off.`);
    arrays[name] = new Type(/** @type {ArrayBuffer} */ (whole.buffer), whole.byteOffset + at, size);
    at += Math.ceil(bytesOfArray / ALIGNED) * ALIGNED;
  }
  return { header, arrays };
}
