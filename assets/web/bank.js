// The latent bank: a track for every dimension, and the picture that the code decodes to while the hand moves.
import { layTracks, StripSetting, tracksInSight } from "./bank/tracks.js";
import { Track } from "./bank/dimension.js";
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { Film, FRAMES } from "./bank/film.js";
import { baseOf } from "./hand/following.js";
import { handOf } from "./hand/hand.js";
import { takeKey } from "./hand/keys.js";
import { same } from "./hand/history.js";
import { meter } from "./shared/meter.js";
import { PictureView } from "./bank/picture.js";
import { dataPoint } from "./hand/data_point.js";
import { normal } from "./shared/random.js";
import { loadStyles } from "./shared/theme.js";

const MOST_BELOW = 4; // tracks in one column below the pictures; more are in two, or beside the pictures
const UNTYPED = new Set(["range", "radio", "checkbox"]); // inputs in which letters are no text

/**
 * @typedef {object} BankData
 * @property {string} hand the name of the hand; a map with the same one moves with this bank
 * @property {string} model
 * @property {string} version of the model's weights: another one is loaded, and the code stays
 * @property {string[]} class_names the classes that it can draw; none where it is not conditional
 * @property {number} revision Python raises it to make the hand take over `code`
 * @property {number[]} code
 * @property {number} class_index the class to draw it as at first
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
    const { pictures, tools, latency } = this.picture;
    const settings = make("div", { className: "hg-settings" }, ...this.strips.elements, latency);
    const side = make("div", { className: "hg-side" }, settings, this.dims);
    host.replaceChildren(make("div", { className: "hg-bank-grid" }, pictures, tools, side));
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
    const dims = data.dims.map(({ index, active }) => (this.folding ? [index, active] : index)).join();
    if (dims !== this.#built) this.build();
    this.#built = dims;
    this.host.classList.toggle("hg-many", data.dims.length > MOST_BELOW);
    this.describe();
    this.host.classList.toggle("hg-compact", data.compact);
    meter.note("training", data.rate);
    this.picture.describe(data);
    this.hand.follow(data);
    if (this.hand.origin !== originOf(data)) this.begin();
  }

  /** Whether inactive dimensions are folded: not while a model trains, where they come and go. */
  get folding() {
    return !this.data.compact && this.data.dims.length > MOST_BELOW;
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
    const open = this.dims.querySelector("details")?.open ?? false;
    this.dims.replaceChildren(...layTracks(this.tracks, visible, this.folding, () => this.describe()));
    for (const more of this.dims.querySelectorAll("details")) more.open = open;
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
    const filmed = this.strips.filmed(this.tracks);
    const inSight = this.inSight.filter((track) => filmed.has(track));
    for (const track of this.tracks) track.strip.hidden = !filmed.has(track);
    this.host.classList.toggle("hg-filmed", filmed.size > 0);
    const key = inSight.map(({ dimension: { index, low, high } }) => [index, low, high]).join(" ");
    if (key === this.filmed) return;
    this.filmed = key;
    this.film.show(inSight);
  }

  begin() {
    const { data, hand } = this;
    hand.origin = originOf(data);
    hand.begin(data.code, data.class_index);
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
    const { target } = event;
    const typing = target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && !UNTYPED.has(target.type));
    if (!typing) takeKey(event, this.hand);
  };

  close() {
    this.film.close();
    this.picture.close();
    meter.note("training", null);
    meter.leave(this.host);
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
  (view, /** @type {import("./shared/renderer.js").Component<BankData>} */ { data }) => view.update(data),
);
