// The plane that a map shows: from codes to positions, and from a position back to the code that it is exactly.

/**
 * A plane through latent space, spanned by unit vectors. It may have one axis only (a model of one dimension, whose map
 * has the class upwards) or none (a projection with no way back, such as UMAP).
 */
export class Plane {
  /**
   * @param {Float32Array} axes one after the other
   * @param {Float32Array} centre
   */
  constructor(axes, centre) {
    this.latent = centre.length;
    this.centre = centre;
    this.axes = Array.from({ length: this.latent ? axes.length / this.latent : 0 }, (_, i) =>
      axes.subarray(i * this.latent, (i + 1) * this.latent),
    );
  }

  /** @param {Plane} other */
  equals(other) {
    const [ours, theirs] = [this, other].map(({ axes, centre }) => [centre, ...axes]);
    return ours.length === theirs.length && ours.every((part, k) => part.every((value, i) => value === theirs[k][i]) && part.length === theirs[k].length);
  }

  get invertible() {
    return this.axes.length > 0;
  }

  /**
   * Where a code is, seen along the plane.
   * @param {ArrayLike<number>} code
   * @returns {number[]} one number for each axis
   */
  project(code) {
    return this.axes.map((axis) => axis.reduce((sum, part, i) => sum + part * (code[i] - this.centre[i]), 0));
  }

  /** Where a standard normal over codes has its middle. On orthonormal axes its shadow is a standard normal again. */
  get origin() {
    return this.project(new Float32Array(this.latent));
  }

  /**
   * The code at a position of the plane through `code`: it leaves everything that is not in the plane as it is.
   * @param {number[]} code
   * @param {ArrayLike<number>} position
   * @returns {number[]}
   */
  at(code, position) {
    const moves = this.project(code).map((here, k) => position[k] - here);
    return code.map((value, i) => moves.reduce((sum, move, k) => sum + move * this.axes[k][i], value));
  }

  /**
   * A posterior with independent dimensions, as the plane cuts its shadow.
   * @param {ArrayLike<number>} logVar
   * @returns {{xx: number, xy: number, yy: number}} covariance
   */
  covariance(logVar) {
    const [x, y = new Float32Array(this.latent)] = this.axes;
    const sum = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) =>
      a.reduce((total, part, i) => total + part * b[i] * Math.exp(logVar[i]), 0);
    return { xx: sum(x, x), xy: sum(x, y), yy: sum(y, y) };
  }
}

/**
 * Which codes a decoder grid on a plane is of.
 * @param {Plane} plane
 * @param {boolean} atMean whether it goes through the mean of the codes, else through z
 */
export function gridInWords({ axes, latent }, atMean) {
  if (latent === axes.length) return "Grid: each image is the decode of its own position.";
  const single = axes.map((axis) => axis.findIndex((part) => part === 1));
  const where = atMean ? "at the mean of the codes" : "as in z";
  if (single.every((i) => i >= 0)) return `Grid: ${single.map((i) => `z${i}`).join(" and ")} vary, the other dimensions are ${where}.`;
  return `Grid: PC 1 and PC 2 vary, everything else is ${where}.`;
}
