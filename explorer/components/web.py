"""Limits shared with the browser modules, and the short script that loads one of them."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from explorer.places import WEB


class Limits(NamedTuple):
    """Limits that Python and the browser share. Both read them from ``assets/web/shared/limits.json``."""

    largest_value: int  # of a code, either sign
    coordinate_steps: int  # a map's coordinate is sent in 16 bits: finer than any screen, and half the size
    most_classes: int  # of a map


LIMITS = Limits(**json.loads((WEB / "shared" / "limits.json").read_text(encoding="utf-8")))


IN_PAGE = ("address.js", "greeting.js")  # they act before any module is there


@cache
def page_script() -> str:
    """Return the script that stands in every page: what acts at once, and the glossary."""
    first = [(WEB / name).read_text(encoding="utf-8") for name in IN_PAGE]
    return "\n".join([*first, imported("glossary")])


def loader(module: str) -> str:
    """Return the script that Streamlit sends with a mount: it imports the real module, ``assets/web/<module>.js``."""
    return f"const module = await {imported(module)};\nexport default (component) => module.default(component);"


def imported(module: str) -> str:
    """Return the JavaScript expression that imports ``assets/web/<module>.js``.

    The only place that knows the address: everything else is found from the module's own. Streamlit's own script is
    at ``static/js/`` below wherever the browser sees the app. A base path is part of that, and so is the prefix of a
    proxy, which the server never hears of.
    """
    streamlit = "document.querySelector(\"script[src*='static/js/']\").src"
    return f'import(new URL("../../web/{module}.js", {streamlit}).href)'


def as_data(values: Mapping[str, Any]) -> tuple[Mapping[str, Any]]:
    """Return JSON values as a component's data; ``renderer`` in ``shared/renderer.js`` takes them out again.

    In a dict, Streamlit looks for data frames. For that it imports pandas and PyArrow, which takes longer than all of
    the page. It passes on a tuple as it is.
    """
    return (values,)
