// The one place that knows how Streamlit hands its theme to a component: CSS variables on the component's wrapper.

/**
 * @typedef {object} Theme
 * @property {string} text
 * @property {string} muted
 * @property {string} grid
 * @property {string} surface the page behind the component
 * @property {string} panel
 * @property {string} accent bright enough for a thin line on the surface
 * @property {string} font
 * @property {string[]} palette one colour a class
 * @property {string[]} sequential from low to high
 */

/** @type {Promise<void> | undefined} */
let styles;

/** Link hourglass.css once for the page; components stay hidden from view until it is there. */
export function loadStyles() {
  styles ??= new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL("../hourglass.css", import.meta.url).href;
    link.onload = () => resolve();
    link.onerror = () => resolve(); // plain but usable
    document.head.append(link);
  });
  return styles;
}

/**
 * @param {Element} element anything inside the component
 * @returns {Theme}
 */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (/** @type {string} */ name) => style.getPropertyValue(`--st-${name}`).trim();
  const text = read("text-color");
  return {
    text,
    muted: faded(text, 0.68),
    grid: faded(text, 0.1),
    surface: read("background-color"),
    panel: read("secondary-background-color"),
    accent: read("link-color"),
    font: read("font"),
    palette: read("chart-categorical-colors").split(","),
    sequential: read("chart-sequential-colors").split(","),
  };
}

/**
 * Fill in the colours that Python cannot know: "theme:text", "theme:muted", "theme:grid", "theme:surface", "theme:panel",
 * "theme:accent" and "theme:0" to "theme:9". Works on the JSON text, so that it reaches every place a colour can be.
 * @param {string} json
 * @param {Theme} theme
 */
export function resolveColours(json, theme) {
  return json.replace(/"theme:(text|muted|grid|surface|panel|accent|\d)"/g, (_, /** @type {string} */ name) => {
    const named = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (theme))[name];
    return JSON.stringify(named ?? theme.palette[Number(name) % theme.palette.length]);
  });
}

/**
 * A Plotly template: what the figure says itself always wins.
 * @param {Theme} theme
 */
export function plotTemplate(theme) {
  const axis = {
    gridcolor: theme.grid,
    linecolor: theme.grid,
    zerolinecolor: theme.grid,
    tickcolor: theme.grid,
    tickfont: { color: theme.muted, size: 12 },
    title: { font: { color: theme.muted, size: 13 }, standoff: 8 },
    ticklabelstandoff: 6,
    zeroline: false,
    automargin: true,
  };
  const scale = theme.sequential.map((colour, i) => [i / (theme.sequential.length - 1), colour]);
  const scene = { ...axis, backgroundcolor: "rgba(0,0,0,0)", showbackground: false };
  return {
    layout: {
      font: { family: theme.font, size: 13, color: theme.text },
      title: { font: { size: 15 }, x: 0, xanchor: "left" },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      colorway: theme.palette,
      colorscale: { sequential: scale },
      margin: { l: 48, r: 12, t: 28, b: 40 },
      xaxis: axis,
      yaxis: axis,
      scene: { xaxis: scene, yaxis: scene, zaxis: scene },
      hoverlabel: {
        bgcolor: theme.panel,
        bordercolor: theme.grid,
        font: { family: theme.font, size: 12.5, color: theme.text },
      },
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1, yanchor: "bottom", itemsizing: "constant" },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.muted, activecolor: theme.accent },
    },
    data: { heatmap: [{ colorbar: { outlinewidth: 0, thickness: 10 } }] },
  };
}

/**
 * @param {string} colour `#rrggbb`
 * @param {number} alpha
 */
function faded(colour, alpha) {
  const [, r, g, b] = /^#(..)(..)(..)$/.exec(colour) ?? ["", "80", "80", "80"];
  return `rgba(${[r, g, b].map((part) => parseInt(part ?? "80", 16)).join(",")},${alpha})`;
}
