"""A small app of one page with a field to type a formula in."""

from pathlib import Path

import streamlit as st

from explorer.api.assets import asset_routes

app = st.App(Path(__file__).with_name("formula_page.py"), routes=asset_routes())
