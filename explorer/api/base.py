"""Where the app's addresses begin: `server.baseUrlPath`, below which Streamlit and our own routes are served."""

import streamlit as st


def below_base(path: str) -> str:
    """Return a path of ours, which begins with a slash, as it is asked for below the base path."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}{path}" if base else path
