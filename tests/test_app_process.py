"""The app process never holds Keras, TensorFlow, UMAP or scikit-learn, whatever page has run."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

VISIT = """
import sys
from streamlit.testing.v1 import AppTest

for page in ("app_pages/explore.py", "app_pages/train.py"):
    visited = AppTest.from_file("explorer/main.py", default_timeout=30).switch_page(page).run()
    assert not visited.exception, visited.exception
    assert len(visited.main), page
held = {name.partition(".")[0] for name in sys.modules} & {"keras", "tensorflow", "umap", "sklearn", "numba"}
assert not held, held
"""


def test_pages_run_without_the_heavy_libraries(tmp_path):
    """In a process of its own, because this one may have loaded anything."""
    result = subprocess.run(
        [sys.executable, "-c", VISIT],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOURGLASS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]


def test_the_hidden_option_that_keeps_reruns_cheap_still_exists():
    """`runner.postScriptGC` is not documented; when a new Streamlit drops it, every rerun costs eight times as much."""
    from streamlit import config

    assert config.get_option("runner.postScriptGC") in {True, False}


def test_the_app_is_configured_to_stay_on_this_machine_and_tell_nobody():
    import tomllib

    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["runner"]["postScriptGC"] is False
