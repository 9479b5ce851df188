"""The page of a run with files that cannot be read: it says so, and draws itself again until the run is there."""

import shutil

import streamlit as st

from explorer.runs.layout import DATABASE, PREVIEW
from tests.support.app_pages import page
from tests.support.helpers import OLD_RUN


def test_a_run_that_cannot_be_read_is_read_again_after_some_seconds(empty_home, monkeypatch):
    folder, timed, reruns, fragment = empty_home / "runs" / "one", [], [], st.fragment
    shutil.copytree(OLD_RUN, folder)

    def spy(function=None, *, run_every=None, **options):
        def part(shown):
            return lambda *given: (
                timed.append((run_every, lambda: shown(*given))),
                fragment(shown, run_every=run_every, **options)(*given),
            )

        return part(function) if function else part

    monkeypatch.setattr(st, "fragment", spy)
    monkeypatch.setattr(st, "rerun", lambda *_, **__: reruns.append(1))
    (folder / DATABASE).rename(folder / "away")
    (folder / DATABASE).write_bytes(b"no database " * 1000)
    shown = page("train", run="one")
    assert not shown.exception
    assert "The history of the run one cannot be read" in shown.error[0].value
    assert not reruns, "not at once"
    (draw_again,) = [act for seconds, act in timed if seconds == 5.0]
    draw_again()
    assert len(reruns) == 1
    timed.clear()
    (folder / "away").rename(folder / DATABASE)
    shown = page("train", run="one")
    assert not shown.error
    assert not [act for seconds, act in timed if seconds == 5.0]


def test_a_preview_that_is_damaged_is_said_in_the_place_of_the_map(empty_home):
    folder = empty_home / "runs" / "one"
    shutil.copytree(OLD_RUN, folder)
    assert not page("train", run="one").error
    (folder / PREVIEW).write_bytes(b"half of it")
    shown = page("train", run="one")
    assert not shown.exception
    (error,) = shown.error
    assert error.value.startswith("preview.safetensors cannot be read")
    (folder / PREVIEW).unlink()
    assert not page("train", run="one").error, "as in a run that somebody has shortened"
