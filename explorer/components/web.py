"""Where the browser modules are, how they are served, and the short script that loads one of them."""

import importlib.util
import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

WEB = Path(__file__).resolve().parents[2] / "assets" / "web"


class Limits(NamedTuple):
    """What Python and the browser must agree on. Both read it from ``assets/web/shared/limits.json``."""

    largest_value: int  # of a code, either sign
    coordinate_steps: int  # a map's coordinate is sent in 16 bits: finer than any screen, and half the size
    most_classes: int  # of a map


LIMITS = Limits(**json.loads((WEB / "shared" / "limits.json").read_text(encoding="utf-8")))


class _Revalidated(StaticFiles):
    """Files that the browser keeps but asks about: modules import each other by plain names, which carry no version."""

    async def get_response(self, path: str, scope: "Scope") -> "Response":
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def asset_routes() -> list[Mount]:
    """Return the routes for the browser modules and for Plotly's own script, both out of files that are here."""
    mimetypes.add_type("text/javascript", ".js")  # Windows may have another idea in its registry
    plotly = importlib.util.find_spec("plotly")  # found, not imported: the page process stays light
    if plotly is None or plotly.origin is None:
        raise RuntimeError("The package plotly is missing: install the requirements again.")
    return [
        Mount("/web", _Revalidated(directory=WEB)),
        Mount("/plotly", _Revalidated(directory=Path(plotly.origin).parent / "package_data")),
    ]


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
