"""What the browser tests of the whole app share: models on a page, hands, and pictures as arrays."""

import base64
import re
from collections.abc import Sequence
from urllib.parse import urlencode, urljoin

import numpy as np
import psutil
from playwright.sync_api import APIResponse, FloatRect, Locator, Page, Route, expect

from explorer.api.points import MOST_ROWS
from tests.support.api_helpers import unpack
from tests.support.helpers import wait_for

SLOW = 60_000  # ms: TensorFlow loads in child processes on a shared machine
Spot = tuple[float, float]
Codes = Sequence[Sequence[float]] | np.ndarray

_BASE64 = """const base64 = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
};"""
_CANVAS = f"""canvas => {{
    {_BASE64}
    const {{ width, height }} = canvas;
    const {{ data }} = canvas.getContext("2d").getImageData(0, 0, width, height);
    return [height, width, base64(data)];
}}"""
_PIXELS = """(map, spots) => {
    const { left, top, width, height } = map.querySelector(".hg-map-glass").getBoundingClientRect();
    const { xaxis: { range: [x0, x1] }, yaxis: { range: [y0, y1] } } = map.querySelector(".hg-plot").layout;
    return spots.map(([x, y]) => [left + width * (x - x0) / (x1 - x0), top + height * (y1 - y) / (y1 - y0)]);
}"""
# Every picture of the hand's model from now on, and every code: `drawn` has how many codes there were by then.
_RECORD = f"""async (name) => {{
    {_BASE64}
    const {{ handOf }} = await import("/web/hand/hand.js");
    const hand = handOf(name);
    window.codes = [[...hand.code]];
    window.drawn = [];
    hand.addEventListener("code", () => window.codes.push([...hand.code]));
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (image, ...place) {{
        if (this.canvas.matches("canvas.hg-decoded")) window.drawn.push([window.codes.length, base64(image.data)]);
        put.call(this, image, ...place);
    }};
}}"""

# An open list closes when the page scrolls or gets shorter. Streamlit takes away what is gone a moment after a run.
_RESTS = """async () => {
    const page = document.querySelector(".stApp"), content = document.querySelector(".stMainBlockContainer");
    const now = () => page.dataset.testScriptState + content.scrollHeight;
    for (let seen = now(), calm = 0; calm < 8 || !seen.startsWith("notRunning"); calm++) {
        await new Promise((passed) => setTimeout(passed, 50));
        if (now() !== seen) [seen, calm] = [now(), 0];
    }
}"""


def at_rest(page: Page) -> None:
    """Wait until the page is drawn and stands still."""
    page.locator(".stMainBlockContainer").wait_for(timeout=SLOW)
    page.evaluate(_RESTS)


def choose(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    """Choose in a select box, however long its list is, and see that it stays."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.wait_for(timeout=SLOW)
    at_rest(page)
    box.click()
    box.fill(option if isinstance(option, str) else option.pattern.strip("· $"))  # a list draws only what is in sight
    page.get_by_role("option", name=option, exact=True).click()
    expect(box).to_have_value(option, timeout=SLOW)


def open_model(page: Page, url: str, model: str) -> None:
    """Show a model on Explore and wait until its picture, its map and the image it begins with are there."""
    page.goto(f"{url}/?model={model}")
    expect(page.locator(".hg-latency")).to_contain_text("decoded", timeout=SLOW)
    expect(page.locator(".hg-map.hg-ready .hg-plot.hg-ready")).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-shown")).to_contain_text("shown", timeout=SLOW)  # said last, when all layers are in place
    expect(page.locator(".hg-caption")).to_contain_text(", class ")


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name, exact=True)


def typed(page: Page, name: str) -> Locator:
    """The field with a dimension's value."""
    return page.get_by_role("spinbutton", name=f"{name} value", exact=True)


def code(page: Page, hand: str = "explore") -> list[float]:
    """The code with all its digits."""
    return page.evaluate("async (name) => (await import('/web/hand/hand.js')).handOf(name).code", hand)


def pixels(canvas: Locator) -> np.ndarray:
    """What a canvas holds: uint8 (rows, columns, 3)."""
    height, width, data = canvas.evaluate(_CANVAS)
    return _coloured(data, (height, width))


def picture(page: Page) -> np.ndarray:
    """The decoded picture, uint8 (height, width, 3)."""
    return pixels(page.locator("canvas.hg-decoded"))


def wait_for_other_picture(page: Page, before: np.ndarray) -> None:
    wait_for(lambda: not np.array_equal(picture(page), before))


def decoded(page: Page, model: str, codes: Codes, shape: tuple[int, ...]) -> np.ndarray:
    """What the server decodes codes to, uint8 (count, height, width, 3). The page sees nothing of the request."""
    address = urljoin(page.url, f"/api/decode?{urlencode({'model': model})}")
    body = np.array(codes, "<f4").tobytes()
    answer = wait_for(lambda: _unless_starting(page.request.post(address, data=body)))
    assert answer.status == 200, answer.text()
    images = np.frombuffer(answer.body(), np.uint8).reshape(len(codes), *shape)
    return np.broadcast_to(images, (*images.shape[:3], 3))


def _unless_starting(answer: APIResponse) -> APIResponse | None:
    return None if answer.status == 503 else answer


def difference(one: np.ndarray, other: np.ndarray) -> int:
    """The largest of any pixel."""
    return int(np.abs(one.astype(int) - other).max())


def record(page: Page, hand: str = "explore") -> None:
    """Keep every picture that is drawn from now on, and every code that was under the hand by then."""
    page.evaluate(_RECORD, hand)


def recorded(page: Page) -> tuple[list[list[float]], list[tuple[int, np.ndarray]]]:
    """All codes, and the pictures (height, width, 3), each with the place of the newest code of its time."""
    codes, drawn = page.evaluate("[window.codes, window.drawn]")
    side = np.sqrt(len(base64.b64decode(drawn[0][1])) / 4) if drawn else 0
    return codes, [(count - 1, _coloured(data, (int(side), int(side)))) for count, data in drawn]


def _coloured(data: str, size: tuple[int, int]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(*size, 4)[..., :3]


def strip_codes(page: Page, index: int, frames: int = 11, hand: str = "explore") -> np.ndarray:
    """What the film strip of a dimension shows, (frames, latent): the code here, with the slider's range along it."""
    codes = np.tile(code(page, hand), (frames, 1))
    low, high = (float(slider(page, f"z{index}").get_attribute(end) or 0) for end in ("min", "max"))
    codes[:, index] = low + (np.arange(frames) + 0.5) / frames * (high - low)
    return codes


def strip(page: Page, index: int) -> np.ndarray:
    """The film strip of a dimension, all frames side by side, uint8 (height, frames * width, 3)."""
    return pixels(page.get_by_role("img", name=f"latent traversal of z{index}", exact=True))


def box_of(locator: Locator) -> FloatRect:
    """Where an element is on the page, in sight."""

    def box() -> FloatRect | None:  # in one step: a live chart may put another element there at any time
        return locator.evaluate("""element => {
            if (!element.isConnected) return null;
            element.scrollIntoViewIfNeeded();
            const { x, y, width, height } = element.getBoundingClientRect();
            return { x, y, width, height };
        }""")

    return wait_for(box, 5)


def along(track: Locator, share: float) -> Spot:
    """A place on the page at a share of a track's length."""
    box = box_of(track)
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def drag(page: Page, start: Spot, *rest: Spot, steps: int = 8) -> None:
    """Press, go by all these places, let go."""
    page.mouse.move(*start)
    page.mouse.down()
    for spot in rest:
        page.mouse.move(*spot, steps=steps)
    page.mouse.up()


def map_spots(page: Page, *spots: Spot) -> list[Spot]:
    """Where places of the map's plane are on the page."""
    page.locator(".hg-map").scroll_into_view_if_needed()
    return [(x, y) for x, y in page.locator(".hg-map").evaluate(_PIXELS, list(spots))]


def data_points(page: Page, model: str, count: int, of: str = "probe") -> tuple[np.ndarray, list[str]]:
    """The codes (count, latent) and the classes of a map's first points, as the server has them."""
    means, labels = [], []
    for first in range(0, count, MOST_ROWS):
        rows = ",".join(map(str, range(first, min(first + MOST_ROWS, count))))
        address = urljoin(page.url, f"/api/points?{urlencode({'model': model, 'of': of, 'rows': rows})}")
        header, arrays = unpack(page.request.get(address).body())
        means.append(arrays["mean"])
        labels += header["labels"]
    return np.concatenate(means), labels


def lone_point(page: Page, places: np.ndarray) -> tuple[int, Spot]:
    """The row and place of the point that is farthest from its nearest neighbour, well within the plane in sight."""
    low, high = np.array(map_ranges(page)).T
    spots = (places - low) / (high - low)  # across and up may have other units
    apart = np.sqrt(((spots[:, None] - spots) ** 2).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    nearest = np.where((np.abs(spots - 0.5) > 0.45).any(axis=1), 0, apart.min(axis=1))
    row = int(nearest.argmax())
    return row, (float(places[row, 0]), float(places[row, 1]))


def hover(page: Page, spot: Spot) -> None:
    """Move the pointer to a place of the map's plane."""
    ((x, y),) = map_spots(page, spot)
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)


def map_ranges(page: Page) -> list[list[float]]:
    """What of the plane is in sight, across and up."""
    read = "plot => [[...plot.layout.xaxis.range], [...plot.layout.yaxis.range]]"
    return page.locator(".hg-map .hg-plot").evaluate(read)


def z_on_map(page: Page) -> Spot:
    """Where the cross of z stands, in the map's plane."""
    x, y = page.locator(".hg-map").evaluate(
        """map => {
            const [x, y, arm] = map.querySelector(".hg-z").getAttribute("d").match(/-?[\\d.]+/g).map(Number);
            const { width, height } = map.querySelector(".hg-map-glass").getBoundingClientRect();
            const { xaxis: { range: [x0, x1] }, yaxis: { range: [y0, y1] } } = map.querySelector(".hg-plot").layout;
            return [x0 + (x1 - x0) * (x + arm) / 2 / width, y1 - (y1 - y0) * y / height];
        }"""
    )
    return x, y


def held_back(page: Page, address: str | re.Pattern[str]) -> list[Route]:
    """Let requests to an address wait from now on; they are in the list, for the test to let them go."""
    waiting: list[Route] = []
    page.route(address, lambda route: waiting.append(route))
    return waiting


def number_in(text: str, pattern: str) -> int:
    """The number that a pattern's first group finds, without its commas."""
    found = re.search(pattern, text)
    assert found, text
    return int(found[1].replace(",", ""))


def server_of(url: str) -> psutil.Process:
    """The process that listens at an address of this machine."""
    port = int(url.rpartition(":")[2])
    (server,) = {
        connection.pid
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    return psutil.Process(server)
