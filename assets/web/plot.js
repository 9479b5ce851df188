// A chart whose figure Python makes.
import { PlotView } from "./charts/plot_view.js";
import { renderer } from "./shared/renderer.js";

export default renderer(
  ".hg-plot",
  (host) => new PlotView(host),
  (view, /** @type {import("./shared/renderer.js").Component<import("./charts/plot_view.js").PlotData>} */ { data }) => view.update(data),
);
