"""Long requests: what a busy process is sent, what stopping one does to the others, what haste leaves out."""

from concurrent.futures import Future

import pytest

from explorer.analyst.errors import AnalystError, AskAgainError, EndedError, UnavailableError
from explorer.analyst.jobs import MOST_FAILURES, Jobs, OneAtATime, Progress


class Bench:
    """A workbench whose answers a test gives."""

    def __init__(self):
        self.asked: list[Future] = []
        self.values: list[dict] = []
        self.interrupted: list[Future] = []
        self.starting = False
        self.busy = False  # with something else, and reports nothing of what comes now

    def ask(self, _request, _payload=b"", progress=lambda _how_far: None, **values) -> Future:
        if self.starting:
            raise AskAgainError("The workbench is starting; this takes a few seconds.")
        if not self.busy:
            progress({"stage": "at work", "share": 0.5})
        self.asked.append(Future())
        self.values.append(values)
        return self.asked[-1]

    def interrupt(self, future: Future) -> None:
        self.interrupted.append(future)


@pytest.fixture
def jobs() -> Jobs:
    return Jobs(Bench())  # ty: ignore[invalid-argument-type]


def test_stopping_what_is_under_way_ends_its_process_and_says_so(jobs):
    jobs.poll("one", "encode")
    jobs.stop("one")
    assert jobs.client.interrupted == jobs.client.asked
    with pytest.raises(AnalystError, match="Stopped by you"):
        jobs.poll("one", "encode")


def test_stopping_what_is_done_leaves_the_process_to_whom_it_serves_now(jobs):
    jobs.poll("one", "encode")
    jobs.client.asked[0].set_result(({"all": 1}, b""))
    jobs.stop("one")
    assert not jobs.client.interrupted
    assert jobs.poll("one", "encode") == ({"all": 1}, b"")


def stage(found) -> str:
    assert isinstance(found, Progress)
    return found.stage


def test_what_waits_says_for_what_until_its_turn_has_come(jobs):
    assert stage(jobs.poll("one", "wirings")) == "at work"
    jobs.client.busy = True
    for _ in range(2):
        assert stage(jobs.poll("two", "encode")) == "waiting for the measurement of the wirings"
        assert stage(jobs.poll("three", "inspect")) == "waiting for the measurement of the wirings"
    jobs.client.asked[0].set_result(({}, b""))
    assert stage(jobs.poll("three", "inspect")) == "waiting for the codes of a whole data set"
    assert stage(jobs.poll("two", "encode")) == "waiting for its turn", "nothing is before it, and it has not begun"
    jobs._running["two"].note({"stage": "encoding", "share": 0.1})
    assert stage(jobs.poll("two", "encode")) == "encoding"


def test_what_the_newest_choice_waits_for_is_said(trials):
    tried(trials, "s")
    assert stage(tried(trials, "su")) == "waiting for the check of a formula"


@pytest.fixture
def trials() -> OneAtATime:
    return OneAtATime(Jobs(Bench()))  # ty: ignore[invalid-argument-type]


def tried(trials: OneAtATime, text: str):
    return trials.poll(text, "try_term", formula=text)


def formulas(trials: OneAtATime) -> list[str]:
    """What the workbench was asked to try, in order."""
    return [values["formula"] for values in trials._jobs.client.values]  # ty: ignore[missing-attribute]


def test_of_what_is_typed_in_haste_only_the_first_and_the_newest_are_tried(trials):
    for end in range(1, 10):
        assert isinstance(tried(trials, "sum(abs(z))"[:end]), Progress)
    assert formulas(trials) == ["s"]
    trials._jobs.client.asked[0].set_result(({"mean": 1}, b""))
    assert isinstance(tried(trials, "sum(abs(z))"), Progress)
    assert formulas(trials) == ["s", "sum(abs(z))"]
    trials._jobs.client.asked[1].set_result(({"mean": 2}, b""))
    assert [tried(trials, text) for text in ("sum(abs(z))", "s")] == [{"mean": 2}, {"mean": 1}]
    assert len(formulas(trials)) == 2


def test_a_failure_stays_until_something_else_is_looked_at(trials):
    tried(trials, "z")
    trials._jobs.client.asked[0].set_exception(AnalystError("There is no such file."))
    for _ in range(3):
        with pytest.raises(AnalystError, match="no such file"):
            tried(trials, "z")
    tried(trials, "x")
    trials._jobs.client.asked[1].set_result(({"mean": 1}, b""))
    assert isinstance(tried(trials, "z"), Progress)
    assert formulas(trials) == ["z", "x", "z"]


def test_a_failure_is_tried_again_also_on_the_way_back_from_what_was_known_before(trials):
    tried(trials, "x")
    trials._jobs.client.asked[0].set_result(({"mean": 1}, b""))
    tried(trials, "z")
    trials._jobs.client.asked[1].set_exception(AnalystError("There is no such file."))
    assert tried(trials, "x") == {"mean": 1}
    assert isinstance(tried(trials, "z"), Progress)


def test_what_could_not_be_sent_is_asked_again(trials):
    trials._jobs.client.starting = True
    assert isinstance(tried(trials, "z"), Progress)
    trials._jobs.client.starting = False
    assert isinstance(tried(trials, "z"), Progress)
    assert formulas(trials) == ["z"]


def test_what_ended_its_process_is_not_asked_again_by_itself(trials):
    tried(trials, "z")
    trials._jobs.client.asked[0].set_exception(EndedError("The workbench was ended while it worked on this."))
    for _ in range(3):
        with pytest.raises(EndedError, match="was ended"):
            tried(trials, "z")
    assert formulas(trials) == ["z"]


def test_what_ended_its_process_is_tried_again_by_a_button_and_by_nothing_else(trials):
    bench = trials._jobs.client
    tried(trials, "z")
    bench.asked[0].set_exception(EndedError("The workbench was ended while it worked on this."))
    for session in (trials, OneAtATime(trials._jobs), OneAtATime(trials._jobs)):
        with pytest.raises(EndedError, match="was ended"):
            tried(session, "z")
    tried(trials, "x")
    bench.asked[1].set_result(({"mean": 1}, b""))
    with pytest.raises(EndedError, match="was ended"):
        tried(trials, "z")
    assert formulas(trials) == ["z", "x"]
    trials.try_again()
    assert isinstance(tried(trials, "z"), Progress)
    assert formulas(trials) == ["z", "x", "z"]


def test_what_ended_its_process_is_remembered_however_much_fails_later(jobs):
    jobs.fail("deadly", EndedError("The workbench was ended while it worked on this."))
    for number in range(MOST_FAILURES + 1):
        jobs.fail(number, AnalystError("No."))
    with pytest.raises(EndedError):
        jobs.poll("deadly", "encode")
    assert not jobs.knows(0)


def test_a_failure_is_forgotten_on_demand(trials):
    tried(trials, "z")
    trials._jobs.client.asked[0].set_exception(AnalystError("There is no such file."))
    with pytest.raises(AnalystError):
        tried(trials, "z")
    trials.try_again()
    assert isinstance(tried(trials, "z"), Progress)


def test_a_process_that_cannot_start_leaves_no_failure_behind(jobs):
    jobs.poll("one", "encode")
    jobs.client.asked[0].set_exception(UnavailableError("The workbench cannot start."))
    with pytest.raises(UnavailableError):
        jobs.poll("one", "encode")
    assert isinstance(jobs.poll("one", "encode"), Progress)
    assert len(jobs.client.asked) == 2


def test_a_failure_that_is_polled_for_a_day_does_not_grow(jobs):
    jobs.poll("one", "encode")
    jobs.client.asked[0].set_exception(AnalystError("No."))
    lengths = set()
    for _ in range(5):
        with pytest.raises(AnalystError) as raised:
            jobs.poll("one", "encode")
        lengths.add(len(raised.traceback))
    assert max(lengths) <= 5


def test_so_many_failures_are_remembered_and_no_more(jobs):
    for number in range(MOST_FAILURES + 5):
        jobs.poll(number, "encode")
        jobs.stop(number)
    assert not jobs.knows(4)
    assert jobs.knows(5)
    assert jobs.knows(MOST_FAILURES + 4)
