"""Small pieces that pages share."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from explorer.lab.session import SessionError
from explorer.library.listing import Listing, run_titles
from explorer.library.models import LibraryError
from explorer.runs.reader import RunError
from models.spec.catalogue import ELBO, PIXEL_MODELS
from models.spec.experiment import Experiment
from models.spec.sentences import in_sentence

Given = ParamSpec("Given")
DOUBLE_CLICK = 2.0  # seconds
SAID = 3  # files and folders that are passed over, each in a sentence


def once(key: str, what: object, start: Callable[[], str]) -> str:
    """What a click starts, by its name. The second click of a double click gets what the first one started."""
    name, when, started = st.session_state.get(key, ("", 0.0, None))
    if started != what or time.monotonic() - when > DOUBLE_CLICK:
        name = start()
        st.session_state[key] = (name, time.monotonic(), what)
    return name


def put_into_address(name: str, text: str) -> None:
    """Into the page's address, where no text leaves it out. It is written only where it changes."""
    if not text:
        st.query_params.pop(name, None)
    elif text != st.query_params.get(name):
        st.query_params[name] = text


def lately(key: str, seconds: float) -> str:
    """The name of what `once` started within that time; nothing where there is none."""
    name, when, _ = st.session_state.get(key, ("", 0.0, None))
    return name if time.monotonic() - when < seconds else ""


def run_choices(most: int, wanted: str) -> dict[str, str]:
    """Return the newest runs for a list of choices, name -> title, and the wanted one if there is one however old.

    A title does not tell the run's state: Streamlit finds a choice again by its label, so a label must not change while
    it is shown.
    """
    titles = run_titles().items()
    return {name: title for number, (name, title) in enumerate(titles) if number < most or name == wanted}


def duration(seconds: float) -> str:
    """Such as `40 s`, `3 min`, `2.5 h`."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def plain(text: str) -> str:
    """Text that somebody else wrote, with nothing in it that Markdown would act on."""
    return "".join(f"\\{character}" if character in r"\`*_{}[]()#+!|<>~$:&" else character for character in text)


def show_error(sentence: str) -> None:
    st.error(plain(sentence), icon=":material/error:")


def show_passed_over(listing: Listing) -> None:
    """Say beside the list of models what is not in it, and why: the first few in full, the others as a number."""
    if listing.passed_over:
        more = len(listing.passed_over) - SAID
        st.caption(plain(" ".join([*listing.passed_over[:SAID], *([f"{more} more are not listed."] * (more > 0))])))


def forgiving(show: Callable[Given, None]) -> Callable[Given, None]:
    """A part of a page that says what it cannot read, and leaves the rest of the page alive. Its next refresh tries
    again: a trainer may write or delete the file at any time.
    """

    @wraps(show)
    def part(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            show(*args, **kwargs)
        except (LibraryError, RunError, SessionError) as error:
            show_error(str(error))

    return part


def choose_pair(order: Sequence[int]) -> tuple[int, int]:
    """Two different dimensions of those in order; the second stays what it was, unless the first takes it."""
    latent = len(order)
    first = st.selectbox("Across", order, index=0, format_func=lambda i: f"z{i}", key=f"across-{latent}")
    others = [i for i in order if i != first]
    remembered = st.session_state.get(f"second-{latent}")
    index = others.index(remembered) if remembered in others else 0
    # A list of its own for each first: one whose choices change under it would forget, or keep what is not in it.
    second = st.selectbox("Up", others, index=index, format_func=lambda i: f"z{i}", key=f"up-{latent}-{first}")
    st.session_state[f"second-{latent}"] = second
    return first, second


def _test_facts(experiment: Experiment, test: Mapping[str, float]) -> list[str]:
    """The loss on the test images: the negative ELBO where the terms make one, else each term in its own unit.

    From the raw terms: the loss may weigh them otherwise.
    """
    pixels = PIXEL_MODELS[experiment.pixel_model]
    if pixels.is_likelihood and set(ELBO) <= set(test):
        return [f"test negative ELBO {sum(test[term] for term in ELBO):.1f} {pixels.unit}"]
    return [
        f"test {in_sentence(info.title)} {test[term]:.1f} {info.plain_unit}"
        for term in experiment.terms
        if term in test
        for info in [experiment.term(term)]
    ]


def model_facts(experiment: Experiment, summary: Mapping[str, Any], trouble: str = "") -> None:
    """One quiet line: how good the model is and how it was made; in front of it what stands in the way of using it."""
    judged = " without the critic" if experiment.variant_info.critic else ""
    facts = [f"{summary['parameters']:,} parameters{judged}", f"{experiment.network} network"]
    if "test" in summary:
        facts += _test_facts(experiment, summary["test"])
        clean = " on clean images" if experiment.variant_info.uses_corruption else ""
        facts.append(f"test MSE {summary.get('test_mse', summary.get('probe_mse', float('nan'))):.4f}{clean}")
        facts.append(f"trained in {summary['seconds']:.0f} s")
    warning = f":orange-badge[:material/hourglass_top: {trouble}] " if trouble else ""
    st.caption(warning + " · ".join(facts))
