"""POST /api/keep: a snapshot that somebody has a link to stays, however many more a run makes."""

from starlette.requests import Request
from starlette.responses import Response

from explorer.api.edge import refuse
from explorer.library import models as library
from explorer.library.models import LibraryError
from explorer.places import UnwritableError
from explorer.runs.layout import keep_snapshot


def keep(request: Request) -> Response:
    """POST /api/keep?model=run/NAME@STEP: mark the snapshot. Others than those of runs are never removed."""
    try:
        entry = library.find(request.query_params.get("model", ""))
        if not entry.bundled and not entry.live:
            keep_snapshot(entry.folder, entry.step)
    except LibraryError as error:
        return refuse(400, str(error))
    except UnwritableError as error:
        return refuse(500, str(error))
    return Response(status_code=204)
