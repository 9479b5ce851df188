"""The files that the browser loads: our modules and style sheets, and Plotly's script out of its package."""

import importlib.util
import mimetypes
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from explorer.api.unanswered import routes_below
from explorer.places import WEB

CHUNK = 2**20  # bytes; the default of 64 kB costs a thread's wake-up for each of 74 pieces of Plotly's script


class _LocalFiles(StaticFiles):
    """Files that travel no further than this machine."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        # Modules import each other by plain names, which carry no version: the browser keeps them but asks each time.
        response.headers["Cache-Control"] = "no-cache"
        # This keeps a file out of Streamlit's gzip, which holds up the event loop: 0.2 s for Plotly's script.
        response.headers["Content-Encoding"] = "identity"
        if isinstance(response, FileResponse):
            response.chunk_size = CHUNK
        return response


def asset_routes() -> list[BaseRoute]:
    """Return the routes of the browser modules and of Plotly. Raises RuntimeError where Plotly is missing."""
    mimetypes.add_type("text/javascript", ".js")  # Windows may have another idea in its registry
    plotly = importlib.util.find_spec("plotly")  # found, not imported: the page process stays light
    if plotly is None or plotly.origin is None:
        raise RuntimeError("The package plotly is missing: install the requirements again.")
    return [
        *routes_below("/web", _LocalFiles(directory=WEB)),
        *routes_below("/plotly", _LocalFiles(directory=Path(plotly.origin).parent / "package_data")),
    ]
