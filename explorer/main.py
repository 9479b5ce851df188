"""The frame around every page: navigation, and what all pages share."""

import streamlit as st

from explorer.places import ASSETS

st.set_page_config(page_title="Hourglass", page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), size="medium")
st.html(ASSETS / "page.css")
pages = [
    st.Page("app_pages/explore.py", title="Explore", icon=":material/travel_explore:", default=True),
    st.Page("app_pages/train.py", title="Train", icon=":material/model_training:"),
    st.Page("app_pages/losses.py", title="Losses", icon=":material/science:"),
]
st.navigation(pages, position="top").run()
