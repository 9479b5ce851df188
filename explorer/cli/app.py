"""The app, opened from a terminal."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from explorer.places import APP


def open_app(options: Sequence[str]) -> NoReturn:
    """Open the app in this process, until it is ended. Takes the options of `streamlit run`; exits with its code."""
    from streamlit.web import cli  # only this command needs it

    sys.argv = ["streamlit", "run", str(APP), *options]  # Streamlit says this line to its own errors
    cli.main(prog_name="streamlit")
    raise SystemExit(0)
