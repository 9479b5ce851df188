// What lies over the points: where z stands, the chosen image, a posterior, what the pointer is on, a lasso.
import { makeSvg } from "../shared/svg.js";

const ARM = 9; // pixels of the cross of z, each way
const SIGMAS = 2;

export class Marks {
  /** @param {import("./frame.js").Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.prior = [1, 2].map((sigmas) => ({
      sigmas,
      line: makeSvg("path", { class: "hg-prior-line" }),
      text: makeSvg("text", { class: "hg-prior-text" }),
    }));
    for (const { sigmas, text } of this.prior) text.textContent = `${sigmas}σ`;
    this.ellipse = makeSvg("ellipse", { class: "hg-posterior" });
    this.chosen = makeSvg("circle", { class: "hg-chosen", r: 7 });
    this.under = makeSvg("circle", { class: "hg-under", r: 8 });
    this.halo = makeSvg("path", { class: "hg-z-halo" });
    this.z = makeSvg("path", { class: "hg-z" });
    this.outline = makeSvg("path", { class: "hg-outline" });
    frame.marks.append(...this.prior.flatMap(({ line, text }) => [line, text]));
    frame.marks.append(this.ellipse, this.chosen, this.under, this.halo, this.z, this.outline);
  }

  /**
   * The standard normal that codes are drawn from, as circles of one and two standard deviations; lines across the map of
   * one dimension.
   * @param {number[] | null} middle
   */
  placePrior(middle) {
    for (const { sigmas, line, text } of this.prior) {
      const shown = middle !== null && this.frame.sight !== null;
      text.toggleAttribute("hidden", !shown);
      line.setAttribute("d", shown ? this.#contour(middle, sigmas) : "");
      if (!shown) continue;
      const [across, up] = middle; // above the circle, where points are few; at the end of a line
      const [x, y] = this.frame.pixelsOf(up === undefined ? [across + sigmas, 0] : [across, up + sigmas]);
      text.setAttribute("x", String(up === undefined ? x + 12 : x));
      text.setAttribute("y", String(up === undefined ? 12 : y - 4));
    }
  }

  /** @param {number[]} middle @param {number} sigmas */
  #contour([x, y], sigmas) {
    const [ux, uy] = this.frame.unit;
    const [left, up] = this.frame.pixelsOf([x - sigmas, y ?? 0]);
    const [wide, high] = [sigmas / ux, sigmas / uy];
    if (y === undefined) return `M${left} 0V${this.frame.size[1]}M${left + 2 * wide} 0V${this.frame.size[1]}`;
    return `M${left} ${up}a${wide} ${high} 0 1 1 ${2 * wide} 0a${wide} ${high} 0 1 1 ${-2 * wide} 0`;
  }

  /**
   * A cross; a line across the map of a model that has one dimension.
   * @param {number[] | null} position
   */
  placeZ(position) {
    const shape = this.#cross(position);
    this.z.setAttribute("d", shape);
    this.halo.setAttribute("d", shape);
  }

  /** @param {number[] | null} position */
  #cross(position) {
    if (!position?.length || !this.frame.sight) return "";
    const [x, y] = this.frame.pixelsOf([position[0], position[1] ?? 0]);
    if (position.length === 1) return `M${x} 0V${this.frame.size[1]}`;
    return `M${x - ARM} ${y}H${x + ARM}M${x} ${y - ARM}V${y + ARM}`;
  }

  /**
   * @param {"chosen" | "under"} name
   * @param {ArrayLike<number> | null} position
   */
  ring(name, position) {
    const [x, y] = position && this.frame.sight ? this.frame.pixelsOf(position) : [-99, -99];
    this[name].setAttribute("cx", String(x));
    this[name].setAttribute("cy", String(y));
  }

  /**
   * The posterior's ellipse at two standard deviations.
   * @param {ArrayLike<number> | null} position
   * @param {{xx: number, xy: number, yy: number}} [covariance] in the plane's units
   */
  posterior(position, covariance) {
    const shown = position && covariance && this.frame.sight;
    this.ellipse.toggleAttribute("hidden", !shown);
    if (!shown) return;
    const [ux, uy] = this.frame.unit;
    const [xx, xy, yy] = [covariance.xx / ux ** 2, -covariance.xy / ux / uy, covariance.yy / uy ** 2]; // pixels; y is down
    const [middle, apart] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
    const angle = (Math.atan2(2 * xy, xx - yy) * 90) / Math.PI;
    const [x, y] = this.frame.pixelsOf(position);
    this.ellipse.setAttribute("rx", String(SIGMAS * Math.sqrt(middle + apart)));
    this.ellipse.setAttribute("ry", String(Math.max(1.5, SIGMAS * Math.sqrt(Math.max(0, middle - apart)))));
    this.ellipse.setAttribute("transform", `translate(${x} ${y}) rotate(${angle})`);
  }

  /** @param {[number, number][]} corners pixels; none takes the outline away */
  draw(corners) {
    this.outline.setAttribute("d", corners.length ? `M${corners.map(([x, y]) => `${x} ${y}`).join("L")}Z` : "");
  }
}
