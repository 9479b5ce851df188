// The one place where a code becomes what a conditional decoder takes: z, and behind it the class as one-hot.

/**
 * @param {Float32Array} codes (count, latent)
 * @param {number} count
 * @param {number} classIndex the class of all of them
 * @param {number} classes how many there are; 0 where the decoder takes z alone
 */
export function withClass(codes, count, classIndex, classes) {
  if (!classes) return codes;
  const latent = codes.length / count;
  const length = latent + classes;
  const completed = new Float32Array(count * length);
  for (let i = 0; i < count; i++) {
    completed.set(codes.subarray(i * latent, (i + 1) * latent), i * length);
    completed[i * length + latent + classIndex] = 1;
  }
  return completed;
}
