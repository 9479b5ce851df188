"""The analyst's messages: how they are framed, and the loop that answers them."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analyst import answers as analyst_answers
from explorer.analyst.frames import LARGEST, read_frame, write_frame
from explorer.analyst.server import serve
from explorer.lab.session import SessionError
from explorer.runs.reader import RunError
from models.spec.errors import CheckpointError

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=5)


@given(st.lists(st.tuples(st.dictionaries(st.text(), JSON), st.binary())))
@settings(max_examples=40, deadline=None)
def test_messages_come_out_as_they_went_in(messages):
    stream = io.BytesIO()
    for header, payload in messages:
        write_frame(stream, header, payload)
    stream.seek(0)
    assert [read_frame(stream) for _ in messages] == messages
    with pytest.raises(EOFError):
        read_frame(stream)


@given(st.integers(0, 40))
def test_a_message_that_ends_early_is_an_end(length):
    stream = io.BytesIO()
    write_frame(stream, {"id": 1}, bytes(40))
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(stream.getvalue()[:length]))


def test_a_length_that_cannot_be_meant_is_refused_unread():
    with pytest.raises(ValueError, match=f"at most {LARGEST:,} are allowed"):
        read_frame(io.BytesIO(b"\xff" * 8))


@pytest.mark.parametrize("kind", ["estimate", "pairings", "dance"])
def test_a_process_that_holds_too_much_answers_and_leaves_the_rest_to_the_next(monkeypatch, kind):
    done = SimpleNamespace(answer=lambda *_: ({}, b"done"))
    monkeypatch.setattr(analyst_answers, "import_module", lambda _name: done)
    requests, answers = io.BytesIO(), io.BytesIO()
    for number in (1, 2):
        write_frame(requests, {"id": number, "request": kind})
    requests.seek(0)
    serve(requests, answers, most_memory=1)
    answers.seek(0)
    header, _ = read_frame(answers)
    assert (header["id"], header["retires"]) == (1, True)
    with pytest.raises(EOFError):
        read_frame(answers)


NO_MEMORY = "had not enough memory for this. Choose something smaller"


def answered(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Any]) -> dict[str, Any]:
    """Return the header of what a request is answered with, whose module has this `answer`."""
    monkeypatch.setattr(analyst_answers, "import_module", lambda _name: SimpleNamespace(answer=answer))
    requests, answers = io.BytesIO(), io.BytesIO()
    write_frame(requests, {"id": 1, "request": "estimate"})
    requests.seek(0)
    serve(requests, answers)
    answers.seek(0)
    return read_frame(answers)[0]


def raised(error: Exception) -> Callable[..., Any]:
    def answer(*_: object) -> None:
        raise error

    return answer


def test_an_answer_that_is_no_json_is_said_to_whom_asked(monkeypatch, capsys):
    told = answered(monkeypatch, lambda *_: ({"x": {1}}, b""))
    assert told["fault"] == "met an unexpected error (TypeError)"
    assert "set is not JSON serializable" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [RunError("It is gone."), CheckpointError("It is gone."), SessionError("It is gone.")]
)
def test_an_error_that_is_a_sentence_is_the_answer(monkeypatch, capsys, error):
    assert answered(monkeypatch, raised(error))["error"] == "It is gone."
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (KeyError("z_mean"), "met an unexpected error (KeyError)"),
        (ValueError("cannot reshape"), "met an unexpected error (ValueError)"),
        (OSError(5, "Input/output error", "probe.png"), "could not read or write a file (Input/output error)"),
        (MemoryError(), NO_MEMORY),
        (
            tf.errors.ResourceExhaustedError(None, None, "OOM"),
            NO_MEMORY,
        ),
    ],
    ids=["key", "value", "file", "memory", "tensor"],
)
def test_any_other_error_leaves_its_traceback_in_the_log_and_no_text_of_a_library_on_the_page(
    monkeypatch, capsys, error, fault
):
    told = answered(monkeypatch, raised(error))
    assert (told["fault"], "error" in told) == (fault, False)
    printed = capsys.readouterr().err
    assert "Traceback" in printed
    assert type(error).__name__ in printed
