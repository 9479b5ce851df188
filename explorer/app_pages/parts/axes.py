"""The choice of two dimensions of a latent space."""

from collections.abc import Sequence

import streamlit as st


def choose_pair(order: Sequence[int]) -> tuple[int, int]:
    """Choose two different dimensions of those in order; the second stays, unless the first takes it."""
    latent = len(order)
    first = st.selectbox("x axis", order, index=0, format_func=lambda i: f"z{i}", key=f"across-{latent}")
    others = [i for i in order if i != first]
    remembered = st.session_state.get(f"second-{latent}")
    index = others.index(remembered) if remembered in others else 0
    # A list of its own for each first: one whose choices change under it would forget, or keep what is not in it.
    second = st.selectbox("y axis", others, index=index, format_func=lambda i: f"z{i}", key=f"up-{latent}-{first}")
    st.session_state[f"second-{latent}"] = second
    return first, second
