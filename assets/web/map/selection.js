// Which points of a map are selected, by boxes and lassos.

/** @typedef {import("./scatter.js").Scatter} Scatter */

export class Selection {
  /** 1 for each selected point; null where none is. @type {Uint8Array | null} */ points = null;

  /** Forget a selection that was of other points. @param {number} count of points */
  keepFor(count) {
    if (this.points?.length !== count) this.points = null;
  }

  /**
   * Select what is shown inside an outline.
   * @param {Scatter} scatter
   * @param {[number, number][]} outline in the plane's coordinates
   * @param {boolean} add to what is selected
   * @param {Set<number>} hidden classes
   */
  take(scatter, outline, add, hidden) {
    const found = scatter.inside(outline);
    const before = add ? this.points : null;
    for (let i = 0; i < found.length; i++) {
      found[i] = Number((found[i] && !hidden.has(scatter.labels[i])) || before?.[i]);
    }
    this.points = found.includes(1) ? found : null;
  }

  /** @returns {boolean} whether there was one */
  clear() {
    const had = this.points !== null;
    this.points = null;
    return had;
  }
}
