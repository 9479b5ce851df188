"""Widgets of the form of a new training that remember their values, and the three of one term's weight.

A widget is given its value as its default. A value that is put into the session instead reaches the browser once: where
the page runs again before the browser has drawn it, it is lost, the widget begins at its least value, and sends that.
So values that are filled in begin new widgets, by new keys.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from streamlit.delta_generator import DeltaGenerator

from explorer.app_pages.parts.tab import of_tab
from models.spec.experiment import Experiment, limits_of
from models.spec.schedules import SCHEDULES
from models.spec.sentences import capital
from models.spec.term_settings import TermSetting

COLUMNS = (2, 3, 2)  # relative widths of the three in a row
PARTS = ("weight", "schedule", "schedule_epochs")
_CONSTANT = TermSetting()
Show = Callable[..., Any]  # the widget's function, of the page or of a part of it


def form_values() -> dict[str, Any]:
    """Return what the form remembers, by key."""
    return of_tab("setup", dict)


def fill(values: Mapping[str, Any]) -> None:
    """Let the widgets of these keys begin anew with these values, now or when they are next on the page.

    To be called from a callback, before any widget is drawn by its old key.
    """
    kept = form_values()
    kept |= {**values, "filled": kept.get("filled", 0) + 1}


def bounds(field: str, model: type[BaseModel] = Experiment) -> dict[str, Any]:
    """Return the limits of that field as arguments of a widget."""
    low, high = limits_of(field, model)
    return {"min_value": low, "max_value": high}


def number(show: Show, label: str, key: str, value: Any, **options: Any) -> Any:
    kept = form_values()
    kept[key] = show(label, value=kept.get(key, value), key=_widget(key), **options)
    return kept[key]


def select(show: Show, label: str, key: str, value: str, titles: Mapping[str, str], **options: Any) -> str:
    kept, names = form_values(), list(titles)
    begin = names.index(kept.get(key, value))
    kept[key] = show(label, names, begin, format_func=lambda name: titles[name], key=_widget(key), **options)
    return kept[key]


def choose_weight(
    places: list[DeltaGenerator], key: Callable[[str], str], weight: float, term: str = ""
) -> dict[str, Any]:
    """Show a widget in each of the three places and return their values: a setting without its formula.

    `key` gives the key of a part; `weight` is the first widget's default. A constant weight has no epochs, and a dash
    stands in the last place. The widgets are called after the `term`, where its title is known.
    """
    named = [capital(f"{term} {label}".strip()) for label in ("weight", "schedule", "over epochs")]
    weight_side, schedule_side, epochs_side = places
    options: dict[str, Any] = {"step": 0.1, "format": "%.4g"}
    schedules = {name: schedule.title for name, schedule in SCHEDULES.items()}
    setting = {
        "weight": number(weight_side.number_input, named[0], key("weight"), weight, **options),
        "schedule": select(schedule_side.selectbox, named[1], key("schedule"), _CONSTANT.schedule, schedules),
    }
    if setting["schedule"] != _CONSTANT.schedule:
        epochs, first = key("schedule_epochs"), _CONSTANT.schedule_epochs
        setting["schedule_epochs"] = number(epochs_side.number_input, named[2], epochs, first, format="%.4g")
    else:
        epochs_side.caption("–")
    return setting


def _widget(key: str) -> str:
    return f"{key}-{form_values().get('filled', 0)}"
