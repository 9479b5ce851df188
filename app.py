"""Hourglass. `streamlit run app.py` opens it."""

import contextlib

import streamlit as st

from explorer.api.routes import middleware, routes
from explorer.services import SERVICES, disable_nagle


@contextlib.asynccontextmanager
async def lifespan(_app: object):
    """The processes that belong to the app live exactly as long as the server."""
    disable_nagle()
    SERVICES.start()
    try:
        yield
    finally:
        SERVICES.close()


app = st.App("explorer/main.py", lifespan=lifespan, routes=routes(), middleware=middleware())
