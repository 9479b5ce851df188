"""What a listing costs: with a thousand runs, the names of their folders."""

import os
import shutil
from pathlib import Path

import pytest

from explorer.cli.pretrained import MODELS
from explorer.library import listing as listing_module
from explorer.library.listing import listing
from explorer.runs.layout import EXPERIMENT, SNAPSHOTS, SUMMARY, snapshot_file
from tests.support.app_pages import models_of, page
from tests.support.helpers import OLD_RUN
from tests.support.opened_files import opened_in


@pytest.fixture
def thousand(tmp_path, monkeypatch) -> Path:
    """The runs folder of a home with a thousand runs, whose files seem to be old."""
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    monkeypatch.setattr(listing_module, "SETTLED", 0.0)
    for number in range(1000):
        folder = tmp_path / "runs" / f"run-{number:04d}"
        (folder / SNAPSHOTS).mkdir(parents=True)
        for file in (EXPERIMENT, SUMMARY):
            shutil.copyfile(OLD_RUN / file, folder / file)
        os.link(OLD_RUN / SNAPSHOTS / snapshot_file(18), folder / SNAPSHOTS / snapshot_file(18))
    return tmp_path / "runs"


def test_listing_a_thousand_runs_again_opens_none_of_their_files(thousand):
    assert len(listing().titles) == 1000 + len(MODELS)
    with opened_in(thousand) as opened:
        assert len(listing().titles) == 1000 + len(MODELS)
    assert opened == [f"os.scandir {thousand}"]
    shutil.copyfile(OLD_RUN / SUMMARY, thousand / "run-0500" / SUMMARY)
    with opened_in(thousand) as opened:
        listing()
    assert len(opened) > 1
    assert {Path(each.split(" ", 1)[1]).relative_to(thousand).parts[:1] for each in opened} == {(), ("run-0500",)}


def test_a_rerun_of_explore_opens_the_files_of_one_run(thousand):
    shown = page("explore", model="run/run-0007")
    assert len(models_of(shown)) == 1000 + len(MODELS)
    with opened_in(thousand) as opened:
        shown.run()
    assert not shown.exception
    assert len(models_of(shown)) == 1000 + len(MODELS)
    assert all("run-0007" in each for each in opened[1:]), opened
    assert len(opened) < 10
