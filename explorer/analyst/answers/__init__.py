"""The requests that the analyst answers, one module each: its `answer` takes the header and the bytes, and may report.

An answer is a dict for JSON and bytes. Modules are imported when they are first asked for: UMAP alone takes seconds.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from explorer.analyst.errors import AnalystError

Report = Callable[[str, float], None]  # takes what is being done, in words, and the share that is done, 0..1
Answer = tuple[Mapping[str, Any], bytes]
ANSWERS: Mapping[str, str] = MappingProxyType(  # each in words: what waits behind it says "waiting for ..."
    {
        "decode": "the images of codes",
        "encode": "the codes of a whole data set",
        "project": "the UMAP of codes",
        "estimate": "the size and speed of an experiment",
        "inspect": "one training step with all its numbers",
        "try_term": "the check of a formula",
        "wirings": "the measurement of the wirings",
        "pairings": "a session of the pairing lab",
    }
)


def answer(header: dict[str, Any], payload: bytes, report: Report) -> Answer:
    """Answer a request. Raises AnalystError for one that there is not, and what its module raises."""
    request = header["request"]
    if request not in ANSWERS:
        raise AnalystError(f"The request was {request!r}; allowed are {', '.join(ANSWERS)}.")
    return import_module(f"{__name__}.{request}").answer(header, payload, report)
