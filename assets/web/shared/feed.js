// The newest of a run's page, from the server's live route: one question at a time for all parts on the page.
import { apiAddress } from "./api.js";
import { unpack } from "./container.js";

const PACE = 400; // milliseconds, until the server says how often it can be asked
const AGAIN = 2_000; // after a question that was not answered
const LONGEST = 30_000; // for an answer: a machine that is gone says nothing, and the browser waits for it for minutes

/**
 * @typedef {object} Live what a part that goes on by itself has in its data
 * @property {string} run
 * @property {string} part
 * @property {number} at when it was made, in the server's seconds
 * @property {Record<string, string>} asked the part's own questions
 *
 * @typedef {{at: number, data: object}} News
 * @typedef {{live: Live, take: (data: object) => void, news: News | null}} Follower
 * @typedef {{at: number, version: string, pace: number, parts: Record<string, object>}} Answer
 */

/** @type {Map<string, Feed>} by run */
const feeds = new Map();
const tab = crypto.getRandomValues(new Uint32Array(2)).join("-"); // how the server counts the tabs

class Feed {
  /** @type {Set<Follower>} */ followers = new Set();
  /** What was asked last, and which answer is known of it. */ known = { query: "", version: "" };
  pace = PACE;
  waiting = PACE;

  /** @param {string} run */
  constructor(run) {
    this.run = run;
  }

  async ask() {
    while (this.followers.size) {
      await this.pause();
      const began = performance.now();
      await inSight();
      if (!this.followers.size) break;
      const answered = await this.question().catch(() => false); // Streamlit says that the server is gone
      this.waiting = Math.max(0, (answered ? this.pace : AGAIN) - (performance.now() - began));
    }
    feeds.delete(this.run);
  }

  pause() {
    return new Promise((resolve) => setTimeout(resolve, this.waiting));
  }

  async question() {
    const followers = [...this.followers];
    const asked = Object.assign({}, ...followers.map(({ live }) => live.asked));
    const parts = followers.map(({ live }) => live.part).join();
    const asking = { run: this.run, tab, parts, ...asked };
    const query = JSON.stringify(asking);
    const after = query === this.known.query ? this.known.version : "";
    const answered = await answerOf(apiAddress("live", { ...asking, after }));
    if (!answered) return false;
    const { header, tensors } = unpack(answered);
    const answer = /** @type {Answer} */ (header);
    const allHere = followers.every((follower) => this.followers.has(follower)); // else another one needs the same answer
    this.known = { query, version: allHere ? answer.version : "" };
    this.pace = answer.pace * 1e3;
    for (const follower of followers) {
      const data = answer.parts[follower.live.part];
      if (!data || !this.followers.has(follower)) continue; // unchanged, or gone meanwhile
      follower.news = { at: answer.at, data: { ...data, arrays: arraysOf(tensors, follower.live.part) } };
      try {
        follower.take(follower.news.data);
      } catch (error) {
        reportError(error); // the other parts go on
      }
    }
    return true;
  }
}

/** @param {URL} address @returns {Promise<Uint8Array | null>} null where the server refuses */
async function answerOf(address) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), LONGEST);
  try {
    const response = await fetch(address, { signal: giveUp.signal });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A part's arrays, without the part's name before theirs.
 * @param {import("./container.js").Tensors} tensors
 * @param {string} part
 */
function arraysOf(tensors, part) {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(`${part}/`));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(part.length + 1), tensor]));
}

/** A tab that nobody looks at asks for nothing. @returns {Promise<void>} */
function inSight() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", function seen() {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", seen);
      resolve();
    });
  });
}

/**
 * Follow what a part is mounted for: go on where it is the same as before, else begin anew.
 * @param {Follower | null} before
 * @param {Live | undefined} live
 * @param {(data: object) => void} take
 * @returns {Follower | null} null where there is nothing to follow
 */
export function follow(before, live, take) {
  if (before && live && placeOf(before.live) === placeOf(live)) return Object.assign(before, { live, take });
  unfollow(before);
  if (!live) return null;
  /** @type {Follower} */
  const follower = { live, take, news: null };
  let feed = feeds.get(live.run);
  if (feed) {
    feed.followers.add(follower);
  } else {
    feeds.set(live.run, (feed = new Feed(live.run)));
    feed.followers.add(follower);
    feed.ask();
  }
  return follower;
}

/** @param {Follower | null} follower */
export function unfollow(follower) {
  if (follower) feeds.get(follower.live.run)?.followers.delete(follower);
}

/** @param {Live} live */
function placeOf({ run, part, asked }) {
  return JSON.stringify([run, part, asked]);
}
