"""GET /api/live: the newest of a run's page, for the parts that go on without a rerun of Streamlit."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from explorer.api.edge import octets, refuse
from explorer.components.container import pack
from explorer.components.live.look import Look, Looks
from explorer.components.live.parts import PARTS, Options
from explorer.library.keys import can_be_said
from explorer.library.models import LibraryError
from explorer.places import runs_folder
from explorer.runs.reader import RunError
from explorer.services import SERVICES
from models.spec.experiment import ExperimentError
from models.spec.sentences import sentences_of

LOOKS = Looks()
_NUMBER = "[0-9]{1,5}"


def _run(name: str) -> str:
    if not can_be_said(name):
        raise ValueError(f"The run was {name[:60]!r}; allowed is the name of a folder.")
    return name


def _parts(names: str) -> str:
    if unknown := [name for name in names.split(",") if name not in PARTS]:
        raise ValueError(f"The part was {unknown[0]!r}; allowed are {', '.join(PARTS)}.")
    return names


class Asked(BaseModel):
    """The address's parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: Annotated[str, AfterValidator(_run)]
    parts: Annotated[str, Field(max_length=200), AfterValidator(_parts)]
    tab: str = Field("", max_length=40)
    after: str = Field("", max_length=40)  # the version of the answer that the browser has
    drawn: str = Field("", max_length=40)  # for which frame of the page; see Look.drawn
    log: bool = False
    pair: str = Field("", pattern=f"^({_NUMBER},{_NUMBER})?$")

    def options(self, look: Look) -> Options:
        """Return what was chosen. Raises ValueError for dimensions that the model does not have."""
        if not self.pair:
            return Options(self.log)
        first, second = (int(number) for number in self.pair.split(","))
        if max(first, second) >= look.experiment.latent_dim:
            raise ValueError(f"The pair was {self.pair}; the model has {look.experiment.latent_dim} latent dimensions.")
        return Options(self.log, (first, second))


_OWNERS = {"": ("this question", Asked)}


def live(request: Request) -> Response:
    """GET /api/live?run=NAME&parts=progress,curves: the parts' newest JSON values, and their arrays as `PART/NAME`.

    The header is {at, version, pace, parts}. With the version of the answer before as `after`, `parts` is empty where
    nothing has changed. Where the page was `drawn` for another frame, `parts.progress.stale` is the one to draw, until
    it is drawn. `pace` says after how many seconds the browser should ask again.
    """
    try:
        asked = Asked.model_validate(dict(request.query_params))
    except ValidationError as error:
        return refuse(400, " ".join(sentences_of(error, _OWNERS)))
    pace = SERVICES.watchers.pace(asked.tab)
    try:
        look = LOOKS.of(runs_folder() / asked.run, SERVICES.launcher)
    except (RunError, ExperimentError):  # gone or damaged: the page says it
        return octets(pack({"at": 0.0, "version": "", "pace": pace, "parts": {"progress": {"stale": "gone"}}}, {}))
    stale = bool(asked.drawn) and asked.drawn != look.drawn
    header = {"at": look.at, "version": look.version, "pace": pace, "parts": {}}
    if look.version == asked.after and not stale:
        return octets(pack(header, {}))
    try:
        header["parts"], arrays = _newest(asked, look)
        if stale:
            header["parts"]["progress"] = {**header["parts"].get("progress", {}), "stale": look.drawn}
    except ValueError as error:
        return refuse(400, str(error))
    return octets(pack(header, arrays))


def _newest(asked: Asked, look: Look) -> tuple[dict[str, Mapping[str, Any]], dict[str, np.ndarray]]:
    parts, arrays, options = {}, {}, asked.options(look)
    for name in asked.parts.split(","):
        try:
            part = PARTS[name](look, options)
        except LibraryError:  # a file of the trainer's is missing for a moment: the picture stays
            continue
        if part is not None:
            parts[name] = part.header
            arrays |= {f"{name}/{own}": array for own, array in part.arrays.items()}
    return parts, arrays
