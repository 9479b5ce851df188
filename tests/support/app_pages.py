"""A page of the app without a browser."""

from streamlit.testing.v1 import AppTest

from tests.support.helpers import ROOT


def page(name: str, **query: str) -> AppTest:
    app = AppTest.from_file(ROOT / "explorer" / "main.py", default_timeout=30)
    for key, value in query.items():
        app.query_params[key] = value
    return app.switch_page(f"app_pages/{name}.py").run()


def models_of(shown: AppTest) -> list[str]:
    """The choices of the box that models are chosen with."""
    return next(box for box in shown.selectbox if box.label == "Model").options
