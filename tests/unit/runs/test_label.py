"""The label of a run, whose file may come from anybody, and the trash for deleted ones."""

import os

import pytest

from explorer.places import UnwritableError
from explorer.runs import trash
from explorer.runs.label import LABEL, MOST_NAME, MOST_NOTE, Label, read_label, write_label
from explorer.runs.trash import delete_run, restore_run


def test_a_label_is_read_as_it_was_written(tmp_path):
    for label in (Label(name="A run", note="Two\nlines."), Label(name="⏳" * MOST_NAME, note="🎲" * MOST_NOTE)):
        write_label(tmp_path, label)
        assert read_label(tmp_path) == label


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"name": 3}', f'{{"name": "{"x" * (MOST_NAME + 1)}"}}', '{"format": 99, "name": "a"}', '{"b": 1}'],
)
def test_a_label_that_is_none_of_ours_is_empty(tmp_path, text):
    (tmp_path / LABEL).write_text(text)
    assert read_label(tmp_path) == Label()


def test_a_label_of_a_run_that_is_gone_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(UnwritableError, match="Check that the run's folder still exists"):
        write_label(tmp_path / "gone", Label(name="a"))


def test_a_deleted_run_comes_back_whole_also_beside_another_of_its_name(tmp_path):
    run = tmp_path / "one"
    run.mkdir()
    (run / "file").write_text("kept")
    deleted = delete_run(run)
    assert not run.exists()
    run.mkdir()
    again = delete_run(run)
    assert again != deleted
    assert restore_run(deleted, "one") == run
    assert (run / "file").read_text() == "kept"
    assert restore_run(again, "one").name == "one-2"
    with pytest.raises(UnwritableError, match="deleted for good"):
        restore_run(deleted, "one")


def test_the_trash_keeps_the_newest(tmp_path, monkeypatch):
    monkeypatch.setattr(trash, "MOST", 2)
    for number, name in enumerate("abcd"):
        (tmp_path / name).mkdir()
        deleted = delete_run(tmp_path / name)
        os.utime(deleted, (number, number))
    (tmp_path / "e").mkdir()
    delete_run(tmp_path / "e")
    assert sorted(path.name for path in (tmp_path / trash.TRASH).iterdir()) == ["d", "e"]
