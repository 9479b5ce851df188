"""Hourglass. `streamlit run app.py` opens it."""

import contextlib

import streamlit as st

from explorer.routes import routes
from explorer.services import SERVICES, disable_nagle

# Before the server is up: TensorFlow loads in the analyst while the first page is on its way.
SERVICES.decoder.start()


@contextlib.asynccontextmanager
async def lifespan(_app: object):
    """The processes that belong to the app live exactly as long as the server."""
    disable_nagle()
    SERVICES.start()
    try:
        yield
    finally:
        SERVICES.close()


app = st.App("explorer/main.py", lifespan=lifespan, routes=routes())
