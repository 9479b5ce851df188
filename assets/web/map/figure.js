// A map as a Plotly figure: its axes and its legend; with its points where it is saved as a picture.
import { styleOf } from "./points.js";
import { readTheme } from "../shared/theme.js";

const MARGIN = 0.06; // of the points' span, around them

/**
 * Axes and legend. The points themselves are drawn by `points.js`.
 * @param {import("../map.js").MapView} map
 * @returns {import("../charts/chart.js").Figure}
 */
export function mapFigure({ scatter, header, selected, gestures, tools, host }) {
  if (!scatter) return { data: [], layout: {} };
  const theme = readTheme(host);
  const counts = scatter.counts(selected, header.classes.length);
  const { radius, opacity } = styleOf(scatter.count);
  const data = header.classes.map((name, label) => ({
    type: "scatter",
    mode: "markers",
    name: legend(name, counts[label], selected !== null),
    x: [null],
    y: [null],
    hoverinfo: "skip",
    marker: { size: 2 * radius, color: theme.palette[label % theme.palette.length], opacity },
  }));
  const [xaxis, yaxis] = header.titles.map((text, k) => ({
    title: { text },
    nticks: 7,
    showgrid: tools.backdrop !== "decodes",
    range: [...(header.ranges?.[k] ?? around(scatter.spans[k]))],
    autorange: false,
    automargin: false,
    ticklabeloverflow: "allow", // fitting the labels takes Plotly as long as all the rest
  }));
  const { tool } = gestures;
  return {
    data,
    layout: {
      xaxis,
      yaxis,
      uirevision: header.name,
      hovermode: false, // the map looks for the nearest point itself
      dragmode: tool === "zoom" || tool === "pan" ? tool : false,
      showlegend: true,
      legend: {
        orientation: "v",
        x: 1.01,
        y: 0.93, // below the buttons that appear under the pointer
        yanchor: "top",
        itemsizing: "constant",
        font: { size: 12 },
      },
      margin: { l: 44, r: 8, t: 8, b: 40 },
      meta: { filename: "hourglass-latent-map" },
    },
  };
}

/** @param {[number, number]} span */
function around([low, high]) {
  const margin = MARGIN * (high - low);
  return [low - margin, high + margin];
}

/**
 * The same figure with its points, with what lies behind them and with z, for a picture that is kept.
 * @param {import("../map.js").MapView} map
 * @param {import("../charts/chart.js").Figure} figure
 * @returns {import("../charts/chart.js").Figure}
 */
export function savedFigure({ scatter, selected, back, frame, plane, hand, host }, { data, layout }) {
  if (!scatter) return { data, layout };
  const rows = rowsByClass(scatter.labels, data.length);
  const points = data.map((trace, label) => ({
    ...trace,
    type: scatter.count > 5000 ? "scattergl" : "scatter",
    x: Array.from(rows[label], (row) => scatter.x[row]),
    y: Array.from(rows[label], (row) => scatter.y[row]),
    ...(selected && { selectedpoints: [...rows[label].keys()].filter((place) => selected[rows[label][place]]) }),
  }));
  const images = [];
  if (back?.spans && back.kind !== "nothing") {
    const [[left, right], [bottom, top]] = back.spans;
    const place = { xref: "x", yref: "y", x: left, y: top, sizex: right - left, sizey: top - bottom, sizing: "stretch" };
    images.push({ source: frame.back.toDataURL(), layer: "below", ...place, opacity: Number(getComputedStyle(frame.back).opacity) });
  }
  const here = plane?.invertible && hand.code.length === plane.latent ? plane.project(hand.code) : [];
  const marker = { symbol: "cross-thin", size: 16, line: { color: readTheme(host).accent, width: 2.5 } };
  const z = here.length === 2 ? [{ type: "scatter", mode: "markers", x: [here[0]], y: [here[1]], marker, showlegend: false }] : [];
  return { data: [...points, ...z], layout: { ...layout, images } };
}

/**
 * @param {string} name
 * @param {{all: number, selected: number}} count
 * @param {boolean} selecting
 */
function legend(name, { all, selected }, selecting) {
  const whole = all.toLocaleString("en");
  const muted = selecting ? `${selected.toLocaleString("en")} / ${whole}` : whole;
  return `${escaped(name)}  <span style="font-size:0.85em;fill-opacity:0.75">${muted}</span>`;
}

/** Plotly's labels read HTML. @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * @param {Uint8Array} labels
 * @param {number} classes
 */
function rowsByClass(labels, classes) {
  const rows = Array.from({ length: classes }, () => /** @type {number[]} */ ([]));
  labels.forEach((label, i) => rows[label].push(i));
  return rows;
}
