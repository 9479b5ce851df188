// One entry of the browser's history for each page: Streamlit adds one for each change of the address. A message about
// the page that Back or Forward has just left adds none: it would take the way forward.
(() => {
  const marked = /** @type {History & { onePerPage?: boolean }} */ (window.history);
  if (marked.onePerPage) return;
  marked.onePerPage = true;
  let followed = true; // somebody has done something since Back or Forward
  window.addEventListener("popstate", () => (followed = false));
  for (const kind of ["pointerdown", "keydown", "click"]) window.addEventListener(kind, () => (followed = true), true);
  const push = marked.pushState.bind(marked);
  marked.pushState = (state, unused, url) => {
    const samePage = new URL(String(url ?? ""), window.location.href).pathname === window.location.pathname;
    if (samePage) marked.replaceState(state, unused, url);
    else if (followed) push(state, unused, url);
  };
})();
