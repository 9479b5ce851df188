"""A page with the graph of the experiment in the address, which may be live."""

import json
import time

import streamlit as st

from explorer.app_pages.parts.terms import show_terms
from models.spec.experiment import Experiment

st.set_page_config(page_title="Graph", layout="wide")
start = st.session_state.setdefault("start", time.monotonic())
experiment = Experiment.parse(json.loads(st.query_params.get("experiment", "{}")))
live = "live" in st.query_params
st.header("The loss")


@st.fragment(run_every=0.3 if live else None)
def show() -> None:
    """Values that move at each refresh."""
    if not live:
        show_terms(experiment)
        return
    step = 1 + int((time.monotonic() - start) * 10)
    raw = {name: 200 / (1 + i) + 1000 / step for i, name in enumerate(experiment.terms)}
    weight = {name: setting.weight for name, setting in experiment.terms.items()}
    weighted = {name: raw[name] * weight[name] for name in raw}
    totals = {
        total: sum(weighted[name] for name in experiment.terms_of(total)) for total in experiment.variant_info.learners
    }
    show_terms(experiment, {"step": step, "raw": raw, "weight": weight, "weighted": weighted, "totals": totals})


show()
st.caption("below the graph")
