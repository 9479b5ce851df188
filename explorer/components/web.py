"""Limits shared with the browser modules, and the short script that loads one of them."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

from explorer.places import WEB


class Limits(NamedTuple):
    """Limits that Python and the browser share. Both read them from ``assets/web/shared/limits.json``."""

    largest_value: int  # of a code, either sign
    coordinate_steps: int  # a map's coordinate is sent in 16 bits: finer than any screen, and half the size
    most_classes: int  # of a map


LIMITS = Limits(**json.loads((WEB / "shared" / "limits.json").read_text(encoding="utf-8")))


def loader(module: str) -> str:
    """Return the script that Streamlit sends with a mount: it imports the real module, ``assets/web/<module>.js``.

    The only place that knows the address: everything else is found from the module's own. Streamlit's pages live at
    ``/``, ``/train`` and so on, so the address starts at the root.
    """
    base = st.get_option("server.baseUrlPath").strip("/")
    address = "/".join(part for part in (base, "web", f"{module}.js") if part)
    return (
        f'const module = await import(new URL("/{address}", location.origin).href);\n'
        "export default (component) => module.default(component);"
    )


def as_data(values: Mapping[str, Any]) -> tuple[Mapping[str, Any]]:
    """Return JSON values as a component's data; ``renderer`` in ``shared/elements.js`` takes them out again.

    In a dict, Streamlit looks for data frames. For that it imports pandas and PyArrow, which takes longer than all of
    the page. It passes on a tuple as it is.
    """
    return (values,)
