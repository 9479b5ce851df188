// A map as a Plotly figure: its axes; with its points and a legend where it is saved as a picture.
import { MARGIN } from "./frame.js";
import { styleOf } from "./points.js";

/**
 * @typedef {import("../charts/types.js").Figure} Figure
 * @typedef {import("./frame.js").Span} Span
 *
 * @typedef {object} MapAxes
 * @property {[string, string]} titles
 * @property {string} name zoom is kept while it stays
 * @property {[Span, Span]} ranges
 * @property {boolean} equal whether a unit is as long on both, also after a zoom
 * @property {boolean} live whether the ranges are kept steady from elsewhere: a zoom is then free
 * @property {boolean} grid
 * @property {import("./gestures.js").Tool} tool
 *
 * @typedef {object} MapPicture what lies on the axes
 * @property {import("./scatter.js").Scatter} scatter
 * @property {Uint8Array | null} selected
 * @property {string[]} classes
 * @property {string[]} palette
 * @property {Set<number>} hidden classes
 * @property {{source: string, opacity: number, spans: [Span, Span]} | null} back
 * @property {number[]} z where it stands; empty where it is not on the plane
 * @property {number[] | null} prior the middle of its circles
 * @property {string} accent
 */

/**
 * The axes. The points are drawn by `points.js`, the legend by `legend.js`.
 * @param {MapAxes} axes
 * @returns {Figure}
 */
export function mapFigure(axes) {
  const [xaxis, yaxis] = axes.titles.map((text, k) => ({
    title: { text },
    nticks: 7,
    showgrid: axes.grid,
    range: [...axes.ranges[k]],
    autorange: false,
    automargin: false,
    ticklabeloverflow: "allow", // fitting the labels takes Plotly as long as all the rest
  }));
  const { tool } = axes;
  return {
    data: [],
    layout: {
      xaxis,
      yaxis: { ...yaxis, ...(axes.equal && !axes.live && { scaleanchor: "x" }) },
      uirevision: axes.name,
      hovermode: false, // the map looks for the nearest point itself
      dragmode: tool === "zoom" || tool === "pan" ? tool : false,
      showlegend: false,
      margin: MARGIN,
      meta: { filename: "hourglass-latent-map", refit: axes.equal },
    },
  };
}

/**
 * The same axes with points, legend, backdrop and z, for a picture that is kept.
 * @param {Figure} figure
 * @param {MapPicture} picture
 * @returns {Figure}
 */
export function savedFigure({ layout }, { scatter, selected, classes, palette, hidden, back, z, prior, accent }) {
  const rows = rowsByClass(scatter.labels, classes.length);
  const { radius, opacity } = styleOf(scatter.count);
  const points = classes.map((name, label) => ({
    type: scatter.count > 5000 ? "scattergl" : "scatter",
    mode: "markers",
    name: `${escaped(name)}  ${rows[label].length.toLocaleString("en")}`,
    visible: hidden.has(label) ? "legendonly" : true,
    x: rows[label].map((row) => scatter.x[row]),
    y: rows[label].map((row) => scatter.y[row]),
    marker: { size: 2 * radius, color: palette[label], opacity },
    ...(selected && { selectedpoints: [...rows[label].keys()].filter((place) => selected[rows[label][place]]) }),
  }));
  const marker = { symbol: "cross-thin", size: 16, line: { color: accent, width: 2.5 } };
  const cross = { type: "scatter", mode: "markers", x: [z[0]], y: [z[1]], marker, showlegend: false };
  const legend = { orientation: "v", x: 1.01, y: 1, yanchor: "top", itemsizing: "constant", font: { size: 12 } };
  return {
    data: z.length === 2 ? [...points, cross] : points,
    layout: { ...layout, showlegend: true, legend, images: back ? [imageOf(back)] : [], shapes: prior ? circlesOf(prior) : [] },
  };
}

/** The prior's circles of one and two standard deviations; of one dimension, lines. @param {number[]} prior */
function circlesOf([x, y]) {
  const line = { color: "#808080", width: 1, dash: "dot" };
  const flat = y === undefined;
  return [1, 2].flatMap((sigmas) => {
    if (!flat) return [{ type: "circle", x0: x - sigmas, x1: x + sigmas, y0: y - sigmas, y1: y + sigmas, line }];
    return [x - sigmas, x + sigmas].map((at) => ({ type: "line", x0: at, x1: at, yref: "paper", y0: 0, y1: 1, line }));
  });
}

/** @param {NonNullable<MapPicture["back"]>} back */
function imageOf({ source, opacity, spans: [[left, right], [bottom, top]] }) {
  const place = { xref: "x", yref: "y", x: left, y: top, sizex: right - left, sizey: top - bottom, sizing: "stretch" };
  return { source, layer: "below", ...place, opacity };
}

/** Plotly's labels read HTML. @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * @param {Uint16Array} labels
 * @param {number} classes
 */
function rowsByClass(labels, classes) {
  const rows = Array.from({ length: classes }, () => /** @type {number[]} */ ([]));
  labels.forEach((label, i) => rows[label].push(i));
  return rows;
}
