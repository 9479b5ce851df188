/** One draw from N(0, 1) (Box and Muller). */
export function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

/**
 * One draw from a posterior with independent dimensions.
 * @param {ArrayLike<number>} mean
 * @param {ArrayLike<number>} logVar
 * @returns {number[]}
 */
export function sample(mean, logVar) {
  return Array.from(mean, (value, i) => value + Math.exp(logVar[i] / 2) * normal());
}
