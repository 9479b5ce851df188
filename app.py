"""Hourglass. `streamlit run app.py` opens it."""

import contextlib
from pathlib import Path

import streamlit as st

from explorer.api.routes import import_answers, middleware, routes
from explorer.api.startup import disable_nagle, import_for, meanwhile, switch_often

EXPLORER = Path(__file__).with_name("explorer")
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
    disable_nagle()
    switch_often()
    loading = meanwhile(load)
    try:
        yield
    finally:
        loading.join()
        from explorer.services import SERVICES

        SERVICES.close()


app = st.App("explorer/main.py", lifespan=lifespan, routes=routes(), middleware=middleware())
