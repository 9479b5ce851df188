"""A page with a field for a formula, which NumPy computes on a made batch; it may rerun by itself all the time."""

import numpy as np
import streamlit as st

from explorer.components import Reply, formula
from models.spec.formula.formula import FUNCTIONS, FormulaError, parse_formula, usage
from tests.support.formula_helpers import KINDS, computed, some_tensors

SHAPES = {"image": "3 × 2 × 3", "code": "4", "classes": "5", "features": "6", "value": "one number"}

st.set_page_config(page_title="Formula", layout="wide")
state = st.session_state
revision = state.setdefault("revision", 0)
start = st.query_params.get("formula", "sum(square(x - 0.5))")
st.header("A term of your own")


def reply(text: str) -> Reply:
    """What the formula comes to on the made batch."""
    try:
        root = parse_formula(text, KINDS).root
    except FormulaError as error:
        return Reply(error.sentence, (error.start, error.end))
    values = computed(root, some_tensors())
    return Reply(f"{np.mean(values):.4g} nats on {len(values)} images (from {values.min():.4g} to {values.max():.4g}).")


@st.fragment(run_every=0.2 if "live" in st.query_params else None)
def show() -> None:
    """The field and what Python has of it."""
    state["runs"] = state.get("runs", 0) + 1
    text = formula(
        start if revision == 0 else "mean(abs(z))",
        key="own",
        label="Formula",
        tensors=[(name, SHAPES[kind]) for name, kind in KINDS.items()],
        functions=[(usage(name), info.summary) for name, info in FUNCTIONS.items()],
        reply=reply,
        revision=revision,
    )
    st.caption(f"Python has {len(text)} characters; run {state['runs']}")


show()
if st.button("Begin anew"):
    state["revision"] += 1
    st.rerun()
st.text_input("Another field", "for the looks")
