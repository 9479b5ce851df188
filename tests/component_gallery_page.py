"""The page of the component gallery."""

import sys
import time

import numpy as np
import streamlit as st

from explorer.components import Dimension, Picture, bank, plot, strip
from tests.component_gallery import SIDE, blob

st.set_page_config(page_title="Gallery", layout="wide")
state = st.session_state
start = state.setdefault("start", time.monotonic())
random = np.random.default_rng(0)

st.title("Explore")
st.caption("Fashion-MNIST · VAE, 20 dimensions · step 12,000")

chosen = state.setdefault("chosen", {"revision": 0, "code": [0.0] * 20})
if st.query_params.get("model") != "starting" and st.button("Send z0 to 2", type="primary"):
    chosen["revision"] += 1
    chosen["code"] = [2.0] + [0.0] * 19
dims = [Dimension(i, -3, 3, active=i not in (5, 11), activity=0.01 if i in (5, 11) else 4 / (i + 1)) for i in range(20)]
given = np.asarray(chosen["code"])
out = bank(
    st.query_params.get("model", "blob"),
    chosen["code"],
    dims,
    (SIDE, SIDE, 1),
    key="bank",
    revision=chosen["revision"],
    picture=Picture(
        decoded=None if "model" in st.query_params else blob(given),
        original=blob(given + 0.3),
        reconstruction=blob(given),
    ),
    caption="ankle boot",
    prior=True,
    plane=(0, 1),
    follow_key="map",
)
st.caption(f"z0 in Python: {out.code[0]:.2f}, z1: {out.code[1]:.2f}")

left, right = st.columns(2)
with left:
    n = int(st.query_params.get("points", 2000))
    classes = random.integers(0, 10, n)
    centres = random.normal(0, 1.6, (10, 2))
    points = centres[classes] + random.normal(0, 0.35, (n, 2))
    clicked = plot(
        {
            "data": [
                {
                    "type": "scattergl" if n > 20_000 else "scatter",
                    "mode": "markers",
                    "x": points[classes == k, 0],
                    "y": points[classes == k, 1],
                    "customdata": np.flatnonzero(classes == k),
                    "name": str(k),
                    "marker": {"size": 4, "opacity": 0.75},
                }
                for k in range(10)
            ]
            + [
                {
                    "name": "z",
                    "mode": "markers",
                    "x": [0],
                    "y": [0],
                    "showlegend": False,
                    "hoverinfo": "skip",
                    "marker": {"size": 13, "color": "theme:surface", "line": {"width": 3, "color": "theme:text"}},
                }
            ],
            "layout": {
                "meta": {"follows": "map"},
                "xaxis": {"title": {"text": "z0"}, "range": [-5, 5]},
                "yaxis": {"title": {"text": "z1"}, "range": [-5, 5]},
            },
        },
        key="map",
        height=420,
        label="map of the latent space",
    )
    if clicked.point:
        state["clicked"] = clicked.point
    st.caption(f"clicked: {state.get('clicked')}")


@st.fragment(run_every=0.5)
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
        key="curves",
        height=420,
        label="the terms of the loss",
    )


with right:
    live_curves()


@st.fragment(run_every=0.5)
def live_strip() -> None:
    """Show rows of images that change with time."""
    phase = time.monotonic() - start
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    pictures = np.stack([blob(np.array([2 * np.cos(a + phase), 2 * np.sin(a + phase), 0])) for a in angles])
    strip(
        {"input": pictures, "reconstruction": 255 - pictures},
        key="strip",
        captions={"reconstruction": [str(i) for i in range(12)]},
    )


live_strip()
heavy = sorted({"keras", "tensorflow", "umap", "sklearn"} & sys.modules.keys())
st.caption(f"heavy modules: {heavy}")
