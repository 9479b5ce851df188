// The latent bank: a track for every dimension, and the picture that the code decodes to while the hand moves.
import { layTracks, StripSetting, tracksInSight } from "./bank/tracks.js";
import { Track } from "./bank/dimension.js";
import { make, renderer } from "./shared/elements.js";
import { Film, FRAMES } from "./bank/film.js";
import { baseOf } from "./hand/following.js";
import { handOf } from "./hand/hand.js";
import { same } from "./hand/history.js";
import { meter } from "./shared/meter.js";
import { PictureView } from "./bank/picture.js";
import { dataPoint } from "./hand/data_point.js";
import { normal } from "./shared/random.js";
import { loadStyles } from "./shared/theme.js";

const MOST_BELOW = 4; // tracks with strips below the picture; more stand beside it, where it stays in sight

/**
 * @typedef {object} BankData
 * @property {string} hand the name of the hand; a map with the same one moves with this bank
 * @property {string} model
 * @property {string} version of the model's weights: another one is loaded, and the code stays
 * @property {string[]} conditions the classes that it can draw; none where it is not conditional
 * @property {number} revision Python raises it to make the hand take over `code`
 * @property {number[]} code
 * @property {number} condition the class to draw it as at first
 * @property {number | null} chosen the row of the image that `code` is of
 * @property {import("./bank/dimension.js").Dimension[]} dims in the order to show
 * @property {number} visible
 * @property {boolean} compact whether the picture is small
 * @property {import("./shared/pixels.js").Shape} shape
 * @property {boolean} prior
 * @property {string | null} rate of the training, in words
 */

class BankView {
  /** @type {BankData} */ data;
  #built = "";
  /** @type {Track[]} */ tracks = [];
  /** Those that are not folded: hundreds of others would cost a frame at each move. @type {Track[]} */ inSight = [];
  /** Which strips the film keeps. */ filmed = "";

  /**
   * @param {HTMLElement} host
   * @param {BankData} data of its first update, which follows
   */
  constructor(host, data) {
    this.host = host;
    this.data = data;
    this.hand = handOf(data.hand);
    this.film = new Film(this.hand);
    this.picture = new PictureView(this.hand, {
      onReset: () => this.reset(),
      onRandom: () => this.random(),
      onMeter: () => meter.toggle(host),
    });
    this.dims = make("div", { className: "hg-dims" });
    this.strips = new StripSetting(() => this.layFilm());
    const side = make("div", { className: "hg-side" }, this.strips.element, this.dims);
    host.replaceChildren(make("div", { className: "hg-bank-grid" }, this.picture.element, side));
    host.addEventListener("keydown", this.onKey);
    this.listen();
    loadStyles().then(() => {
      host.classList.add("hg-ready");
      meter.restore(host);
    });
  }

  /** @param {BankData} data */
  update(data) {
    this.data = data;
    const dims = data.dims.map(({ index }) => index).join();
    if (dims !== this.#built) this.build();
    this.#built = dims;
    this.describe();
    this.host.classList.toggle("hg-compact", data.compact);
    meter.note("training", data.rate);
    this.picture.describe(data);
    this.hand.follow(data);
    if (this.hand.origin !== originOf(data)) this.begin();
  }

  listen() {
    this.hand.join();
    this.hand.addEventListener("code", this.showCode);
    this.hand.addEventListener("locks", this.showLocks);
  }

  build() {
    const { dims, visible, shape } = this.data;
    const listener = {
      onValue: (/** @type {number} */ index, /** @type {number} */ value, /** @type {boolean} */ committed) =>
        this.hand.set(index, value, committed),
      onLock: (/** @type {number} */ index) => this.hand.toggleLock(index),
      onInvalid: (/** @type {string} */ sentence) => this.hand.say(sentence),
    };
    this.tracks = dims.map((dimension) => new Track(dimension, listener));
    const [height, width] = shape;
    for (const { strip } of this.tracks) Object.assign(strip, { width: FRAMES * width, height }); // nothing jumps as they come
    this.dims.replaceChildren(...layTracks(this.tracks, visible, () => this.describe()));
  }

  /** The tracks' ranges and marks, which move while a model trains. */
  describe() {
    const { dims, prior } = this.data;
    const most = Math.max(...dims.map(({ activity }) => activity), 1e-12);
    const described = new Map(dims.map((dimension) => [dimension.index, dimension]));
    this.inSight = tracksInSight(this.tracks, this.dims);
    for (const track of this.inSight) {
      const dimension = described.get(track.dimension.index) ?? track.dimension;
      track.describe(dimension, dimension.activity / most, prior);
    }
    this.showCode();
    this.showLocks();
    this.layFilm();
  }

  layFilm() {
    const shown = this.strips.shownFor(this.tracks.length);
    const inSight = shown ? this.inSight : [];
    this.host.classList.toggle("hg-filmed", shown);
    this.host.classList.toggle("hg-many", this.tracks.length > MOST_BELOW);
    const key = inSight.map(({ dimension: { index, low, high } }) => [index, low, high]).join(" ");
    if (key === this.filmed) return;
    this.filmed = key;
    this.film.show(inSight);
  }

  begin() {
    const { data, hand } = this;
    hand.origin = originOf(data);
    hand.begin(data.code, data.condition);
    if (data.chosen === null) return;
    dataPoint(data.model, data.version, "probe", data.chosen).then((point) => {
      if (same(hand.code, data.code)) hand.carry(point, true); // a live one has moved meanwhile
    }, this.ignore);
  }

  ignore = () => {}; // the picture is there; only its original is not

  showCode = () => {
    for (const track of this.inSight) track.show(this.hand.code[track.dimension.index] ?? 0);
  };

  showLocks = () => {
    for (const track of this.inSight) track.setLocked(this.hand.locks.has(track.dimension.index));
  };

  reset() {
    const code = [...this.hand.code];
    for (const { index, reset } of this.data.dims) code[index] = reset;
    this.hand.move(code, true);
  }

  random() {
    const code = [...this.hand.code];
    for (const { index, mean, std } of this.data.dims) code[index] = this.data.prior ? normal() : mean + std * normal();
    this.hand.move(code, true);
  }

  onKey = (/** @type {KeyboardEvent} */ event) => {
    const typing = event.target instanceof HTMLInputElement && !["range", "radio"].includes(event.target.type);
    if (typing || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.hand.undo();
    else if (key === "y" || key === "z") this.hand.redo();
    else return;
    event.preventDefault();
  };

  close() {
    this.film.close();
    this.picture.close();
    meter.note("training", null);
    this.hand.part();
    this.hand.removeEventListener("code", this.showCode);
    this.hand.removeEventListener("locks", this.showLocks);
  }
}

/** What the hand's code came from; a hand outlives its bank, and keeps its code while this stays the same. @param {BankData} data */
function originOf({ model, revision, code }) {
  return `${baseOf(model)} ${revision} ${code.length}`;
}

export default renderer(
  ".hg-bank",
  (host, { data }) => new BankView(host, data),
  (view, /** @type {import("./shared/elements.js").Component<BankData>} */ { data }) => view.update(data),
);
