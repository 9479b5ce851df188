"""The live route: what it sends of a run, when it sends nothing, and what it refuses."""

import contextlib
import json
import shutil
import sqlite3

import numpy as np
import pytest

from explorer.api import live as route
from explorer.components.container import pack
from explorer.components.live.look import Looks, look_at
from explorer.components.live.parts import PARTS, Options
from explorer.runs.layout import DATABASE, PREVIEW
from explorer.runs.reader import Run, RunError
from explorer.runs.watchers import Watchers
from explorer.services import SERVICES
from tests.support.api_helpers import call, unpack
from tests.support.helpers import OLD_RUN

ALL = ",".join(PARTS)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A run that seems to train; nobody looks for its trainer."""
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    monkeypatch.setattr(route, "LOOKS", Looks())
    monkeypatch.setattr(SERVICES, "watchers", Watchers())
    folder = tmp_path / "runs" / "one"
    shutil.copytree(OLD_RUN, folder)
    with contextlib.closing(sqlite3.connect(folder / DATABASE)) as database, database:
        database.execute("DELETE FROM meta WHERE key IN ('pid', 'process_started')")
    said(folder, state="training")
    return folder


def said(folder, **status) -> None:
    with contextlib.closing(sqlite3.connect(folder / DATABASE)) as database, database:
        for name, value in status.items():
            database.execute(f"UPDATE status SET {name} = ?", (value,))  # noqa: S608 (names of this file)


def asked(parts: str = ALL, **query: str) -> tuple[dict, dict[str, np.ndarray]]:
    status, _, body = call("/api/live", {"run": "one", "parts": parts, **query}, {})
    assert status == 200, body
    return unpack(body)


def test_every_part_is_what_the_page_mounts(folder):
    with Run(folder) as run:
        look = look_at(run, SERVICES.launcher)
    header, arrays = asked()
    mounted = {name: part for name, make in PARTS.items() if (part := make(look, Options())) is not None}
    assert (
        set(header["parts"])
        == set(mounted)
        == {"progress", "course", "verdict", "curves", "changes", "map", "bank", "strip"}
    )
    for name, part in mounted.items():
        expected, _ = unpack(pack(part.header, {}))  # as JSON has it
        assert header["parts"][name] == expected
        for own, array in part.arrays.items():
            np.testing.assert_array_equal(arrays[f"{name}/{own}"].ravel(), array.ravel())
    assert dict(header["parts"]["progress"]["facts"])["Epoch"].endswith(" / 3")
    assert header["pace"] == 0.4


def test_nothing_is_sent_twice(folder, monkeypatch):
    monkeypatch.setattr("explorer.components.live.look.SHARED", 0.0)
    first, _ = asked()
    again, arrays = asked(after=first["version"])
    assert (again["parts"], arrays, again["version"]) == ({}, {}, first["version"])
    said(folder, step=99)
    third, _ = asked(after=first["version"])
    assert set(third["parts"]) == set(first["parts"])
    assert third["version"] != first["version"]


@pytest.mark.parametrize(
    "change",
    [{"state": "paused"}, {"message": "The disk is full."}, {"goes_on": 1}, {"state": "finished"}],
)
def test_the_page_is_drawn_anew_for_what_its_frame_depends_on_and_for_nothing_else(folder, monkeypatch, change):
    monkeypatch.setattr("explorer.components.live.look.SHARED", 0.0)
    with Run(folder) as run:
        drawn = look_at(run, SERVICES.launcher).drawn
    said(folder, step=99, epoch=0.5, images_per_second=3.0)
    header, _ = asked("progress", drawn=drawn)
    assert "stale" not in header["parts"]["progress"]
    said(folder, **change)
    for _ in range(2):  # until it is drawn, for Streamlit may not have taken the first
        header, _ = asked("progress", drawn=drawn, after=header["version"])
        with Run(folder) as run:
            assert header["parts"]["progress"]["stale"] == look_at(run, SERVICES.launcher).drawn != drawn


def test_the_first_preview_draws_the_page_anew(folder, monkeypatch):
    monkeypatch.setattr("explorer.components.live.look.SHARED", 0.0)
    (folder / PREVIEW).rename(folder / "away")
    with Run(folder) as run:
        drawn = look_at(run, SERVICES.launcher).drawn
    header, _ = asked(drawn=drawn)
    assert set(header["parts"]) == {"progress", "course", "verdict", "curves", "changes"}
    (folder / "away").rename(folder / PREVIEW)
    header, _ = asked("progress", drawn=drawn)
    assert header["parts"]["progress"]["stale"] != drawn


def test_a_run_that_is_gone_or_damaged_has_the_page_drawn_anew(folder):
    for damage in (lambda: (folder / "experiment.json").write_text("{"), lambda: shutil.rmtree(folder)):
        damage()
        header, arrays = asked()
        assert (header["parts"], arrays) == ({"progress": {"stale": "gone"}}, {})


def test_a_part_whose_file_cannot_be_read_leaves_the_others(folder):
    (folder / "probe.png").unlink()
    header, _ = asked()
    assert set(header["parts"]) == {"progress", "course", "verdict", "curves", "changes", "map", "bank"}


def test_tabs_that_ask_at_about_the_same_time_share_one_look(folder, monkeypatch):
    looked, moment = [], Run.moment
    monkeypatch.setattr(Run, "moment", lambda run, *given: looked.append(run) or moment(run, *given))
    monkeypatch.setattr("explorer.components.live.look.SHARED", 60.0)
    for number in range(5):
        asked(tab=f"tab-{number}")
    assert len(looked) == 1


def test_a_run_that_cannot_be_read_is_not_tried_for_each_tab(folder, monkeypatch):
    """Where another process holds the database, each try waits for seconds, and the server has forty threads."""
    tried = []

    def moment(run, *_given):
        tried.append(run)
        raise RunError("The database is locked.")

    monkeypatch.setattr(Run, "moment", moment)
    monkeypatch.setattr("explorer.components.live.look.SHARED", 60.0)
    for number in range(5):
        header, _ = asked(tab=f"tab-{number}")
        assert header["parts"] == {"progress": {"stale": "gone"}}
    assert len(tried) == 1


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"parts": "curves,plot"}, "The part was 'plot'; allowed are progress, course, verdict, curves"),
        ({"run": "../one"}, "The run was '../one'; allowed is the name of a folder."),
        ({"run": ""}, "The run was ''"),
        ({"pair": "0,1,2"}, "pair was '0,1,2'"),
        ({"parts": "map", "pair": "0,7"}, "The pair was 0,7; the model has 2 latent dimensions."),
        ({"log": "perhaps"}, "log was 'perhaps'"),
        ({"other": "1"}, "other is not a setting of this question"),
        ({"tab": "t" * 41}, "tab was 'ttt"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(folder, query, sentence):
    status, _, body = call("/api/live", {"run": "one", "parts": ALL, **query}, {})
    assert status == 400
    assert sentence in json.loads(body)["error"]
