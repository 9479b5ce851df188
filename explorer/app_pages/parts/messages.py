"""Sentences on a page: errors, what is not listed, and text that somebody else wrote."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from explorer.lab.session import SessionError
from explorer.library.listing import Listing
from explorer.library.models import LibraryError
from explorer.runs.reader import RunError

Given = ParamSpec("Given")
SAID = 3  # files and folders that are passed over, each in a sentence


def plain(text: str) -> str:
    """Return somebody else's text with nothing in it that Markdown would act on."""
    return "".join(f"\\{character}" if character in r"\`*_{}[]()#+!|<>~$:&" else character for character in text)


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
    """Show what a part of a page cannot read, and leave the rest of the page alive.

    The next refresh tries again: a trainer may write or delete the file at any time.
    """

    @wraps(show)
    def part(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            show(*args, **kwargs)
        except (LibraryError, RunError, SessionError) as error:
            show_error(str(error))

    return part


def duration(seconds: float) -> str:
    """Return a duration such as `40 s`, `3 min`, `2.5 h`."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
