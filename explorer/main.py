"""The frame around every page: navigation, the address, and what all pages share."""

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.training import link_to_training
from explorer.components.web import page_script
from explorer.places import ASSETS

st.set_page_config(page_title="Hourglass", page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), size="medium")
st.html(ASSETS / "page.css")
st.html(f"<script>{page_script()}</script>", unsafe_allow_javascript=True)
pages = [
    st.Page("app_pages/explore.py", title="Explore", icon=":material/travel_explore:", default=True),
    st.Page("app_pages/train.py", title="Train", icon=":material/model_training:"),
    st.Page("app_pages/losses.py", title="Losses", icon=":material/science:"),
]
page = st.navigation(pages, position="top")
address.begin_run(page.title)
page.run()
address.end_run()
link_to_training(page.title)
