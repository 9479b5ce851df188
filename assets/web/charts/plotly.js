// Plotly is 4.8 MB: one script for the page, however many charts are on it.

/** @type {Promise<any> | undefined} */
let library;

/** @returns {Promise<any>} */
export function loadPlotly() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../../plotly/plotly.min.js", import.meta.url).href;
    script.onload = () => resolve(/** @type {any} */ (window).Plotly);
    script.onerror = () => {
      library = undefined; // the next chart may ask again
      script.remove();
      reject(new Error("The chart library could not be loaded. Reload the page to try again."));
    };
    document.head.append(script);
  });
  return library;
}
