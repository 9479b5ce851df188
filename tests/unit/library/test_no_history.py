"""A model whose folder has no history, such as a copy of a bundled one: it is whole, and can be explored."""

import shutil
from pathlib import Path

import pytest

from explorer.library import models as library
from explorer.places import PRETRAINED
from explorer.runs.layout import DATABASE, SNAPSHOTS, snapshot_file
from tests.support.app_pages import page
from tests.support.helpers import OLD_RUN

FIRST = 7  # the step of a further snapshot


@pytest.fixture
def copied(empty_home) -> Path:
    """Return a run that is a copy of a bundled model, with a second snapshot."""
    folder = empty_home / "runs" / "copied"
    shutil.copytree(PRETRAINED / "mnist-vae-2d", folder)
    (last,) = (folder / SNAPSHOTS).iterdir()
    shutil.copy(last, folder / SNAPSHOTS / snapshot_file(FIRST))
    return folder


@pytest.mark.parametrize(("name", "query"), [("explore", {}), ("losses", {"view": "step"})], ids=["explore", "step"])
def test_it_opens_where_models_are_chosen(copied, name, query):
    shown = page(name, **{"model": "run/copied", **query})
    assert not shown.exception
    assert [error.value for error in shown.error] == []


def test_its_snapshots_are_called_by_their_steps(copied):
    shown = page("explore", model="run/copied")
    (slider,) = shown.select_slider
    assert slider.options == ["step 7", f"step {library.find('run/copied').step:,}"]
    assert shown.query_params["model"] == "run/copied"


@pytest.mark.parametrize("damage", [None, b"no database"])
def test_snapshots_are_called_by_their_epochs_where_the_history_tells_them(empty_home, damage):
    folder = empty_home / "runs" / "old"
    shutil.copytree(OLD_RUN, folder)
    if damage:
        (folder / DATABASE).write_bytes(damage)
    first, *_ = library.snapshots_of(folder).values()
    assert first == ("step 0" if damage else "epoch 0.0")


def test_a_link_to_a_snapshot_that_is_gone_says_so_and_shows_the_nearest(copied):
    last = library.find("run/copied").step
    for step, nearest in ((1, FIRST), (12, FIRST), (last - 1, last)):
        shown = page("explore", model=f"run/copied@{step}")
        assert not shown.exception
        (said,) = [toast.value for toast in shown.toast]
        assert said.startswith(f"There is no snapshot at step {step:,} any more.")
        assert f"step {nearest:,}, is shown" in said
        assert shown.select_slider[0].value == nearest
        assert shown.query_params["model"] == ("run/copied" if nearest == last else f"run/copied@{nearest}")
    shown = page("explore", model=f"run/copied@{'9' * 12}")
    assert [toast.value for toast in shown.toast] == ["This snapshot does not exist. The newest one is shown."]


def test_a_damaged_model_is_not_said_to_lack_a_snapshot(copied):
    (copied / "summary.json").write_text("{}")
    shown = page("explore", model=f"run/copied@{FIRST}")
    assert not shown.exception
    assert "snapshot" not in "".join(toast.value for toast in shown.toast)


def test_train_says_that_its_history_is_missing_and_not_that_it_trains(copied):
    shown = page("train", run="copied")
    assert not shown.exception
    assert [error.value for error in shown.error] == []
    said = " ".join(caption.value for caption in shown.caption)
    assert "The history of this training is missing. Explore opens its model." in said
    assert "preparing" not in " ".join(element.value for element in shown.markdown)


def test_train_says_what_is_wrong_with_a_history_that_cannot_be_read(copied):
    (copied / DATABASE).write_bytes(b"no database")
    shown = page("train", run="copied")
    assert not shown.exception
    (error,) = shown.error
    assert "file is not a database" in error.value
