"""A click that another run of the page overtakes is not lost: its callback does all that it is to do."""

from typing import Any

import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state import SafeSessionState
from streamlit.testing.v1 import AppTest

from explorer.app_pages.parts import step

ACCESSES: list[str] = []


@pytest.fixture(autouse=True)
def overtaken(monkeypatch):
    """Ask for another run of the whole page whenever callbacks are about to be called."""

    def on_script_will_rerun(self: SafeSessionState, *states: Any, **more: Any) -> None:
        calm = self._yield_callback

        def ask() -> None:
            ACCESSES.append("one")
            object.__setattr__(self, "_yield_callback", calm)  # a request ends one run
            raise RerunException(RerunData())

        object.__setattr__(self, "_yield_callback", ask)
        try:
            with self._lock:
                self._state.on_script_will_rerun(*states, **more)
        finally:
            object.__setattr__(self, "_yield_callback", calm)

    ACCESSES.clear()
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", on_script_will_rerun)


def careless() -> None:
    import streamlit as st

    def add() -> None:
        st.session_state["clicks"] = st.session_state.get("clicks", 0) + 1

    st.button("Add", on_click=add)
    st.text(st.session_state.get("clicks", 0))


def careful() -> None:
    import streamlit as st

    from explorer.app_pages.parts.tab import of_tab

    st.button("Add", on_click=of_tab("clicks", list).append, args=(1,))
    st.text(len(of_tab("clicks", list)))


def form() -> None:
    import streamlit as st

    from explorer.app_pages.parts import address
    from explorer.app_pages.setup.choices import choose_all, take_preset
    from explorer.presets import PRESETS

    address.begin_run("Train")
    for name in PRESETS:
        st.button(name, key=f"preset-{name}", on_click=take_preset, args=(name,))
    st.session_state["given"], _ = choose_all()
    address.end_run()


def lab() -> None:
    from explorer.app_pages.lab.pairings import show_lab
    from explorer.app_pages.parts import address

    address.begin_run("Losses")
    show_lab()
    address.end_run()


def walk() -> None:
    from explorer.app_pages.parts import address
    from explorer.app_pages.parts.step import _show

    address.begin_run("Train")
    _show("run/missing")
    address.end_run()


def pressed(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click().run()
    return page


def test_streamlit_loses_a_click_whose_callback_reads_the_session():
    """If this fails, `of_tab` is not needed any more."""
    page = AppTest.from_function(careless).run()
    for _ in range(3):
        assert pressed(page, "Add").text[0].value == "0"


def test_an_object_of_the_tab_takes_every_click():
    page = AppTest.from_function(careful).run()
    for times in (1, 2, 3):
        assert pressed(page, "Add").text[0].value == str(times)
    assert not ACCESSES


def test_a_preset_is_taken_whole():
    page = AppTest.from_function(form, default_timeout=30).run()
    for preset, expected in [
        ("codebook", ("digits", "vq_vae", 8)),
        ("shapes-beta", ("shapes", "beta_vae", 8)),
        ("mnist-vae", ("mnist", "vae", 2)),
    ]:
        pressed(page, preset)
        given = page.session_state["given"]
        assert (given["dataset"], given["variant"], given["latent_dim"]) == expected


def test_own_terms_come_and_go():
    page = AppTest.from_function(form, default_timeout=30).run()
    for number in (1, 2, 3):
        pressed(page, "Add a loss term")
        assert f"own_{number}" in page.session_state["given"]["terms"]
    for number in (1, 2, 3):
        page.button(key=f"own-{number}-remove").click().run()
        assert f"own_{number}" not in page.session_state["given"]["terms"]


def test_a_pairing_is_added(empty_home):
    page = AppTest.from_function(lab, default_timeout=30).run()
    before = len(page.session_state["address"].values["lab"].get("cases", "").split(","))
    page.selectbox(key="own-loss").select_index(2).run()
    pressed(page, "Add")
    assert len(page.session_state["address"].values["lab"]["cases"].split(",")) > before


def test_a_batch_is_taken_and_others_after_it(monkeypatch):
    asked = []
    monkeypatch.setattr(step, "_asked", lambda _key, wanted: asked.append(dict(wanted)))
    monkeypatch.setattr(step, "_follow", lambda _key, _question: None)
    page = AppTest.from_function(walk, default_timeout=30).run()
    assert not asked
    assert pressed(page, "Take a batch").exception == []
    for _ in range(3):
        pressed(page, "Another image")
    assert asked[-1] == {"batch": 0, "draws": 0, "chosen": 3}
    assert {name: page.query_params[name] for name in ("batch", "noise", "image")} == {
        "batch": "1",
        "noise": "1",
        "image": "4",
    }
