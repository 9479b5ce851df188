"""The map of all 70,000 images of MNIST on the Explore page, else of as many generated points in the component gallery.

`first draw` runs from the arrival of the points by the WebSocket, or of Plotly's script where that comes later, until
the map says that it shows them and the next animation frame has run; each is on a page loaded anew, and the codes are
kept by then. `hover` runs from the time stamp of the newest report of the
mouse until the card's picture has been drawn: on empty ground that is a decode, on a point its image, behind a dwell
of 125 ms. `payload` is the message that carries the map. `a change of z` is all that the page sends while the first
slider is dragged for a second and let go, and in the second behind that.
"""

from statistics import median

from benchmarks.apps import APP, GALLERY, home, served
from benchmarks.figures import Figure
from benchmarks.hand import LONGEST, Point, Seat, percentile, seats, to_and_fro
from benchmarks.runs import mnist_or

POINTS = 70_000
MODEL = "bundled/mnist-vae-2d"
DRAWS = 5
HOVERS = 5
SECONDS = 4.0  # of a hover
RESTS = 20  # points on which the pointer rests
_SAID = f"{POINTS:,} of {POINTS:,} images shown"
_LONGEST = 120_000  # milliseconds; the first time all images are encoded
_DWELT = 400
_AFTER = 1_000
# The longest way to and fro with no point within the pick radius of 14 pixels, and places where there are points.
_PLACES = """(count) => {
  const cell = 16;
  const canvas = document.querySelector(".hg-map-points");
  const { left, top } = canvas.getBoundingClientRect();
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const drawn = Array.from({ length: width * height }, (_, i) => i).filter((i) => data[4 * i + 3]);
  const places = drawn.map((i) => [i % width, Math.floor(i / width)]);
  const taken = new Set(places.map(([x, y]) => `${Math.floor(x / cell)} ${Math.floor(y / cell)}`));
  const near = [-1, 0, 1];
  const free = (column, row) => near.every((i) => near.every((j) => !taken.has(`${column + i} ${row + j}`)));
  let best = [0, 0, 0];
  for (let row = 1; row < height / cell - 1; row++) {
    for (let column = 1, run = 0; column < width / cell - 1; column++) {
      run = free(column, row) ? run + 1 : 0;
      if (run > best[0]) best = [run, column, row];
    }
  }
  const [run, column, row] = best;
  const ground = [column - run + 1, column].map((end) => [left + (end + 0.5) * cell, top + (row + 0.5) * cell]);
  const some = Array.from({ length: count }, (_, i) => places[Math.floor(((i + 0.5) * places.length) / count)]);
  return { run, ground, points: some.map(([x, y]) => [left + x, top + y]) };
}"""


def latent_map(draws: int = DRAWS, hovers: int = HOVERS) -> list[Figure]:
    """Load the page again and again; then one page is hovered over and its slider dragged."""
    explored = mnist_or("") == "mnist"
    with home() as folder, served(APP if explored else GALLERY, folder) as server, seats() as (seat,):
        if explored:
            _load(seat, server.url, explored)  # encodes the images
        loads = [_load(seat, server.url, explored) for _ in range(draws)]
        payload = seat.largest_received(b'"label":"latent map"')
        places = seat.page.evaluate(_PLACES, RESTS)
        if places["run"] < 2:
            raise RuntimeError("The map has no empty ground.")
        ground = to_and_fro(*places["ground"], SECONDS)
        hand = "explore" if explored else "gallery"
        hovered = [seat.move(ground, pressed=False, hand=hand) for _ in range(hovers + 1)][1:]
        rested = [_rest(seat, point) for point in places["points"]]
        before = len(seat.sent)
        seat.drag(1.0, hand=hand)
        seat.page.wait_for_timeout(_AFTER)
        sent = seat.sent[before:]
    cards = [notes.latencies("card") for notes in hovered]
    return [
        Figure("first draw", median(drawn for drawn, _ in loads), "s", "<= 1.5"),
        Figure("hover on empty ground, p95", percentile(cards, 95), "ms", "<= 33"),
        Figure("payload", payload, "bytes", "<= 1000000"),
        Figure("sent by a change of z", sum(one.bytes for one in sent if not one.own), "bytes", "<= 999"),
        Figure("sent by the page's own clock meanwhile", sum(one.bytes for one in sent if one.own), "bytes"),
        Figure("slowest first draw", max(drawn for drawn, _ in loads), "s"),
        Figure("from the choice of all images to their draw", median(waited for _, waited in loads), "s"),
        Figure("hover on empty ground, median", percentile(cards, 50), "ms"),
        Figure("pictures in a hover", median(notes.per_second("card") for notes in hovered), "1/s"),
        Figure("hover on a point, its dwell included", median(rested), "ms"),
    ]


def _load(seat: Seat, url: str, explored: bool) -> tuple[float, float]:
    """Seconds to the draw of all points: from what it needs, and from when they were asked for."""
    page = seat.page
    seat.received.clear()
    page.goto(f"{url}/?model={MODEL}" if explored else f"{url}/?points={POINTS}")
    asked = 0.0
    if explored:
        images = page.get_by_text(f"All images ({POINTS:,})", exact=True)
        images.wait_for(timeout=LONGEST)
        asked = page.evaluate("performance.now()")
        images.click()
    found = page.evaluate("([said, longest]) => hgProbe.mapDrawn(said, longest)", [_SAID, _LONGEST])
    arrived, _ = max(found["messages"], key=lambda message: message[1])
    return (found["at"] - max(arrived, found["library"])) / 1e3, (found["at"] - asked) / 1e3


def _rest(seat: Seat, point: Point) -> float:
    """Milliseconds until the card shows the image of the point under the pointer."""
    seat.page.evaluate("hgProbe.start(null)")
    seat.page.mouse.move(*point)
    seat.page.wait_for_timeout(_DWELT)
    found = seat.page.evaluate("hgProbe.stop()")
    shown = [entry["at"] for entry in found["drawn"] if entry["what"] == "card"]
    if not shown:
        raise RuntimeError(f"No image came within {_DWELT} ms of resting on a point.")
    return shown[0] - found["moves"][-1][0]
