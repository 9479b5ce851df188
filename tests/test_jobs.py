"""Long requests: what a busy process is sent, and what stopping one does to the others."""

import threading
from collections import deque
from concurrent.futures import Future
from functools import partial
from types import SimpleNamespace

import pytest

from explorer.jobs import Jobs
from explorer.latent.client import PIPE_ROOM, AnalystClient, AnalystError, AskAgainError


class Deaf:
    """A process that is busy for ever: what is written stays in its pipe, which holds so many bytes."""

    def __init__(self):
        self.held, self.pid = 0, 1

    def write(self, message: bytes) -> None:
        self.held += len(message)
        assert self.held <= PIPE_ROOM, "a real pipe would hold the page here"

    def flush(self) -> None:
        """Nothing is kept back."""


@pytest.fixture
def busy() -> AnalystClient:
    client = AnalystClient("workbench")
    client._process = SimpleNamespace(stdin=Deaf(), pid=1)  # ty: ignore[invalid-assignment]
    client._ready.set()
    return client


def test_a_busy_process_is_never_sent_more_than_its_pipe_holds(busy):
    asked = (partial(busy.ask, "try_term", formula="sum(abs(z))", terms="x" * 500) for _ in range(PIPE_ROOM))
    with pytest.raises(AskAgainError, match="The workbench is busy with other requests"):
        deque((ask() for ask in asked), maxlen=0)
    assert not busy._lock.locked()


def test_one_request_may_be_larger_than_the_pipe():
    client, sent = AnalystClient(), threading.Event()
    pipe = SimpleNamespace(write=lambda message: len(message) > PIPE_ROOM and sent.set(), flush=lambda: None)
    client._process = SimpleNamespace(stdin=pipe, pid=1)  # ty: ignore[invalid-assignment]
    client._ready.set()
    client.ask("project", bytes(2 * PIPE_ROOM))
    assert sent.is_set()


class Bench:
    """A workbench whose answers a test gives."""

    def __init__(self):
        self.asked: list[Future] = []
        self.interrupted = 0

    def ask(self, _request, _payload, progress, **_values) -> Future:
        progress({"stage": "at work", "share": 0.5})
        self.asked.append(Future())
        return self.asked[-1]

    def interrupt(self) -> None:
        self.interrupted += 1


@pytest.fixture
def jobs() -> Jobs:
    return Jobs(Bench())  # ty: ignore[invalid-argument-type]


def test_stopping_what_is_under_way_ends_its_process_and_says_so(jobs):
    jobs.look("one", "encode")
    jobs.stop("one")
    assert jobs.workbench.interrupted == 1
    with pytest.raises(AnalystError, match="Stopped by hand"):
        jobs.look("one", "encode")


def test_stopping_what_is_done_leaves_the_process_to_whom_it_serves_now(jobs):
    jobs.look("one", "encode")
    jobs.workbench.asked[0].set_result(({"all": 1}, b""))
    jobs.stop("one")
    assert jobs.workbench.interrupted == 0
    assert jobs.look("one", "encode") == ({"all": 1}, b"")
