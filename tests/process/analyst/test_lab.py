"""Sessions of the pairing lab: run to their end, stopped, broken, and read."""

import json
import math

import numpy as np
import pytest

from explorer.analyst.answers import pairings as bench
from explorer.analyst.answers.pairings import run_session
from explorer.diagnosis.pairing_outcomes import RUNS_AWAY
from explorer.figures.pairing_cards import card
from explorer.figures.pairings import case_figure, logit_span
from explorer.lab import session
from explorer.lab.results import read_results
from explorer.lab.session import ARRAYS, STATE, SessionError, new_session, read_session
from explorer.places import UnwritableError
from explorer.runs.layout import send_command
from tests.support.lab_helpers import quick_session

SHAPE = (28, 28, 1)


def _silent(_stage: str, _share: float) -> None:
    pass


def test_a_session_runs_to_its_end_and_tells_the_way(empty_home):
    asked = quick_session("E", "F")
    folder = new_session(asked)
    assert read_results(folder, asked.pairings).state == "waiting"
    stages: list[tuple[str, float]] = []
    seen: set[str] = set()

    def report(stage: str, share: float) -> None:
        stages.append((stage, share))
        seen.add(read_results(folder, asked.pairings).state)

    run_session(folder, report)
    results = read_results(folder, asked.pairings)
    assert seen >= {"waiting", "preparing", "training"}
    assert results.state == "finished"
    assert results.ended
    assert [case.state for case in results.cases] == ["finished", "finished"]
    assert [len(case.arrays["losses"]) for case in results.cases] == [30, 30]
    assert results.images is not None
    assert results.images.shape == (bench.SHOWN, *SHAPE)
    assert all(case.arrays["shown"].shape == results.images.shape for case in results.cases)
    assert all(case.arrays["counts"].sum() == 297 * 784 for case in results.cases)
    assert results.cases[0].arrays["losses"][0] == pytest.approx(math.log(2), rel=0.05)
    shares = [share for _, share in stages]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert read_session(folder) == asked


def test_a_stop_ends_it_where_it_is(empty_home):
    asked = quick_session("E", "F", steps=5000)
    folder = new_session(asked)

    def report(stage: str, share: float) -> None:
        if stage == "training" and share > 0.002:
            send_command(folder, "stop")

    run_session(folder, report)
    results = read_results(folder, asked.pairings)
    assert (results.state, results.message) == ("stopped", "Stopped by you.")
    first = results.cases[0]
    assert 0 < first.steps < 5000
    assert first.state == "stopped"
    assert first.measured is not None
    assert (first.measured.steps, first.measured.images) == (first.steps, 297), "one more look, at all of them"


def test_a_stop_before_it_began_ends_it_at_once(empty_home):
    asked = quick_session("E", "F", steps=5000)
    folder = new_session(asked)
    send_command(folder, "stop")
    run_session(folder, _silent)
    results = read_results(folder, asked.pairings)
    assert results.state == "stopped"
    assert [case.measured for case in results.cases] == [None, None]


def test_an_app_that_goes_away_is_told_to_the_next_one(empty_home):
    asked = quick_session("E", steps=5000)
    folder = new_session(asked)

    def report(stage: str, _share: float) -> None:
        if stage == "training":
            raise BrokenPipeError(32, "Broken pipe")

    run_session(folder, report)
    results = read_results(folder, asked.pairings)
    assert (results.state, results.message) == ("failed", "Hourglass was closed in the middle of it. Run it again.")


def test_a_case_that_is_no_number_any_more_stops_alone(empty_home, monkeypatch):
    asked = quick_session("0..255~linear~mse~p/255", "0..1~sigmoid~mse~p", learning_rate=1.0, steps=400, latent_dim=512)
    folder = new_session(asked)
    broken: list[int] = []

    class Broken(bench.CaseTraining):
        """The first case's weights are no numbers from its 20th step on."""

        def train(self, batches):
            if self.pairing == asked.pairings[0] and len(self.losses) > 20 and not broken:
                broken.append(len(self.losses))
                weight = self.loop.model.trainable_variables[0]
                weight.assign(np.full(weight.shape, np.nan, np.float32))
            return super().train(batches)

    monkeypatch.setattr(bench, "CaseTraining", Broken)
    run_session(folder, _silent)
    first, second = read_results(folder, asked.pairings).cases
    assert (first.state, second.state) == ("stopped", "finished")
    assert "its loss is not finite" in first.note
    assert first.diagnosis is not None
    assert first.diagnosis.verdict == RUNS_AWAY
    assert second.steps == 400
    json.dumps(case_figure(first, 400, logit_span([first, second]))["layout"], allow_nan=False)


def test_a_data_set_that_cannot_be_had_is_told(empty_home, monkeypatch):
    monkeypatch.setenv("HOURGLASS_DATA", str(empty_home))
    (empty_home / "mnist.npz").write_bytes(b"no zip")
    asked = quick_session("E", dataset="mnist")
    folder = new_session(asked)
    run_session(folder, _silent)
    results = read_results(folder, asked.pairings)
    assert results.state == "failed"
    assert "mnist.npz" in results.message


def test_too_little_memory_is_told_with_a_remedy(empty_home, monkeypatch):
    def greedy(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(bench, "build", greedy)
    asked = quick_session("E", "F")
    folder = new_session(asked)
    run_session(folder, _silent)
    results = read_results(folder, asked.pairings)
    assert results.state == "failed"
    assert "Choose fewer cases, a smaller batch" in results.message


def test_an_unexpected_fault_is_told_and_not_hidden(empty_home, monkeypatch):
    monkeypatch.setattr(bench, "load_images", lambda _name: None)
    asked = quick_session("E")
    folder = new_session(asked)
    with pytest.raises(AttributeError):
        run_session(folder, _silent)
    assert "unexpected error" in read_results(folder, asked.pairings).message


def test_a_damaged_session_says_so(empty_home):
    asked = quick_session("E")
    folder = new_session(asked)
    for damage in ("{", "[]", '{"state": "finished"}'):
        (folder / STATE).write_text(damage, encoding="utf-8")
        with pytest.raises(SessionError, match="cannot be read"):
            read_results(folder, asked.pairings)
    run_session(folder, _silent)
    (folder / session.ARRAYS).write_bytes((folder / session.ARRAYS).read_bytes()[:-9])
    with pytest.raises(SessionError, match="cannot be read"):
        read_results(folder, asked.pairings)
    (folder / session.SESSION).write_text('{"pairings": 1}', encoding="utf-8")
    with pytest.raises(SessionError, match="pairings was 1"):
        read_session(folder)


def test_every_case_has_a_card_with_the_same_lines_before_and_after(empty_home):
    asked = quick_session("A", "-1..1~tanh~mae~(p+1)/2", steps=1)
    folder = new_session(asked)
    before = [card(case, ended=False) for case in read_results(folder, asked.pairings).cases]
    assert [(shown["title"], shown["words"]) for shown in before] == [
        ("A · The question, linear", "0..255 · linear · MSE · p / 255"),
        ("Your combination", "-1..1 · tanh · MAE · (p + 1) / 2"),
    ]
    assert {value for shown in before for _, value in shown["facts"]} == {"–"}
    run_session(folder, _silent)
    cases = read_results(folder, asked.pairings).cases
    without, with_one = (dict(card(case, ended=True)["facts"]) for case in cases)
    assert without["Saturated logits"] == "–", "nothing of case A can saturate"
    assert without["MSE of the mean image"] == "0.0368"
    assert with_one["Saturated logits"].endswith("%")
    assert list(without) == list(with_one) == [name for name, _ in before[0]["facts"]]


def test_a_disk_that_is_full_for_a_while_ends_no_session(empty_home, monkeypatch, capsys):
    asked = quick_session("E")
    folder = new_session(asked)
    blocked = []

    def report(stage: str, _share: float) -> None:
        if stage == "training" and not blocked:
            (folder / ARRAYS).unlink()
            (folder / ARRAYS).mkdir()  # nothing can take its place
            blocked.append(stage)
            monkeypatch.setattr(bench, "MEASURE_SECONDS", 0.0)

    finish = bench.SessionRun._measure_finally
    monkeypatch.setattr(bench.SessionRun, "_measure_finally", lambda one: ((folder / ARRAYS).rmdir(), finish(one)))
    monkeypatch.setattr(bench.SessionRun, "_measure_if_due", lambda one, _cases: one._save())
    run_session(folder, report)
    results = read_results(folder, asked.pairings)
    assert (results.state, results.message, len(results.cases[0].arrays["losses"])) == ("finished", "", 30)
    assert f"The session {folder.name} could not be saved: " in capsys.readouterr().err


def test_a_session_whose_measurements_cannot_be_saved_has_failed_and_its_folder_says_so(empty_home):
    asked = quick_session("E")
    folder = new_session(asked)
    (folder / ARRAYS).mkdir()
    run_session(folder, _silent)
    state = json.loads((folder / STATE).read_text())
    assert (state["state"], state["cases"][0]["state"]) == ("failed", "finished")
    assert state["message"].startswith("The measurements could not be saved ([Errno 21] Is a directory")


def test_a_session_that_cannot_be_saved_at_all_is_an_error_that_names_the_place(empty_home):
    folder = new_session(quick_session("E"))
    (folder / STATE).mkdir()
    with pytest.raises(UnwritableError, match=f"^{folder} cannot be written"):
        run_session(folder, _silent)
