"""Widgets of the form of a new training that remember their values, and the three of one term's weight.

A value is told to a widget as its beginning. One that is put into the session instead reaches the browser once: where
the page runs again before the browser has drawn it, it is lost, the widget begins at its least value, and sends that.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models.experiment import TermSetting
from models.schedules import SCHEDULES

COLUMNS = (2, 3, 2)  # relative widths of the three in a row
PARTS = ("weight", "schedule", "schedule_epochs")
_CONSTANT = TermSetting()
Show = Callable[..., Any]  # the widget's function, of the page or of a part of it


def fill(key: str, value: Any) -> None:
    """Put a value into a widget, which may be on the page already. To be called from a callback."""
    kept = st.session_state["setup"]
    kept[key] = value
    if key in st.session_state:
        st.session_state[key] = value
        kept.setdefault("filled", set()).add(key)


def number(show: Show, label: str, key: str, value: Any, **options: Any) -> Any:
    kept = st.session_state["setup"]
    begin = {} if _is_filled(key) else {"value": kept.get(key, value)}
    kept[key] = show(label, key=key, **begin, **options)
    return kept[key]


def select(show: Show, label: str, key: str, value: str, titles: Mapping[str, str], **options: Any) -> str:
    kept, names = st.session_state["setup"], list(titles)
    begin = {} if _is_filled(key) else {"index": names.index(kept.get(key, value))}
    kept[key] = show(label, names, format_func=lambda name: titles[name], key=key, **begin, **options)
    return kept[key]


def choose_weight(places: list[DeltaGenerator], key: Callable[[str], str], weight: float) -> dict[str, Any]:
    """A widget in each of the three places, and what they say: a setting without its formula. `key` gives the key of a
    part; `weight` is what the first begins with. A constant weight has no epochs, and the last place stays empty.
    """
    weight_side, schedule_side, epochs_side = places
    limits: dict[str, Any] = {"min_value": 0.0, "max_value": 1e6, "step": 0.1, "format": "%.4g"}
    schedules = {name: schedule.title for name, schedule in SCHEDULES.items()}
    setting = {
        "weight": number(weight_side.number_input, "Weight", key("weight"), weight, **limits),
        "schedule": select(schedule_side.selectbox, "Schedule", key("schedule"), _CONSTANT.schedule, schedules),
    }
    if setting["schedule"] != _CONSTANT.schedule:
        epochs, first = key("schedule_epochs"), _CONSTANT.schedule_epochs
        setting["schedule_epochs"] = number(
            epochs_side.number_input, "Over epochs", epochs, first, min_value=0.01, format="%.4g"
        )
    return setting


def _is_filled(key: str) -> bool:
    """Whether a value was put into it for this run of the page; Streamlit allows no beginning beside that."""
    filled = st.session_state["setup"].get("filled", set())
    if key not in filled:
        return False
    filled.remove(key)
    return True
