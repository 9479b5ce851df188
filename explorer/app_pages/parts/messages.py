"""Sentences on a page: errors, what is not listed, and text that somebody else wrote."""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from explorer.lab.session import SessionError
from explorer.library.listing import Listing
from explorer.library.models import LibraryError
from explorer.places import UnwritableError
from explorer.runs.reader import RunError

Given = ParamSpec("Given")
SAID = 3  # files and folders that are passed over, each in a sentence
_ACTS = re.compile(r"[\\`*_{}\[\]()#+!|<>~$:&]|^-|(?<=^[0-9])\.|(?<=^[0-9]{2})\.")
# Streamlit looks for links, icons and emoji once more when Markdown is through, where a backslash helps no longer.
_ACTS_LATER = re.compile(r"(?<=:)(?=//)|(?<=:)(?=[\w+/-]+:)|(?<=www)(?=\.)|(?<=[\w.+-]@)(?=[\w-]+\.)", re.IGNORECASE)
_JOINER = "\u2060"  # not seen, and no part of any of these


def plain(text: str) -> str:
    """Return somebody else's text in one line, with nothing in it that Streamlit's Markdown would act on."""
    return _ACTS.sub(r"\\\g<0>", _ACTS_LATER.sub(_JOINER, " ".join(text.split())))


def show_error(sentence: str) -> None:
    st.error(plain(sentence), icon=":material/error:")


def show_passed_over(listing: Listing) -> None:
    """Say beside the list of models what is not in it, and why: the first few in full, the others as a number."""
    if listing.passed_over:
        more = len(listing.passed_over) - SAID
        st.caption(plain(" ".join([*listing.passed_over[:SAID], *([f"{more} more are not listed."] * (more > 0))])))


def tell_of_another(kind: str) -> Callable[[str], object]:
    """Return a function that says that a name in the address is of nothing that exists."""
    return lambda name: st.toast(plain(f"The {kind} {name} does not exist. Another one is shown."))


def show_read_errors(show: Callable[Given, None]) -> Callable[Given, None]:
    """Show what a part of a page cannot read or write, and leave the rest of the page alive.

    It is tried again whenever the part is drawn: a trainer may write or delete the file at any time.
    """

    @wraps(show)
    def part(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            show(*args, **kwargs)
        except (LibraryError, RunError, SessionError, UnwritableError) as error:
            show_error(str(error))

    return part
