"""Your own terms in the page's address: a reload begins a new session, and what was typed must outlive it."""

import contextlib
import json
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from models.spec.term_settings import TermSetting

OWN_TERMS = "own"
NAME_LENGTH = 32
MOST_TERMS = 8
MOST_CHARACTERS = 4000  # a server refuses an address that is far longer
_Term = tuple[Annotated[str, Field(max_length=NAME_LENGTH)], TermSetting]
_TERM = TypeAdapter(_Term)
_TERMS = TypeAdapter(Annotated[list[_Term], Field(max_length=MOST_TERMS)])


def address_of(terms: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """Return names and settings as the address has them; empty where that is too long or a value is not allowed."""
    try:
        text = _TERMS.dump_json(_TERMS.validate_python(terms), exclude_defaults=True).decode()
    except ValidationError:
        return ""
    return text if len(text) <= MOST_CHARACTERS else ""


def terms_in(address: str) -> tuple[list[tuple[str, TermSetting]], int]:
    """Return the terms of an address, which anyone may have written, and how many of them cannot be taken."""
    try:
        given = json.loads(address or "[]")
    except (ValueError, RecursionError):
        return [], 1
    terms, entries = [], given if isinstance(given, list) else [given]
    for entry in entries[:MOST_TERMS]:
        with contextlib.suppress(ValidationError):
            terms.append(_TERM.validate_json(json.dumps(entry)))
    return terms, len(entries) - len(terms)
