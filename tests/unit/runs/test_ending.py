"""How a process ended: in words, and as a note in the run folder that may be anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.ending import how_it_ended, note_ending, noted_ending
from explorer.runs.layout import ENDING


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "exit code 1"),
        (3221225477, "exit code 3221225477"),
        (-6, "signal 6, SIGABRT: a library gave up, most often because memory ran out"),
        (-9, "signal 9, SIGKILL: most often the system's, because memory ran out"),
        (-11, "signal 11, SIGSEGV: a fault in a library"),
        (-200, "signal 200"),
    ],
)
def test_an_exit_code_is_said_in_words_also_by_a_later_reader(tmp_path, code, words):
    assert how_it_ended(code) == words
    assert noted_ending(tmp_path) is None
    note_ending(tmp_path, code)
    assert noted_ending(tmp_path) == words


def test_a_folder_that_is_gone_is_noted_nowhere(tmp_path):
    note_ending(tmp_path / "gone", -9)
    assert list(tmp_path.iterdir()) == []


@given(st.one_of(st.binary(max_size=50), st.integers().map(lambda n: f'{{"exit_code": {n}}}'.encode())))
def test_whatever_the_note_is_it_raises_nothing(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("run")
    (folder / ENDING).write_bytes(content)
    assert (noted_ending(folder) or "exit code 0")[:4] in {"exit", "sign"}


@pytest.mark.parametrize("content", ["", "[]", '{"exit_code": "9"}', '{"exit_code": true}', "{" * 900, "9" * 10**6])
def test_what_is_no_note_says_nothing(tmp_path, content):
    (tmp_path / ENDING).write_text(content, encoding="utf-8")
    assert noted_ending(tmp_path) is None
