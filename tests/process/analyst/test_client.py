"""The client of the analyst against a process that dies, lies, sleeps or does not read."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from explorer.analyst.client import HOPELESS, MOST_WAITING, AnalystClient
from explorer.analyst.errors import AnalystError, AskAgainError, EndedError
from tests.support.helpers import wait_for

SOON = 20  # seconds; all of this takes a fraction of one


@pytest.fixture
def client(empty_home) -> Iterator[AnalystClient]:
    one = AnalystClient("helper")
    one._command = [sys.executable, "-m", "tests.support.stand_in_analyst"]
    yield one
    one.close()


@pytest.fixture
def started(client) -> AnalystClient:
    assert client.wait_ready(SOON)
    return client


def result(client: AnalystClient, request: str, payload: bytes = b"", **values: Any) -> tuple[dict[str, Any], bytes]:
    """The answer to a request, which the client may only take after a while."""
    taken: list = []

    def ask() -> bool:
        try:
            taken.append(client.ask(request, payload, **values))
        except AskAgainError:
            return False
        return True

    wait_for(ask, SOON)
    return taken[0].result(SOON)


def at_once(act: Callable[[], object]) -> None:
    """Fail where the call does not come back."""
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()


def test_only_what_killed_the_process_fails_and_what_waited_is_answered_by_the_next(started):
    first, waiting = started.pid, [started.ask("sleep", seconds=0.2)]
    culprit = started.ask("die", signal=signal.SIGKILL.value)
    waiting += [started.ask("echo", bytes([number])) for number in range(5)]
    with pytest.raises(
        EndedError,
        match=r"^The helper was ended while it worked on this \(signal 9, SIGKILL: .+ ran out; its log is .+\)\.",
    ):
        culprit.result(SOON)
    answers = [future.result(SOON) for future in waiting]
    assert [payload for _, payload in answers[1:]] == [bytes([number]) for number in range(5)]
    assert answers[0][0]["process"] == first != answers[1][0]["process"]
    assert started.restarts == 1


def test_what_kills_every_process_can_be_asked_for_ever_and_the_client_goes_on(started):
    for _ in range(HOPELESS + 2):
        with pytest.raises(EndedError, match=r"\(signal 6, SIGABRT: a library gave up, "):
            result(started, "die", signal=signal.SIGABRT.value)
    assert result(started, "echo", b"x")[1] == b"x"
    assert not started.gave_up


def test_a_process_that_makes_room_loses_no_request_and_counts_as_no_death(started):
    futures = []
    for number in range(2 * HOPELESS):
        futures += [started.ask("retire"), started.ask("echo", bytes([number]))]  # refused by none, at any moment
        time.sleep(0.05)
    for future in futures[::2]:
        assert future.result(SOON)[0]["retires"]
    assert [future.result(SOON)[1] for future in futures[1::2]] == [bytes([number]) for number in range(2 * HOPELESS)]
    assert (started.restarts, started.gave_up) == (2 * HOPELESS, False)


@pytest.mark.parametrize(
    "garbage",
    [
        "\xff" * 8,
        "\x02\x00\x00\x00\x00\x00\x00\x00{]",
        "\x02\x00\x00\x00\x00\x00\x00\x00[]",
        '\x0a\x00\x00\x00\x00\x00\x00\x00{"id": 99}',
        "\x02\x00\x00\x00\x00\x00\x00\x00{}",
    ],
    ids=["length", "JSON", "list", "id", "nothing"],
)
def test_a_process_that_talks_nonsense_is_ended_and_the_request_fails_in_words(started, garbage):
    first = psutil.Process(started.pid)
    future, behind = started.ask("garble", bytes=garbage), started.ask("echo", b"x")
    with pytest.raises(EndedError, match="sent a message that cannot be read"):
        future.result(SOON)
    assert behind.result(SOON)[1] == b"x"
    assert not first.is_running()


def test_a_process_without_a_thread_to_read_it_counts_as_one_that_cannot_start(client, monkeypatch):
    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("explorer.analyst.client.AnalystProcess", no_thread)
    client.start()
    wait_for(lambda: client.gave_up, SOON)
    wait_for(lambda: client._keeper is None, SOON)
    assert client.pid is None
    with pytest.raises(AnalystError, match="The helper cannot start"):
        client.ask("echo")


def test_a_process_that_cannot_start_is_given_up_and_started_again_by_hand(client):
    works, client._command = client._command, [*client._command, "dead"]
    client.start()
    wait_for(lambda: client.gave_up, SOON)
    assert client.restarts == HOPELESS
    assert client.trouble == f"the helper cannot start; its log is {client.log}"
    assert "I cannot start." in client.log.read_text()
    wait_for(lambda: client._keeper is None, SOON)
    with pytest.raises(AnalystError, match="The helper cannot start; its log is") as raised:
        client.ask("echo")
    assert not isinstance(raised.value, AskAgainError)
    client._command = works
    client.start()
    assert client._keeper is None, "only a person starts it again"
    client.start_again()
    assert result(client, "echo", b"x")[1] == b"x"
    assert client.trouble == ""


def test_a_process_whose_log_cannot_be_written_works_and_says_where_its_messages_are(client, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path / "file"))
    assert result(client, "echo", b"x")[1] == b"x"
    with pytest.raises(EndedError, match="; its messages are in the terminal of the app"):
        result(client, "die", signal=signal.SIGKILL.value)


def test_a_program_that_is_not_there_counts_as_a_death(client):
    client._command = ["/nowhere/python"]
    client.start()
    wait_for(lambda: client.gave_up and client._keeper is None, SOON)
    assert client.trouble.startswith("the helper cannot start")


def test_what_waited_for_a_process_that_cannot_start_is_told(started):
    future, waiting = started.ask("retire"), started.ask("echo")
    started._command = ["/nowhere/python"]
    assert future.result(SOON)
    with pytest.raises(AnalystError, match="The helper cannot start; its log is"):
        waiting.result(SOON)


@pytest.mark.parametrize("act", ["ask", "interrupt", "close"])
def test_nothing_waits_for_a_process_that_does_not_read(started, act):
    os.kill(started.pid, signal.SIGSTOP)
    stuck = psutil.Process(started.pid)
    future = started.ask("echo", bytes(2**24))  # far more than its pipe holds
    at_once(
        {"ask": lambda: started.ask("echo"), "interrupt": lambda: started.interrupt(future), "close": started.close}[
            act
        ]
    )
    if act == "ask":
        os.kill(started.pid, signal.SIGCONT)
        assert len(future.result(SOON)[1]) == 2**24
    else:
        with pytest.raises(AnalystError):
            future.result(SOON)
        wait_for(lambda: not stuck.is_running(), SOON)


def test_so_many_requests_wait_and_no_more(started):
    os.kill(started.pid, signal.SIGSTOP)
    futures = [started.ask("echo") for _ in range(MOST_WAITING + 1)]  # one is at work
    with pytest.raises(AskAgainError, match="The helper is busy with other requests"):
        started.ask("echo")
    os.kill(started.pid, signal.SIGCONT)
    assert all(future.result(SOON) for future in futures)


def test_giving_up_what_waits_leaves_the_process_to_what_it_works_on(started):
    first = started.pid
    working, waiting, behind = started.ask("sleep", seconds=0.3), started.ask("echo"), started.ask("echo")
    started.interrupt(waiting)
    assert waiting.cancelled()
    assert working.result(SOON)[0]["process"] == behind.result(SOON)[0]["process"] == first
    assert started.restarts == 0


def test_giving_up_what_is_at_work_ends_the_process_and_what_waits_is_answered(started):
    working, behind = started.ask("sleep", seconds=60), started.ask("echo", b"x")
    started.interrupt(working)
    assert behind.result(SOON)[1] == b"x"
    assert working.exception(SOON)
    assert (started.restarts, started.gave_up) == (1, False)
