"""The app wherever people put it: below a base path, behind proxies, under allowed names and under no other."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect
from streamlit import net_util

from explorer.api.origin import UNKNOWN_NAME
from tests.conftest import ROOT
from tests.support.browser_helpers import SLOW, open_model, picture, slider, wait_for_other_picture
from tests.support.helpers import wait_for
from tests.support.proxies import Proxy, certified, running

pytestmark = pytest.mark.browser
BASE = "lab/hg"
NAME = "hourglass.localhost"  # a browser takes every name below localhost to this machine
DECODED_BY_THE_SERVER = """async (code) => {
    const base = document.querySelector("script[src*='static/js']").src;
    const { apiAddress } = await import(new URL("../../web/shared/api.js", base));
    const body = new Float32Array(code);
    const answer = await fetch(apiAddress("decode", { model: "bundled/mnist-vae-2d" }), { method: "POST", body });
    return [answer.status, answer.ok ? [...new Uint8Array(await answer.arrayBuffer())] : await answer.text()];
}"""


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    """Yield a proxy that ends TLS and passes on under a Host of its own; the app behind it comes later."""
    with running(Proxy(tls=certified(NAME), own_host=True)) as started:
        yield started


@pytest.fixture(scope="module")
def based(app_server, proxy) -> str:
    """Return the URL of an app below a base path, for one host name and one proxy."""
    url = app_server(
        ROOT / "app.py",
        STREAMLIT_SERVER_BASE_URL_PATH=BASE,
        STREAMLIT_SERVER_ALLOWED_HOSTS=NAME,
        STREAMLIT_SERVER_CORS_ALLOWED_ORIGINS=f"https://{NAME}:{proxy.port}",
    )
    proxy.target = port_of(url)
    return url.removesuffix(f"/{BASE}")


@pytest.fixture(scope="module")
def open_to_all(app_server) -> str:
    """Return the URL of an app that listens on all interfaces, as in a container."""
    return app_server(ROOT / "app.py", STREAMLIT_SERVER_ADDRESS="0.0.0.0")  # noqa: S104 -- that is the case


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


@pytest.fixture
def refused(page: Page) -> list[str]:
    """Return what the page asked for in vain, as it grows.

    A decoder may say that it has not started yet, and Streamlit tries out where it is served.
    """
    found: list[str] = []

    def note(answer: Response) -> None:
        if answer.status >= 400 and answer.status != 503 and "/_stcore/" not in answer.url:
            found.append(f"{answer.status} {answer.url}")

    page.on("response", note)
    return found


def decodes(page: Page, url: str) -> None:
    """See that the page decodes under the hand, by itself and by the server."""
    open_model(page, url, "bundled/mnist-vae-2d")
    before = picture(page)
    slider(page, "z0").press("ArrowRight")
    wait_for_other_picture(page, before)
    status, _ = wait_for(lambda: _ready(page))
    assert status == 200


def others_are_there(page: Page, url: str) -> None:
    """See that another page can be reached, be loaded again and be left."""
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
    page.reload()
    expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
    assert page.url.startswith(f"{url}/train")
    page.go_back()
    expect(page.locator(".hg-map.hg-ready .hg-plot.hg-ready")).to_be_visible(timeout=SLOW)


def _ready(page: Page) -> tuple[int, object] | None:
    """Return the server's answer to a code, once its decoder has started."""
    status, body = page.evaluate(DECODED_BY_THE_SERVER, [0.5, -0.5])
    return None if status == 503 else (status, body)


def test_below_a_base_path(based, page, refused):
    decodes(page, url := f"{based}/{BASE}")
    others_are_there(page, url)
    assert refused == []


def test_under_the_name_that_was_allowed(based, page, refused):
    decodes(page, f"http://{NAME}:{port_of(based)}/{BASE}")
    assert refused == []


def test_behind_a_proxy_that_ends_tls_and_has_a_host_of_its_own(based, proxy, page, refused):
    assert based
    decodes(page, f"https://{NAME}:{proxy.port}/{BASE}")
    assert refused == []


def test_behind_a_proxy_that_strips_a_prefix(open_to_all, page, refused):
    with running(Proxy(port_of(open_to_all), prefix="/user/me/proxy/8501")) as proxy:
        decodes(page, url := f"http://127.0.0.1:{proxy.port}/user/me/proxy/8501")
        others_are_there(page, url)
    assert refused == []
    assert proxy.outside == []


def test_under_an_address_of_this_machine_in_its_network(open_to_all, page, refused):
    address = net_util.get_internal_ip()
    assert address != "127.0.0.1", "this machine has no network"
    decodes(page, f"http://{address}:{port_of(open_to_all)}")
    assert refused == []


@pytest.mark.parametrize("name", ["evil.localhost", socket.gethostname() + ".localhost"])
def test_under_no_other_name(based, open_to_all, page, name):
    for url, path in ((based, f"/{BASE}/"), (open_to_all, "/")):
        page.goto(f"http://{name}:{port_of(url)}{path}")
        expect(page.locator("body")).to_have_text(UNKNOWN_NAME.format(name=name.lower()))
