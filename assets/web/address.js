// One entry of the browser's history for each page: Streamlit adds one for each change of the address.
(() => {
  const marked = /** @type {History & { onePerPage?: boolean }} */ (window.history);
  if (marked.onePerPage) return;
  marked.onePerPage = true;
  const push = marked.pushState.bind(marked);
  marked.pushState = (state, unused, url) => {
    const samePage = new URL(String(url ?? ""), window.location.href).pathname === window.location.pathname;
    if (samePage) marked.replaceState(state, unused, url);
    else push(state, unused, url);
  };
})();
