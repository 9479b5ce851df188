"""What Hourglass relies on in Streamlit beyond its documentation. docs/design.md lists each with its reason.

A new Streamlit that fails one of these needs a change of Hourglass first. What only a browser can show is in
tests/browser: test_address.py (history), test_run_end.py (elements in place), test_choices.py (choices in a row).
"""

import inspect
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit import config
from streamlit.elements.widgets.selectbox import SelectboxSerde
from streamlit.runtime.scriptrunner import ScriptRunContext, script_runner
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.testing.v1 import AppTest

from explorer.places import ASSETS

STREAMLIT_SCRIPTS = Path(st.__file__).parent / "static" / "static" / "js"


def test_the_garbage_collection_after_each_run_can_be_switched_off():
    """`runner.postScriptGC` is not documented; when a new Streamlit drops it, every rerun costs eight times as much."""
    assert config.get_option("runner.postScriptGC") in {True, False}


def _serde(title: str) -> SelectboxSerde[str]:
    """Return what turns a choice among three into a message of the browser and back; the second has that title."""
    labels = ["a", title, "c"]
    return SelectboxSerde(
        ["a", "b", "c"],
        format_func=lambda name: title if name == "b" else name,
        formatted_options=labels,
        formatted_option_to_option_index={label: index for index, label in enumerate(labels)},
        default_option_index=0,
    )


def test_a_choice_travels_by_its_label():
    """So options may come and go around a choice, but its label must not change while it is shown."""
    said = _serde("B, training").serialize("b")
    assert said == "B, training"
    assert _serde("B, training").deserialize(said) == "b"
    assert _serde("B, ended").deserialize(said) != "b"


def _boxes() -> None:
    import streamlit as st

    begin, key = st.session_state.get("begin", 0), st.session_state.get("key")
    options = ("a", "b", "c")
    st.session_state["said"] = {
        "selectbox": st.selectbox("Box", options, begin, key=key and f"{key}-1"),
        "slider": st.select_slider("Slider", options, value=options[begin], key=key and f"{key}-2"),
        "segments": st.segmented_control("Segments", options, default=options[begin], key=key and f"{key}-3"),
        "number": st.number_input("Number", value=begin, key=key and f"{key}-4"),
        "toggle": st.toggle("Toggle", value=bool(begin), key=key and f"{key}-5"),
    }


def _choose_c(shown: AppTest) -> AppTest:
    shown.selectbox[0].select("c")
    shown.select_slider[0].set_value("c")
    shown.button_group[0].set_value("c")
    shown.number_input[0].set_value(2)
    shown.toggle[0].set_value(True)
    return shown.run()


C = {"selectbox": "c", "slider": "c", "segments": "c", "number": 2, "toggle": True}


def test_a_widget_with_a_key_keeps_its_value_when_its_beginning_changes():
    shown = AppTest.from_function(_boxes)
    shown.session_state["key"] = "k"
    shown = _choose_c(shown.run())
    assert shown.session_state["said"] == C
    shown.session_state["begin"] = 1
    assert shown.run().session_state["said"] == C


def test_a_widget_without_a_key_begins_anew_when_its_beginning_changes():
    """So no widget whose beginning may change is without a key: every second choice would be lost."""
    shown = _choose_c(AppTest.from_function(_boxes).run())
    shown.session_state["begin"] = 1
    said = shown.run().session_state["said"]
    assert said == {"selectbox": "b", "slider": "b", "segments": "b", "number": 1, "toggle": True}


def test_a_widget_with_a_new_key_begins_with_its_beginning():
    shown = AppTest.from_function(_boxes)
    shown.session_state["key"] = "k"
    shown = _choose_c(shown.run())
    shown.session_state["key"], shown.session_state["begin"] = "l", 1
    assert shown.run().session_state["said"]["selectbox"] == "b"


def test_a_run_of_the_script_knows_whether_back_or_forward_began_it():
    assert ScriptRunContext.__dataclass_fields__["is_history_navigation"].default is False


def test_each_access_to_the_session_may_end_the_run_of_the_script():
    """So what must not be torn apart is kept in plain objects, which are fetched from the session first."""
    seen: list[None] = []
    session = SafeSessionState(SessionState(), yield_callback=lambda: seen.append(None))
    session["name"] = {}
    after_writing = len(seen)
    session["name"]
    assert 0 < after_writing < len(seen)


@pytest.mark.parametrize(
    ("function", "parameter"),
    [(st.page_link, "query_params"), (st.html, "unsafe_allow_javascript"), (st.fragment, "run_every")],
)
def test_a_function_takes_what_pages_give_it(function: Any, parameter: str):
    assert parameter in inspect.signature(function).parameters


def test_no_page_may_steer_the_app_that_embeds_it():
    """`client.allowedOrigins` is not documented: without it, Streamlit's own sites may."""
    assert config.get_option("client.allowedOrigins") == []


def test_the_app_takes_our_middleware_and_routes():
    assert {"middleware", "routes"} <= set(inspect.signature(st.App).parameters)


def test_streamlit_resets_keras_after_each_run_where_it_is_loaded(monkeypatch):
    """So nothing of a page may load it: models that are being built would break, and reruns are slow."""
    reset = []
    backend = SimpleNamespace(clear_session=lambda: reset.append(True))
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(backend=backend))
    inspect.unwrap(script_runner._clean_problem_modules)()  # the tests keep it from being called
    assert reset == [True]


def test_streamlits_scripts_still_have_the_names_that_our_style_sheets_use():
    """Classes of its elements in assets/page.css, and the colours of its theme, which our components draw with."""
    scripts = [path.read_text(encoding="utf-8") for path in STREAMLIT_SCRIPTS.glob("*.js")]
    sheet = (ASSETS / "page.css").read_text(encoding="utf-8")
    names = set(re.findall(r'\.(st[A-Z][A-Za-z]+)|data-testid="(\w+)"', sheet))
    assert len(names) >= 5
    wanted = {name for pair in names for name in pair if name} | {"--st-"}
    assert {name for name in wanted if not any(name in script for script in scripts)} == set()
