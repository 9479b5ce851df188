"""Errors on a page that nobody foresaw. Free of what takes long to import: the server opens with it."""

import streamlit as st


def show_fault(error: Exception) -> bool:
    """Show one sentence where a page, a part of it or a click met an error, in the place of Streamlit's own box.

    Return that this box is not wanted. Streamlit has printed the traceback by then.
    """
    st.error(
        f"Hourglass met an unexpected error here ({type(error).__name__}). Reload the page. The traceback is in the "
        "terminal in which Hourglass was started.",
        icon=":material/error:",
    )
    return True
