"""The address of each page: Back and Forward, a reload, two tabs, and no page's parameters on another."""

import re
import shutil
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.support.browser_helpers import SLOW, choose
from tests.support.helpers import wait_for
from tests.support.made_runs import new_made_home
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser
DIGITS = "MNIST · VAE · 16-D"
FASHION = "Fashion-MNIST · VAE · 2-D"


@pytest.fixture(scope="module")
def app(app_server) -> str:
    """Return the URL of the real app, with ended runs and two that seem to be paused."""
    home = new_made_home()
    for name in ("training-1", "training-2"):
        folder = home / "runs" / name
        shutil.copytree(home / "runs" / "four", folder)
        with closing(sqlite3.connect(folder / "run.db")) as history, history:
            history.execute("UPDATE status SET state = 'paused'")
            history.execute("DELETE FROM meta WHERE key IN ('pid', 'process_started')")
    return app_server(ROOT / "app.py", HOURGLASS_HOME=str(home))


def _is_at(page: Page, address: str) -> None:
    """Wait until the address is that one, and see that it stays."""
    read = "location.pathname + decodeURIComponent(location.search)"
    wait_for(lambda: page.evaluate(read) == address, 30)
    page.wait_for_timeout(400)
    assert page.evaluate(read) == address


def _shows(page: Page, label: str, text: str) -> None:
    expect(page.get_by_role("combobox", name=label)).to_have_value(re.compile(f"{re.escape(text)}$"), timeout=SLOW)


def _go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def _entries(page: Page) -> int:
    return page.evaluate("history.length")


def test_back_and_forward_lead_through_pages_with_all_their_choices(app, page):
    page.goto(app)
    _shows(page, "Model", "MNIST · VAE · 2-D")
    before = _entries(page)
    for title, name in [(FASHION, "fashion-vae-2d"), (DIGITS, "mnist-vae-16d")] * 2:
        choose(page, "Model", title)
        _is_at(page, f"/?model=bundled/{name}")
    assert _entries(page) == before
    _go(page, "Train")
    for name in ("colour", "line", "four"):
        choose(page, "Run", re.compile(f"· {name}$"))
        _is_at(page, f"/train?run={name}")
    assert _entries(page) == before + 1
    _go(page, "Losses")
    page.get_by_role("radio", name="Terms and code").click(timeout=SLOW)
    _is_at(page, "/losses?view=terms")
    for _ in range(3):
        page.go_back()
        _is_at(page, "/train?run=four")
        _shows(page, "Run", "four")
        page.go_back()
        _is_at(page, "/?model=bundled/mnist-vae-16d")
        _shows(page, "Model", DIGITS)
        page.go_forward()
        _is_at(page, "/train?run=four")
        _shows(page, "Run", "four")
        page.go_forward()
        _is_at(page, "/losses?view=terms")
        expect(page.get_by_role("radio", name="Terms and code")).to_be_checked(timeout=SLOW)
    assert _entries(page) == before + 2


def test_back_from_a_model_leads_to_its_run(app, page):
    page.goto(f"{app}/train?run=colour")
    for name in ("colour", "four", "line"):
        if name != "colour":
            choose(page, "Run", re.compile(f"· {name}$"))
            _is_at(page, f"/train?run={name}")  # the link may still be of the run before
        page.get_by_role("link", name="Explore model").click(timeout=SLOW)
        _is_at(page, f"/?model=run/{name}")
        _shows(page, "Model", name)
        page.go_back()
        _is_at(page, f"/train?run={name}")
        _shows(page, "Run", name)


def test_no_page_has_parameters_of_another(app, page):
    page.goto(f"{app}/train?model=run/four&view=step&variant=gan")
    _is_at(page, "/train?variant=gan")
    _shows(page, "Variant", "GAN")
    page.goto(f"{app}/losses?view=step&model=run/four&run=four&cases=B")
    _is_at(page, "/losses?view=step&model=run/four")
    page.get_by_role("radio", name="Terms and code").click(timeout=SLOW)
    _is_at(page, "/losses?view=terms")
    choose(page, "Experiment", re.compile("· colour$"))
    _is_at(page, "/losses?view=terms&experiment=run/colour")
    page.get_by_role("radio", name="Step through one batch").click()
    _is_at(page, "/losses?view=step&model=run/four")
    _go(page, "Explore")
    _is_at(page, "/")


def test_each_page_keeps_its_parameters_while_others_are_shown(app, page):
    page.goto(f"{app}/?model=run/colour@0")
    _is_at(page, "/?model=run/colour@0")
    _go(page, "Train")
    _is_at(page, "/train")
    choose(page, "Variant", "β-VAE")
    _is_at(page, "/train?variant=beta_vae")
    for _ in range(3):
        _go(page, "Explore")
        _is_at(page, "/?model=run/colour@0")
        _shows(page, "Model", "colour")
        _go(page, "Train")
        _is_at(page, "/train?variant=beta_vae")
        _shows(page, "Variant", "β-VAE")
    choose(page, "Run", re.compile("· four$"))
    _is_at(page, "/train?run=four")
    choose(page, "Run", "New training")
    _is_at(page, "/train?variant=beta_vae")
    _shows(page, "Variant", "β-VAE")


def test_a_reload_in_the_middle_keeps_page_and_choices(app, page):
    page.goto(app)
    choose(page, "Model", FASHION)
    _is_at(page, "/?model=bundled/fashion-vae-2d")
    _go(page, "Train")
    choose(page, "Run", re.compile("· four$"))
    _is_at(page, "/train?run=four")
    page.reload()
    _shows(page, "Run", "four")
    page.go_back()
    _shows(page, "Model", FASHION)
    page.reload()
    _shows(page, "Model", FASHION)
    page.go_forward()
    _shows(page, "Run", "four")
    _is_at(page, "/train?run=four")


def test_two_tabs_have_an_address_each(app, browser):
    with fresh_page(browser) as one, fresh_page(browser) as other:
        one.goto(f"{app}/?model=run/four")
        other.goto(f"{app}/?model=run/told")
        for _ in range(3):
            for page, first, second in ((one, "four", "colour"), (other, "told", "line")):
                page.bring_to_front()  # nobody clicks in a tab behind another, where a browser draws little
                _shows(page, "Model", f"· {first}")
                choose(page, "Model", re.compile(f"· {second}$"))
                _is_at(page, f"/?model=run/{second}")
                choose(page, "Model", re.compile(f"· {first}$"))
        _shows(one, "Model", "· four")
        _shows(other, "Model", "· told")


def test_an_unknown_name_in_the_address_is_told_and_leaves_it(app, page):
    for path, text in (
        ("/?model=run/gone", "The model run/gone does not exist"),
        ("/train?run=gone", "This run no longer exists"),
        ("/losses?view=terms&experiment=run/gone", "The experiment run/gone does not exist"),
        ("/losses?view=step&model=run/gone", "The model run/gone does not exist"),
    ):
        page.goto(app + path)
        expect(page.get_by_text(text)).to_be_visible(timeout=SLOW)
        wait_for(lambda: "gone" not in page.evaluate("location.search"))


def test_what_trains_is_linked_from_everywhere(app, page):
    page.goto(app)
    page.get_by_role("link", name="2 paused").click(timeout=SLOW)
    _is_at(page, "/train?run=training-2")
    for name in ("training-1", "training-2", "training-1"):  # on the page of one, to the next
        page.get_by_role("button", name="2 paused").click()
        _is_at(page, f"/train?run={name}")
        _shows(page, "Run", name)
    _go(page, "Losses")
    page.get_by_role("link", name="2 paused").click(timeout=SLOW)
    _is_at(page, "/train?run=training-2")
    page.go_back()
    _is_at(page, "/losses")
    _go(page, "Train")
    _is_at(page, "/train?run=training-2")
    choose(page, "Run", "New training")
    _is_at(page, "/train")
    page.get_by_role("button", name="2 paused").click()
    _is_at(page, "/train?run=training-2")
