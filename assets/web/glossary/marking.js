// A dotted line under the first place of each term on a page. It is a highlight: the page's own elements stay as they are.

/** @typedef {import("./matching.js").Match} Match */

const NEWS_MS = 2000; // at most so often: a page that trains changes several times a second
const MARK = "hourglass-glossary";
/** Where a term has another use than to be read. */
export const ELSEWHERE =
  "svg, canvas, code, pre, script, style, button, a, input, select, textarea, h1, h2, h3, h4, h5, dialog, [role=tooltip], [role=option], [contenteditable]";

/** @param {import("./matching.js").Matching} matching */
export function markTerms(matching) {
  if (!("highlights" in CSS)) return; // an older browser has the explanations without the line
  let waiting = false;
  const mark = () => {
    waiting = false;
    CSS.highlights.set(MARK, new Highlight(...firstPlaces(matching)));
  };
  const later = () => {
    if (waiting || document.hidden) return;
    waiting = true;
    setTimeout(mark, NEWS_MS);
  };
  new MutationObserver(later).observe(document.body, { childList: true, characterData: true, subtree: true });
  document.addEventListener("visibilitychange", later);
  mark();
}

/** What was found in a text, as long as it stays the same. @type {WeakMap<Text, {data: string, matches: Match[]}>} */
const found = new WeakMap();

/**
 * @param {import("./matching.js").Matching} matching
 * @param {Text} node
 */
function matchesIn(matching, node) {
  const before = found.get(node);
  if (before?.data === node.data) return before.matches;
  const matches = matching.all(node.data);
  found.set(node, { data: node.data, matches });
  return matches;
}

/**
 * @param {import("./matching.js").Matching} matching
 * @returns {Range[]}
 */
function firstPlaces(matching) {
  const page = document.querySelector("main, [data-testid=stMain]");
  if (!page) return [];
  const seen = new Set();
  const ranges = [];
  const walker = document.createTreeWalker(page, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node instanceof Element && node.matches(ELSEWHERE) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!(node instanceof Text)) continue;
    for (const { entry, start, end } of matchesIn(matching, node)) {
      if (seen.has(entry) || !node.parentElement?.checkVisibility({ visibilityProperty: true })) continue;
      seen.add(entry);
      const range = new Range();
      range.setStart(node, start);
      range.setEnd(node, end);
      ranges.push(range);
    }
  }
  return ranges;
}
