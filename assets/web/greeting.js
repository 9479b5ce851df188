// The head of a page: hints that are closed stay closed in this browser and come back at a press of "Hints"; its link.
// This file stands in the page itself: a browser drops such a script if "less than" is followed by a letter in it.
(() => {
  const root = /** @type {HTMLElement & { hourglassHints?: boolean }} */ (document.documentElement);
  if (root.hourglassHints) return;
  root.hourglassHints = true;
  const KEY = "hourglass-closed-hints";
  const kept = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // a browser that keeps nothing: they are closed until the page is left
    }
  };
  const closed = new Set((kept() ?? "").split(" ").filter(Boolean));
  const show = () => (root.dataset.closedHints = [...closed].join(" "));
  show();
  // A link to a snapshot is to find it again: the server keeps it, while a run goes on and thins out the others.
  const keepSnapshot = () => {
    const model = new URLSearchParams(location.search).get("model") ?? "";
    const script = document.querySelector("script[src*='static/js/']");
    if (!model.includes("@") || !(script instanceof HTMLScriptElement)) return;
    const address = new URL(`../../api/keep?model=${encodeURIComponent(model)}`, script.src);
    fetch(address, { method: "POST" }).catch(() => {}); // the link is good meanwhile
  };
  /** @param {HTMLElement} button */
  const copyLink = async (button) => {
    const title = button.textContent;
    keepSnapshot();
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copy it from the address bar"; // not every browser lets a page copy
    }
    setTimeout(() => (button.textContent = title), 2000);
  };
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-hints], [data-close-hints], [data-copy-link]");
    if (!(button instanceof HTMLElement)) return;
    if (button.matches("[data-copy-link]")) return void copyLink(button);
    const { hints, closeHints } = button.dataset;
    if (closeHints) closed.add(closeHints);
    else if (hints && !closed.delete(hints)) closed.add(hints);
    try {
      localStorage.setItem(KEY, show());
    } catch {
      // as above
    }
  });
})();
