// What happens in a page under a benchmark's hand, all in milliseconds of `performance.now()`. Runs before the page's own
// scripts. `hgProbe.start(name)` begins anew, with the hand of that name on a page that has one; `stop()` gives the notes:
//   moves     [stamp of the event, the same of the oldest report merged into it, when the page began to handle it]
//   drawn     {what, index, at, ms, frame}: a canvas that was drawn to or an image that was loaded. `ms` goes back to when
//             the picture was asked for; `frame` is when the animation frame ran that comes next
//   frames    when animation frames ran
//   library   when Plotly's script was loaded; `messages` [when, bytes] of what came by the WebSocket: both since the load
(() => {
  const CANVASES = { picture: "canvas.hg-decoded", film: "canvas.hg-film", card: ".hg-card canvas" };
  const EVENTS = ["pointerdown", "pointermove", "keydown", "click"];
  const LONGEST = 30_000;
  const lasting = { library: 0, messages: [] };
  let notes = null;
  let hand = null;
  let loaded = () => {};

  for (const name of EVENTS) {
    addEventListener(name, (event) => {
      const oldest = event.getCoalescedEvents?.()[0] ?? event;
      notes?.moves.push([event.timeStamp, oldest.timeStamp, performance.now()]);
    }, true);
  }

  const note = (what, index, ms = null) => {
    const entry = { what, index, at: performance.now(), ms, frame: null };
    notes.drawn.push(entry);
    requestAnimationFrame(() => (entry.frame = performance.now()));
  };

  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...values) {
    put.apply(this, values);
    if (!notes) return;
    for (const [what, selector] of Object.entries(CANVASES)) {
      if (!this.canvas.matches(selector)) continue;
      note(what, [...document.querySelectorAll(selector)].indexOf(this.canvas), what === "picture" ? hand?.picture?.ms : null);
    }
  };

  document.addEventListener("load", ({ target }) => { // which does not get as far as the window
    if (target instanceof HTMLScriptElement && target.src.includes("plotly")) lasting.library = performance.now();
    if (!(target instanceof HTMLImageElement) || !notes) return;
    note("image", 0);
    loaded();
  }, true);

  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...values) {
      super(...values);
      this.addEventListener("message", ({ data }) => {
        lasting.messages.push([performance.now(), data.size ?? data.byteLength ?? data.length]);
      });
    }
  };

  const nextFrame = () => new Promise(requestAnimationFrame);
  const frame = () => {
    if (!notes) return;
    notes.frames.push(performance.now());
    requestAnimationFrame(frame);
  };

  window.hgProbe = {
    lasting,
    async start(name) {
      hand = name ? (await import("/web/hand/hand.js")).handOf(name) : null;
      notes = { moves: [], drawn: [], frames: [] };
      requestAnimationFrame(frame);
    },
    // When the map has said so and the next frame has run.
    async mapDrawn(said, longest) {
      while (!document.querySelector(".hg-shown")?.textContent.startsWith(said)) {
        if (performance.now() > longest) throw new Error(`The map does not say: ${said}.`);
        await nextFrame();
      }
      await nextFrame();
      return { ...lasting, at: performance.now() };
    },
    films: () => notes.drawn.filter(({ what }) => what === "film").map(({ index }) => index),
    stop() {
      const found = { ...notes, ...lasting };
      notes = null;
      return found;
    },
    expectImage() {
      window.hgImage = new Promise((resolve, reject) => {
        loaded = resolve;
        setTimeout(() => reject(new Error("No image came.")), LONGEST);
      });
    },
  };
})();
