"""Hourglass. `hourglass app` opens it, or `streamlit run app.py` in a clone."""

import contextlib

import streamlit as st

from explorer.api.names import open_to_our_names
from explorer.api.routes import import_answers, middleware, routes
from explorer.api.startup import allow_open_files, disable_nagle, import_for, meanwhile, switch_often
from explorer.app_pages.parts.faults import show_fault
from explorer.places import EXPLORER

FIRST = (EXPLORER / "main.py", EXPLORER / "app_pages" / "explore.py")  # the scripts that the first visit runs


def load() -> None:
    """Import what the first page needs, and start what belongs to the app."""
    for script in FIRST:
        import_for(script)
    import_answers()
    from explorer.services import SERVICES

    SERVICES.start()


@contextlib.asynccontextmanager
async def lifespan(_app: object):
    """The processes that belong to the app live exactly as long as the server."""
    allow_open_files()
    open_to_our_names()
    disable_nagle()
    switch_often()
    loading = meanwhile(load)
    try:
        yield
    finally:
        loading.join()
        from explorer.services import SERVICES

        SERVICES.close()


app = st.App(
    EXPLORER / "main.py", lifespan=lifespan, routes=routes(), middleware=middleware(), on_script_error=show_fault
)
