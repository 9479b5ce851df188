"""Keys of models and names of folders: any name opens as itself, and no key leads elsewhere."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.library import models as library
from explorer.library.keys import parse_key
from explorer.library.listing import listing
from explorer.places import PRETRAINED
from explorer.runs.layout import list_snapshots
from tests.support.helpers import OLD_RUN

BUNDLED = {f"bundled/{path.name}" for path in PRETRAINED.iterdir()}


@pytest.mark.parametrize("name", ["a\tb", "a\u202eb", "b\udcffb", "first@18", "@live@live"])
def test_a_run_folder_of_a_name_that_no_address_can_say_is_said(runs, name):
    shutil.copytree(OLD_RUN, runs / name)
    found = listing()
    assert set(found.titles) == {*BUNDLED, "run/first", "run/second"}
    (sentence,) = found.passed_over
    assert sentence.startswith(f"run/{name} is not listed.")
    assert sentence.endswith("Rename it.")


NAMES = [
    "Mein Lauf ü (gut)",
    "my run (copy)",
    "-first",
    "a&b=c#d%20?",
    "прогон 7",
    "実験\u3000二",
    "a@b",
    "@live",
    "<b>`*x*`",
]


@pytest.mark.parametrize("name", [*NAMES, "a" * 255])
def test_a_run_folder_of_any_other_name_opens_as_itself(runs, name):
    shutil.move(runs / "second", runs / name)
    found = listing()
    assert found.passed_over == ()
    assert set(found.titles) == {*BUNDLED, "run/first", f"run/{name}"}
    steps = list_snapshots(runs / name).steps
    for key, step in ((f"run/{name}", max(steps)), (f"run/{name}@{min(steps)}", min(steps))):
        entry = library.find(key)
        assert (entry.folder, entry.step) == (runs / name, step)


@given(st.text())
def test_no_key_leads_out_of_the_folder_of_runs(text):
    for key in (text, f"run/{text}", f"run/../{text}", f"run/{text}@live", f"bundled/{text}/x"):
        if parts := parse_key(key):
            folder = Path("/home/runs")
            assert (folder / parts.name).resolve().parent == folder
            assert key in {f"{parts.kind}/{parts.name}", f"{parts.kind}/{parts.name}@{parts.snapshot}"}
