"""The app that people write: `streamlit run benchmarks/plain_app.py -- FOLDER SNAPSHOT`. One slider a dimension."""

import sys
from pathlib import Path

import numpy as np
import streamlit as st

from benchmarks.predict_child import load_generator

load_model = st.cache_resource(load_generator)
model = load_model(Path(sys.argv[1]), Path(sys.argv[2]))
z = [st.slider(f"z{i}", -3.0, 3.0, 0.0, 0.05) for i in range(model.input_shape[1])]
picture = model.predict(np.array([z], np.float32), verbose=0)[0]
st.image(picture.clip(0, 1), width=280)
