// The pointer on a map: press and drag moves z along, a click takes a point's code or the position, box and lasso select.

const CLICK = 3; // pixels that a click may wander
const LASSO_STEP = 4; // pixels between two corners
const WHEEL = 0.002; // zoom for each unit of the wheel

/**
 * @typedef {"move" | "zoom" | "pan" | "box" | "lasso"} Tool
 * @typedef {[number, number]} Pixels from the plane's left upper corner
 *
 * @typedef {object} GestureListener
 * @property {(event: PointerEvent) => void} onHover
 * @property {() => void} onLeave
 * @property {(event: PointerEvent, committed: boolean) => void} onMove z goes along
 * @property {(event: PointerEvent) => void} onTouch a finger moves z and hides what is under it
 * @property {(event: PointerEvent) => void} onClick
 * @property {(path: Pixels[]) => void} onOutline of a selection under way; empty where there is none any more
 * @property {(path: Pixels[], add: boolean) => void} onSelect
 * @property {() => void} onClear no selection
 * @property {() => void} onRelease
 * @property {(event: WheelEvent, factor: number) => void} onZoom around the pointer
 * @property {() => void} onResetZoom
 */

export class Gestures {
  /** @type {Tool} */ tool = "move";
  /** Where the press began. @type {PointerEvent | null} */ #start = null;
  #moved = false;
  /** @type {Pixels[]} */ #path = [];

  /**
   * @param {HTMLElement} glass over the plane
   * @param {HTMLElement} stage around it
   * @param {GestureListener} listener
   */
  constructor(glass, stage, listener) {
    this.glass = glass;
    this.listener = listener;
    glass.addEventListener("pointerdown", this.press);
    glass.addEventListener("pointermove", this.drag);
    glass.addEventListener("pointerup", this.release);
    glass.addEventListener("pointercancel", this.cancel);
    glass.addEventListener("dblclick", () => listener.onResetZoom());
    stage.addEventListener("pointermove", (event) => !this.#start && event.pointerType !== "touch" && listener.onHover(event), true);
    stage.addEventListener("pointerleave", () => listener.onLeave());
    stage.addEventListener("wheel", this.wheel, { passive: false, capture: true });
  }

  /** @param {Tool} tool */
  choose(tool) {
    this.tool = tool;
    this.glass.dataset.tool = tool; // Plotly itself zooms and pans: the glass lets it
  }

  press = (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0 || this.#start) return;
    this.#start = event;
    this.#moved = false;
    this.#path = [this.#pixels(event)];
    this.glass.setPointerCapture(event.pointerId);
    this.listener.onLeave();
  };

  drag = (/** @type {PointerEvent} */ event) => {
    if (!this.#start || event.pointerId !== this.#start.pointerId) return;
    const far = Math.hypot(event.clientX - this.#start.clientX, event.clientY - this.#start.clientY);
    this.#moved ||= far > CLICK;
    if (!this.#moved) return;
    if (this.tool !== "move") return this.#outline(event);
    this.listener.onMove(event, false);
    if (event.pointerType === "touch") this.listener.onTouch(event);
  };

  /** @param {PointerEvent} event */
  #outline(event) {
    const at = this.#pixels(event);
    const [[x0, y0]] = this.#path;
    const [x1, y1] = this.#path[this.#path.length - 1];
    if (this.tool === "box") this.#path = [[x0, y0], [at[0], y0], at, [x0, at[1]]];
    else if (Math.hypot(at[0] - x1, at[1] - y1) > LASSO_STEP) this.#path.push(at);
    this.listener.onOutline(this.#path);
  }

  release = (/** @type {PointerEvent} */ event) => {
    const { listener } = this;
    if (!this.#start || event.pointerId !== this.#start.pointerId) return;
    this.#start = null;
    listener.onOutline([]);
    listener.onRelease();
    if (this.tool === "move") {
      if (this.#moved) listener.onMove(event, true);
      else listener.onClick(event);
    } else if (this.#moved) listener.onSelect(this.#path, event.shiftKey);
    else listener.onClear();
  };

  cancel = () => {
    if (this.#start && this.#moved && this.tool === "move") this.listener.onMove(this.#start, true);
    this.#start = null;
    this.listener.onOutline([]);
  };

  /** A pinch on a trackpad comes as a wheel with Ctrl; the wheel alone scrolls the page. */
  wheel = (/** @type {WheelEvent} */ event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.listener.onZoom(event, Math.exp(event.deltaY * WHEEL));
  };

  /**
   * Within the plane, where the pointer may have left it.
   * @param {PointerEvent} event
   * @returns {Pixels}
   */
  #pixels({ clientX, clientY }) {
    const { left, top, width, height } = this.glass.getBoundingClientRect();
    return [Math.min(width, Math.max(0, clientX - left)), Math.min(height, Math.max(0, clientY - top))];
  }
}
