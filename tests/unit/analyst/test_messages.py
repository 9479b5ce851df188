"""The analyst's messages: how they are framed, and the loop that answers them."""

import io
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analyst import answers as analyst_answers
from explorer.analyst.frames import LARGEST, read_frame, write_frame
from explorer.analyst.server import serve

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


def test_an_answer_that_is_no_json_is_said_to_whom_asked(monkeypatch):
    odd = SimpleNamespace(answer=lambda *_: ({"x": {1}}, b""))
    monkeypatch.setattr(analyst_answers, "import_module", lambda _name: odd)
    requests, answers = io.BytesIO(), io.BytesIO()
    write_frame(requests, {"id": 1, "request": "estimate"})
    requests.seek(0)
    serve(requests, answers)
    answers.seek(0)
    assert "set is not JSON serializable" in read_frame(answers)[0]["error"]
