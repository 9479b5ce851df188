"""The app process never holds Keras, TensorFlow, UMAP or scikit-learn, whatever page has run."""

import json
import os
import shutil
from pathlib import Path

from tests.support.helpers import ROOT, in_python, trained_run

VISIT = """
import json
import sys
from streamlit.testing.v1 import AppTest
from tests.support.lean_streamlit import spare_work

spare_work()
for page, query, shown in json.loads(sys.argv[1]):
    app = AppTest.from_file("explorer/main.py", default_timeout=30)
    for key, value in query.items():
        app.query_params[key] = value
    visited = app.switch_page(f"app_pages/{page}.py").run()
    assert not visited.exception, (page, query, visited.exception)
    assert len(visited.main), (page, query)
    boxes = [box.value for box in visited.selectbox]
    assert shown is None or shown in boxes, (page, query, boxes)
held = {name.partition(".")[0] for name in sys.modules} & {"keras", "tensorflow", "umap", "sklearn", "numba"}
assert not held, held
"""
DAMAGED = {"dataset": "digits", "momentum": 3}


def _visit(home: Path, *visits: tuple[str, dict[str, str], str | None]) -> None:
    """Pages, the query of each and a choice that it must show, in a process of its own: this one holds anything."""
    result = in_python("-c", VISIT, json.dumps(visits), HOURGLASS_HOME=str(home))
    assert result.returncode == 0, result.stderr[-3000:]


def _home_with_a_run(home: Path) -> Path:
    shutil.copytree(trained_run(), home / "runs" / "quick")
    return home


def test_pages_run_without_the_heavy_libraries(tmp_path):
    views = [("losses", {"view": view}, None) for view in ("pairings", "wirings", "terms")]
    _visit(tmp_path, ("explore", {}, None), ("train", {}, ""), *views)


def test_pages_of_a_run_do_without_them_too(tmp_path):
    _visit(
        _home_with_a_run(tmp_path),
        ("explore", {"model": "run/quick"}, "run/quick"),
        ("train", {"run": "quick"}, "quick"),
        ("losses", {"view": "terms", "experiment": "run/quick"}, "run/quick"),
    )


def test_an_address_finds_a_run_that_is_too_old_for_the_list_and_a_model_by_its_snapshot(tmp_path):
    runs = _home_with_a_run(tmp_path) / "runs"
    os.utime(runs / "quick" / "experiment.json", (0, 0))
    for number in range(201):  # more than any list shows
        (runs / f"newer-{number}").mkdir()
        shutil.copy(runs / "quick" / "experiment.json", runs / f"newer-{number}")
    _visit(
        tmp_path,
        ("train", {"run": "quick"}, "quick"),
        ("losses", {"view": "terms", "experiment": "run/quick"}, "run/quick"),
        ("losses", {"view": "terms", "experiment": "run/gone"}, "preset/first-vae"),
        ("losses", {"view": "step", "model": "run/quick@0"}, "run/quick"),
    )


def test_a_damaged_run_folder_takes_no_page_down(tmp_path):
    """Neither one that is only an unreadable experiment, nor one that has snapshots besides."""
    runs = _home_with_a_run(tmp_path) / "runs"
    shutil.copytree(runs / "quick", runs / "damaged")
    (runs / "bare").mkdir()
    for name in ("damaged", "bare"):
        (runs / name / "experiment.json").write_text(json.dumps(DAMAGED), encoding="utf-8")
    _visit(
        tmp_path,
        ("explore", {"model": "run/quick"}, "run/quick"),
        ("explore", {"model": "run/damaged"}, None),
        ("train", {}, ""),
        ("train", {"run": "quick"}, "quick"),
        ("train", {"run": "damaged"}, None),
        ("train", {"run": "bare"}, None),
        ("losses", {"view": "terms", "experiment": "run/bare"}, "run/bare"),
    )


OPENING = """
import sys
import app

early = sorted({"numpy", "pydantic", "safetensors", "explorer.services"} & set(sys.modules))
assert not early, early
app.load()
loaded = set(sys.modules)
from streamlit.testing.v1 import AppTest

assert not AppTest.from_file("explorer/main.py", default_timeout=30).run().exception
late = {name for name in set(sys.modules) - loaded if name.partition(".")[0] in {"explorer", "models"}}
assert not late, late
frames = {"pandas", "pyarrow"} & set(sys.modules)
assert not frames, frames
"""


def test_the_server_opens_before_it_imports_much_and_the_first_page_finds_its_modules_loaded(tmp_path):
    """NumPy, Pydantic and our own modules take as long to import as Streamlit, and pandas twice that."""
    result = in_python("-c", OPENING, HOURGLASS_HOME=str(tmp_path))
    assert result.returncode == 0, result.stderr[-3000:]


def test_the_app_is_configured_to_stay_on_this_machine_and_tell_nobody():
    import tomllib

    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["runner"]["postScriptGC"] is False
