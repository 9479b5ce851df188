// Plotly is 4.8 MB: one script for the page, however many charts are on it.

/** @typedef {import("./types.js").Plotly} Plotly */

/** @type {Promise<Plotly> | undefined} */
let library;

/** @returns {Promise<Plotly>} rejects with a sentence */
export function loadPlotly() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../../plotly/plotly.min.js", import.meta.url).href;
    script.onload = () => resolve(/** @type {Window & {Plotly?: Plotly}} */ (window).Plotly ?? Promise.reject(failed()));
    script.onerror = () => {
      library = undefined; // the next chart may ask again
      script.remove();
      reject(failed());
    };
    document.head.append(script);
  });
  return library;
}

const failed = () => new Error("The chart library could not be loaded. Reload the page to try again.");
