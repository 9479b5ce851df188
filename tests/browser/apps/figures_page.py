"""A page with the loss curves of a FactorVAE, whose seven panels leave a gutter where there is room."""

import numpy as np
import streamlit as st

from explorer.components import plot
from explorer.figures.loss_curves import height_of, loss_curves
from explorer.runs.records import Curves
from models.spec.experiment import Experiment

st.set_page_config(page_title="Figures", layout="wide")
experiment = Experiment.parse({"variant": "factor_vae"})
epochs = np.linspace(0, 10, 50)
names = [name for total in experiment.variant_info.learners for name in (*experiment.terms_of(total), total)]
curves = Curves({"epoch": epochs, **{name: np.exp(-epochs) for name in names}}, {})
plot(loss_curves(curves, experiment, [], log=False), height=height_of(experiment), label="loss curves").show("curves")
