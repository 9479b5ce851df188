"""The choice of two dimensions of a latent space."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import streamlit as st

_Place = AbstractContextManager[Any]


def choose_pair(order: Sequence[int]) -> tuple[int, int]:
    """Choose two different dimensions of those in order; the second stays, unless the first takes it."""
    return _choose(order, [nullcontext(), nullcontext()], lambda _axis, i: f"z{i}")


def choose_pair_in(
    places: Sequence[AbstractContextManager[Any]], order: Sequence[int], *, disabled: bool
) -> tuple[int, int]:
    """Choose two dimensions in two places of a toolbar, where each says its axis itself."""
    settings = {"label_visibility": "collapsed", "disabled": disabled}
    return _choose(order, places, lambda axis, i: f"{axis}: z{i}", **settings)


def _choose(
    order: Sequence[int],
    places: Sequence[_Place],
    title: Callable[[str, int], str],
    **settings: Any,
) -> tuple[int, int]:
    latent = len(order)
    with places[0]:
        first = st.selectbox(
            "x axis", order, index=0, format_func=lambda i: title("x", i), key=f"across-{latent}", **settings
        )
    others = [i for i in order if i != first]
    remembered = st.session_state.get(f"second-{latent}")
    index = others.index(remembered) if remembered in others else 0
    # A list of its own for each first: one whose choices change under it would forget, or keep what is not in it.
    with places[1]:
        second = st.selectbox(
            "y axis", others, index=index, format_func=lambda i: title("y", i), key=f"up-{latent}-{first}", **settings
        )
    st.session_state[f"second-{latent}"] = second
    return first, second
