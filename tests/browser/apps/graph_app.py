"""A small app of one page that shows the tensor graph."""

from pathlib import Path

import streamlit as st

from explorer.api.assets import asset_routes

app = st.App(Path(__file__).with_name("graph_page.py"), routes=asset_routes())
