// The hand on a map: press and drag moves z along, a click takes a point's code or the position, box and lasso select.

const CLICK = 3; // pixels that a click may wander
const LASSO_STEP = 4; // pixels between two corners
const WHEEL = 0.002; // zoom for each unit of the wheel

/** @typedef {"move" | "zoom" | "pan" | "box" | "lasso"} Tool */

export class Gestures {
  /** @type {Tool} */ tool = "move";
  /** Where the press began. @type {PointerEvent | null} */ #start = null;
  #moved = false;
  /** @type {[number, number][]} */ #path = [];

  /** @param {import("../map.js").MapView} map */
  constructor(map) {
    this.map = map;
    const { glass, stage } = map.frame;
    glass.addEventListener("pointerdown", this.press);
    glass.addEventListener("pointermove", this.drag);
    glass.addEventListener("pointerup", this.release);
    glass.addEventListener("pointercancel", this.cancel);
    glass.addEventListener("dblclick", () => map.chart.resetZoom());
    stage.addEventListener("pointermove", (event) => !this.#start && event.pointerType !== "touch" && map.hover.over(event), true);
    stage.addEventListener("pointerleave", () => map.hover.leave());
    stage.addEventListener("wheel", this.wheel, { passive: false, capture: true });
  }

  /** @param {Tool} tool */
  choose(tool) {
    this.tool = tool;
    this.map.frame.glass.dataset.tool = tool; // Plotly itself zooms and pans: the glass lets it
  }

  press = (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0 || this.#start) return;
    this.#start = event;
    this.#moved = false;
    this.#path = [this.#pixels(event)];
    this.map.frame.glass.setPointerCapture(event.pointerId);
    this.map.hover.leave();
  };

  drag = (/** @type {PointerEvent} */ event) => {
    if (!this.#start || event.pointerId !== this.#start.pointerId) return;
    const far = Math.hypot(event.clientX - this.#start.clientX, event.clientY - this.#start.clientY);
    this.#moved ||= far > CLICK;
    if (!this.#moved) return;
    if (this.tool !== "move") return this.#outline(event);
    this.map.moveTo(event, false);
    if (event.pointerType === "touch") this.#showUnderFinger(event);
  };

  /** On a phone the large picture may be out of sight. @param {PointerEvent} event */
  #showUnderFinger(event) {
    const { hand, card } = this.map;
    if (!hand.picture || !hand.engine) return;
    card.showDecode(hand.picture.pixels, hand.engine.shape);
    card.moveTo(event);
  }

  /** @param {PointerEvent} event */
  #outline(event) {
    const at = this.#pixels(event);
    const [[x0, y0]] = this.#path;
    const [x1, y1] = this.#path[this.#path.length - 1];
    if (this.tool === "box") this.#path = [[x0, y0], [at[0], y0], at, [x0, at[1]]];
    else if (Math.hypot(at[0] - x1, at[1] - y1) > LASSO_STEP) this.#path.push(at);
    this.map.marks.draw(this.#path);
  }

  release = (/** @type {PointerEvent} */ event) => {
    if (!this.#start || event.pointerId !== this.#start.pointerId) return;
    this.#start = null;
    this.map.marks.draw([]);
    this.map.card.hide();
    if (this.tool === "move") {
      if (this.#moved) this.map.moveTo(event, true);
      else this.map.click(event);
    } else if (this.#moved) this.map.select(this.#path, event.shiftKey);
    else this.map.clearSelection();
  };

  cancel = () => {
    if (this.#start && this.#moved && this.tool === "move") this.map.moveTo(this.#start, true);
    this.#start = null;
    this.map.marks.draw([]);
  };

  /** A pinch on a trackpad comes as a wheel with Ctrl; the wheel alone scrolls the page. */
  wheel = (/** @type {WheelEvent} */ event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { frame, chart } = this.map;
    const at = frame.positionOf(event);
    if (!at) return;
    const factor = Math.exp(event.deltaY * WHEEL);
    const [xaxis, yaxis] = frame.sight.map((span, k) => span.map((end) => at[k] + (end - at[k]) * factor));
    chart.Plotly.relayout(frame.plot, { "xaxis.range": xaxis, "yaxis.range": yaxis });
  };

  /**
   * Within the plane, where the pointer may have left it.
   * @param {PointerEvent} event
   * @returns {[number, number]}
   */
  #pixels({ clientX, clientY }) {
    const { left, top, width, height } = this.map.frame.glass.getBoundingClientRect();
    return [Math.min(width, Math.max(0, clientX - left)), Math.min(height, Math.max(0, clientY - top))];
  }
}
