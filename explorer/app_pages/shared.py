"""Small pieces that pages share."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from explorer.library import LibraryError
from explorer.runs.reader import RunError
from models.experiment import Experiment

Given = ParamSpec("Given")


def plain(text: str) -> str:
    """Text that somebody else wrote, with nothing in it that Markdown would act on."""
    return "".join(f"\\{character}" if character in r"\`*_{}[]()#+!|<>~$:&" else character for character in text)


def show_error(sentence: str) -> None:
    st.error(plain(sentence), icon=":material/error:")


def forgiving(show: Callable[Given, None]) -> Callable[Given, None]:
    """A part of a page that says what it cannot read, and leaves the rest of the page alive. Its next refresh tries
    again: a trainer may write or delete the file at any time.
    """

    @wraps(show)
    def part(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            show(*args, **kwargs)
        except (LibraryError, RunError) as error:
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


def model_facts(experiment: Experiment, summary: Mapping[str, Any], trouble: str = "") -> None:
    """One quiet line: how good the model is and how it was made; in front of it what stands in the way of using it."""
    facts = [f"{summary['parameters']:,} parameters", f"{experiment.network} network"]
    if "test" in summary:
        test = summary["test"]
        if experiment.info.stochastic:  # from the raw terms: the loss may weigh them otherwise
            facts.append(f"test negative ELBO {test['reconstruction'] + test['kl']:.1f} nats")
        else:
            facts.append(f"test reconstruction {test['reconstruction']:.1f} nats")
        facts.append(f"test MSE {summary.get('test_mse', summary.get('probe_mse', float('nan'))):.4f}")
        facts.append(f"trained in {summary['seconds']:.0f} s")
    warning = f":orange-badge[:material/hourglass_top: {trouble}] " if trouble else ""
    st.caption(warning + " · ".join(facts))
