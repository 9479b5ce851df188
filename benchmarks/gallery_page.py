"""The page of the component gallery."""

import sys
import time
from dataclasses import replace

import numpy as np
import streamlit as st

from benchmarks.gallery import CLASSES, LATENT, SIDE, blob, some_codes
from explorer.components import bank, latent_map, plot, strip
from explorer.figures.shown import Dimension, Plane, Shown

st.set_page_config(page_title="Gallery", layout="wide")
state = st.session_state
start = state.setdefault("start", time.monotonic())
refresh = None if "still" in st.query_params else 0.5  # seconds

st.title("Explore")
st.caption("Fashion-MNIST · VAE, 20 dimensions · step 12,000")

revision = state.setdefault("revision", 0)
if st.query_params.get("model") != "starting" and st.button("Send z0 to 2", type="primary"):
    state["revision"] = revision = revision + 1
code = [2.0 if revision else 0.0] + [0.0] * (LATENT - 1)
codes, groups = some_codes(int(st.query_params.get("points", 2000)))
names = tuple(str(group) for group in range(CLASSES))
model = Shown(st.query_params.get("model", "blob"), (SIDE, SIDE, 1), stochastic=True, prior=True)
row = None
if model.key.startswith("told"):
    model, row, code = replace(model, class_names=names), 0, codes[0].tolist()
dims = [
    Dimension(
        i, -3, 3, active=i not in (5, 11), activity=0.01 if i in (5, 11) else 4 / (i + 1), ticks=(-2, -1, 0, 1, 2)
    )
    for i in range(int(st.query_params.get("dims", LATENT)))
]
class_index = int(groups[0])
shown = bank(model, code, dims, hand="gallery", revision=revision, class_index=class_index, chosen=row, rate=1234.5)
shown.show("bank")

left, right = st.columns(2)
with left:
    axes = np.eye(2, LATENT, dtype=np.float32)
    latent_map(
        model,
        Plane(codes[:, :2], ("z0", "z1"), "z0-z1", axes, np.zeros(LATENT), ((-5.0, 5.0), (-5.0, 5.0))),
        groups,
        names,
        hand="gallery",
        total=70_000,
        height=420,
    ).show("map")


@st.fragment(run_every=refresh)
def live_curves() -> None:
    """Show two curves that grow; the figure's range grows with them."""
    steps = np.arange(20 + int((time.monotonic() - start) * 20))
    curves = {"reconstruction": 120 * np.exp(-steps / 60) + 80, "KL": 14 * (1 - np.exp(-steps / 40))}
    plot(
        {
            "data": [{"mode": "lines", "x": steps, "y": y, "name": name} for name, y in curves.items()],
            "layout": {
                "xaxis": {"title": {"text": "step"}, "range": [0, int(steps[-1])]},
                "yaxis": {"title": {"text": "nats per image"}},
                "hovermode": "x unified",
            },
        },
        height=420,
        label="the terms of the loss",
    ).show("curves")


with right:
    live_curves()


@st.fragment(run_every=refresh)
def live_strip() -> None:
    """Show rows of images that change with time."""
    phase = time.monotonic() - start
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    pictures = np.stack([blob(np.array([2 * np.cos(a + phase), 2 * np.sin(a + phase), 0])) for a in angles])
    strip({"input": pictures, "reconstruction": 255 - pictures}).show("strip")


live_strip()
heavy = sorted({"keras", "tensorflow", "umap", "sklearn"} & sys.modules.keys())
st.caption(f"heavy modules: {heavy}")
