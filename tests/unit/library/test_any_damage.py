"""Run folders that are damaged anyhow, in one file: nothing raises but the errors with a sentence for the page, and no
folder hides another."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from explorer.api import live
from explorer.app_pages.parts import step
from explorer.components.live.look import Looks
from explorer.components.live.parts import PARTS
from explorer.figures import latent as exploring
from explorer.figures.loss_curves import loss_curves
from explorer.library import listing as listing_module
from explorer.library import models as library
from explorer.library.listing import listing
from explorer.library.models import LibraryError
from explorer.places import runs_folder
from explorer.runs.reader import Run, RunError, list_runs
from tests.support.api_helpers import call
from tests.support.app_pages import page
from tests.support.damage import OF_A_RUN, Damage, fresh

SENTENCE = (RunError, LibraryError)
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def whole(runs, monkeypatch):
    """Return the runs folder of a home with two runs, `first` and `second`; what changed is read again."""
    monkeypatch.setattr(listing_module, "SETTLED", -1e9)
    return runs


def damaged(whole: Path, damage: Damage) -> None:
    """Make the run `first` anew, and damage it. Nothing is known of the one before: its files had the same times."""
    damage(fresh(whole / "first"))
    for kept in (library._entry, library._codes, library._live_arrays, library._probe_images):
        kept.cache_clear()


def read_all() -> None:
    """Read of the run `first` what pages, routes and terminal read."""
    for key in ("run/first", "run/first@0", "run/first@live"):
        _said(lambda key=key: _explored(key))
        _said(lambda key=key: library.find(key).images())
    _said(lambda: step._question("run/first"))
    for read in (Run.moment, Run.status, Run.summary, Run.changes, lambda run: run.meta, Run.has_started):
        _said(lambda read=read: read(Run(runs_folder() / "first")))
    _said(_drawn)


def _said(read) -> None:
    said = "."
    try:
        read()
    except SENTENCE as error:
        said = str(error)
    assert said.endswith(".")
    assert len(said) < 3000


def _explored(key: str) -> None:
    entry = library.find(key)
    codes = entry.codes()
    entry.arrays()
    exploring.dimensions(codes, prior=True)
    exploring.dimension_plane(codes.mean, 0, 1)
    if entry.live:
        exploring.live_plane(codes, entry.labels[: len(codes.mean)], len(entry.summary["class_names"]), "first", None)
    else:
        exploring.principal_plane(exploring.probe_points(entry), codes.mean)


def _drawn() -> None:
    with Run(runs_folder() / "first") as run:
        if (moment := run.moment(600, 5)) is not None:
            loss_curves(moment.curves, run.experiment, moment.changes, log=False)


def asked() -> None:
    """Ask every route that answers about a model."""
    live.LOOKS = Looks()
    assert call("/api/live", {"run": "first", "parts": ",".join(PARTS)}, {})[0] in {200, 400}
    of_points = [("points", {"of": of, "rows": "0"}) for of in ("probe", "all")]
    for path, query in [("weights", {}), *of_points]:
        for model in ("run/first", "run/first@live"):
            status, _, body = call(f"/api/{path}", {"model": model, **query}, {})
            assert status in {200, 400, 409, 422, 500}
            assert status == 200 or json.loads(body)["error"].endswith(".")


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=SHARED)
@given(OF_A_RUN)
def test_nothing_that_reads_a_run_raises(whole, damage: Damage):
    damaged(whole, damage)
    began = time.monotonic()
    found = listing()
    assert "run/second" in found.titles
    assert {run.name for run in list_runs(whole)} >= {"second"}
    read_all()
    asked()
    assert time.monotonic() - began < 20  # whatever else the machine does


@pytest.mark.parametrize("name", ["explore", "train"])
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=SHARED)
@given(damage=OF_A_RUN)
def test_every_page_lives(whole, name, damage: Damage):
    damaged(whole, damage)
    query = {"run": "first"} if name == "train" else {"model": "run/first"}
    shown = page(name, **query)
    assert not shown.exception
    assert shown.selectbox
