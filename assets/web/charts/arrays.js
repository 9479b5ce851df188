// Numbers that come in base64, as explorer/components/encode.py writes them, become typed arrays.

const TYPES = {
  u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array,
  u4: Uint32Array, i4: Int32Array, f4: Float32Array, f8: Float64Array,
};

/**
 * A reviver of JSON.parse. Arrays of several dimensions stay as they are: Plotly itself reads those.
 * @param {string} _key
 * @param {unknown} value
 */
export function withArrays(_key, value) {
  if (typeof value !== "object" || value === null || !("bdata" in value) || "shape" in value) return value;
  const { dtype, bdata } = /** @type {{dtype: keyof typeof TYPES, bdata: string}} */ (value);
  const text = atob(bdata);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new TYPES[dtype](bytes.buffer);
}
