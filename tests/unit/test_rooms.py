"""The rooms of the house: who may import whom, and who may know Keras. docs/design.md tells what each is for."""

import ast
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from explorer.places import WEB
from tests.support.helpers import ROOT
from tests.support.sources import BENCHMARKS, EXPLORER, MODELS, imported, module_name, tops

# From the ground up: a room imports only what stands before it.
ROOMS = (
    "places", "files", "datasets", "presets", "runs", "latent", "library", "diagnosis", "lab", "figures", "components",
    "export", "analyst", "services", "api", "trainer", "cli", "app_pages", "main", "__main__",
)  # fmt: skip
EXPORT = ROOT / "explorer" / "export"
HEAVY = {"keras", "tensorflow", "umap", "sklearn", "numba"}
LIBRARIES = {"keras", "tensorflow", "numpy", "pydantic", "pydantic_core", "safetensors"}
ALLOWED = LIBRARIES | {"models"} | sys.stdlib_module_names
UNIT_TESTS = sorted((ROOT / "tests" / "unit").rglob("test_*.py"))
STARTS = re.compile(r"app_server|trained_home|trained_run|made_home|Popen|browser: Browser|in_python\(|subprocess\.run")


def knows_keras(name: str) -> bool:
    """Return whether a module may import Keras, or a module that does."""
    process = name.startswith(("explorer.trainer.", "explorer.analyst."))
    return process or name == "explorer.datasets.loading"


def room(name: str) -> str:
    """Return the room of a module of explorer."""
    return name.split(".")[1]


@pytest.mark.parametrize("path", MODELS, ids=module_name)
def test_models_know_keras_and_nothing_else(path):
    assert tops(path) <= ALLOWED


@pytest.mark.parametrize("path", [p for p in MODELS if module_name(p).startswith("models.spec")], ids=module_name)
def test_what_can_be_said_of_a_model_is_said_without_keras(path):
    others = {name for name in imported(path) if name.startswith("models") and not name.startswith("models.spec")}
    assert not (tops(path) & HEAVY) | others


@pytest.mark.parametrize("path", [p for p in EXPLORER if not knows_keras(module_name(p))], ids=module_name)
def test_in_explorer_only_two_processes_and_the_loading_of_data_know_keras(path):
    insides = {name for name in imported(path) if name.startswith("models.") and not name.startswith("models.spec")}
    assert not (tops(path) & HEAVY) | insides


def test_there_are_at_most_20_rooms_and_each_has_its_place():
    places = (ROOT / "explorer").iterdir()
    found = {path.stem for path in places if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found - {"__init__"} == set(ROOMS)
    assert len(ROOMS) <= 20


def test_no_file_is_longer_than_250_lines():
    sheets_and_modules = [path for kind in ("*.js", "*.css") for path in WEB.rglob(kind)]
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in [*EXPLORER, *MODELS, *sheets_and_modules]
    }
    assert {path.name: length for path, length in lengths.items() if length > 250} == {}


def test_one_name_is_one_class():
    """But for the VAE of two wirings: each shows the class that somebody would write for it."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (*EXPLORER, *MODELS)]
    names = Counter(node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert {name for name, count in names.items() if count > 1 and not name.startswith("_")} == {"VAE"}


def test_the_writer_of_scripts_stays_small():
    """Every line counts, also empty ones. docs/decisions.md says what else scripts use, and why it is not here."""
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in EXPORT.glob("*.py")}
    assert sum(lines.values()) <= 800, lines
    outside = {
        name for path in EXPORT.glob("*.py") for name in imported(path) if name.startswith("models.spec.formula")
    }
    assert outside == {"models.spec.formula.script"}


@pytest.mark.parametrize("path", [p for p in EXPLORER if module_name(p) != "explorer"], ids=module_name)
def test_a_room_imports_only_rooms_below_it(path):
    own = ROOMS.index(room(module_name(path)))
    below = {room(name) for name in imported(path) if name.startswith("explorer.")} - {ROOMS[own]}
    assert below <= set(ROOMS[:own])


@pytest.mark.parametrize("path", [p for p in UNIT_TESTS if p != Path(__file__)], ids=module_name)
def test_a_unit_test_starts_no_process_no_browser_and_no_training(path):
    """`make quick` runs them all: what needs more lives in tests/process or tests/browser."""
    assert not STARTS.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=module_name)
def test_benchmarks_do_without_the_tests(path):
    assert "tests" not in tops(path)
    assert '"tests"' not in path.read_text(encoding="utf-8"), "no path into the tests either"


def test_models_do_not_import_each_other_in_a_circle():
    """A module of models is never reached again from what it imports; explorer's rooms are in order already."""
    names = {module_name(path): {n for n in imported(path) if n.startswith("models.")} for path in MODELS}
    done: set[str] = set()
    for start in names:
        _walk(start, names, (), done)


def _walk(name: str, names: dict[str, set[str]], trail: tuple[str, ...], done: set[str]) -> None:
    assert name not in trail, " -> ".join((*trail, name))
    if name in done or name not in names:
        return
    for other in sorted(names[name]):
        _walk(other, names, (*trail, name), done)
    done.add(name)
