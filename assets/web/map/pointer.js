// What the pointer does on a map: it hovers over points and ground, moves z, selects and zooms.
import { Gestures } from "./gestures.js";
import { Hover } from "./hover.js";

/**
 * @typedef {object} View the parts of a map that the pointer reads and moves
 * @property {import("./frame.js").Frame} frame
 * @property {import("../hand/hand.js").Hand} hand
 * @property {import("./marks.js").Marks} marks
 * @property {import("./card.js").Card} card
 * @property {import("./places.js").Places} places
 * @property {import("./selection.js").Selection} selection
 * @property {import("./legend.js").Legend} legend
 * @property {import("../charts/chart.js").Chart} chart
 * @property {import("./tools.js").Tools} tools
 * @property {Hover} hover
 * @property {import("./plane.js").Plane} plane
 * @property {import("./scatter.js").Scatter} scatter
 * @property {() => void} showPoints
 */

/** @param {View} view whose plane and points may become others */
export function hoverOn(view) {
  const { frame, hand, marks, places } = view;
  return new Hover(view.card, {
    positionOf: (event) => frame.positionOf(event),
    pick: (position) => places.pick(position),
    point: (row) => places.point(row),
    codeAt: (position) => places.codeAt(position),
    engine: () => hand.engine,
    classIndex: () => hand.classIndex,
    flicker: () => view.tools.flicker,
    mark: (row, point) => {
      const { plane } = view;
      const position = places.ofPoint(row);
      marks.ring("under", position);
      marks.posterior(position, point?.logVar && plane.invertible ? plane.covariance(point.logVar) : undefined);
    },
    say: (error) => places.say(error),
  });
}

/** @param {View} view */
export function gesturesOn(view) {
  const { frame, hand, marks, card, selection, places, legend, chart } = view;
  return new Gestures(frame.glass, frame.stage, {
    onHover: (event) => view.hover.over(event),
    onLeave: () => view.hover.leave(),
    onMove: (event, committed) => places.moveTo(frame.positionOf(event), committed),
    onTouch: (event) => {
      if (!hand.picture || !hand.engine) return;
      card.showDecode(hand.picture.pixels, hand.engine.shape); // on a phone the large picture may be out of sight
      card.moveTo(event);
    },
    onClick: (event) => places.click(frame.positionOf(event)),
    onOutline: (path) => marks.draw(path),
    onRelease: () => card.hide(),
    onSelect: (path, add) => {
      selection.take(view.scatter, path.map(([x, y]) => frame.positionAt(x, y)), add, legend.hidden);
      view.showPoints();
    },
    onClear: () => selection.clear() && view.showPoints(),
    onZoom: (event, factor) => {
      const at = frame.positionOf(event);
      if (!at || !frame.sight) return;
      const [xaxis, yaxis] = frame.sight.map((span, k) => span.map((end) => at[k] + (end - at[k]) * factor));
      chart.zoomTo({ xaxis, yaxis });
    },
    onResetZoom: () => chart.resetZoom(),
  });
}
