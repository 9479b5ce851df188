"""The pairing lab below its page: networks laid open, sessions run, read, stopped and broken."""

import json
import math

import numpy as np
import pytest

from explorer.analyst.answers import pairings as bench
from explorer.analyst.answers.pairings import run_session
from explorer.diagnosis.pairing_outcomes import RUNS_AWAY
from explorer.figures.pairings import case_figure, table
from explorer.lab import session
from explorer.lab.session import (
    MOST_CASES,
    STATE,
    Session,
    SessionError,
    find_session,
    list_sessions,
    new_session,
    read_results,
    read_session,
)
from explorer.runs.layout import send_command
from models.networks import NETWORKS
from models.pairing_runs import OUTPUT, Inspector, build
from models.spec.pairings import CASES, Pairing, pairing_of, sigmoid
from tests.support.helpers import some_images

SHAPE = (28, 28, 1)


def _model(word: str, network: str = "dense", seed: int = 0):
    return build(pairing_of(word), network, 4, 1e-3, seed, SHAPE)


def _images(count: int = 6) -> np.ndarray:
    return some_images(count) / np.float32(255)


def test_same_seed_same_first_weights_whatever_the_pairing():
    one, other = (_model(letter, "question").network.get_weights() for letter in "AI")
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert not np.array_equal(_model("A", "question", seed=1).network.get_weights()[0], one[0])


# On the dense network every logit is one pixel's, and the loss is a mean over pixels: its gradient has a closed form.
@pytest.mark.parametrize(
    ("word", "gradient"),
    [
        ("0..1~linear~mse~p", lambda x, t: 2 * (t - x)),
        ("0..255~linear~mse~p", lambda x, t: 2 * (t - 255 * x)),
        ("-1..1~linear~mae~p", lambda x, t: np.sign(t - (2 * x - 1))),
        ("0..1~linear~bce_logits~p", lambda x, t: sigmoid(t) - x),
        ("0..1~sigmoid~bce~p", lambda x, t: sigmoid(t) - x),
        ("0..1~sigmoid~mse~p", lambda x, t: 2 * (sigmoid(t) - x) * sigmoid(t) * (1 - sigmoid(t))),
        ("0..1~sigmoid~bce_logits~p", lambda x, t: (sigmoid(sigmoid(t)) - x) * sigmoid(t) * (1 - sigmoid(t))),
    ],
)
def test_the_gradient_that_reaches_the_logits(word, gradient):
    images = _images()
    look = Inspector(_model(word)).inspect(images)
    assert look.logits.shape == (6, 784)
    expected = gradient(images.reshape(6, -1), look.logits)
    np.testing.assert_allclose(look.gradient, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("last", ["linear", "sigmoid", "tanh"])
def test_the_last_layer_comes_behind_the_last_weights(network, last):
    """In the question's network the resize follows it, which is what hides the sigmoid from Keras."""
    look = Inspector(_model(f"0..1~{last}~mse~p", network)).inspect(_images())
    assert look.outputs.shape == (6, *SHAPE)
    apply = {"linear": lambda x: x, "sigmoid": sigmoid, "tanh": np.tanh}[last]
    if network == "question":
        assert look.logits.shape == (6, 20, 20, 1)
        ends = apply(look.logits)
        assert ends.min() <= look.outputs.min()
        assert look.outputs.max() <= ends.max()
    else:
        np.testing.assert_allclose(apply(look.logits).reshape(6, -1)[:, 0], look.outputs[:, 0, 0, 0], atol=1e-6)


def test_targets_and_inputs_are_in_the_data_range():
    images = _images()
    model = _model("0..255~linear~mse~p")
    outputs = model(images)[OUTPUT].numpy()
    assert Inspector(model).inspect(images).loss == pytest.approx(np.square(255 * images - outputs).mean(), rel=1e-5)


# A session.


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    return tmp_path


def _session(*words: str, **settings) -> Session:
    quick = {"network": "dense", "latent_dim": 8, "steps": 30, "batch_size": 64, "learning_rate": 1e-3}
    return Session.parse({"pairings": [pairing_of(word) for word in words], **quick, **settings})


def _silent(_stage: str, _share: float) -> None:
    pass


def test_a_session_runs_to_its_end_and_tells_the_way(home):
    asked = _session("E", "F")
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


def test_a_stop_ends_it_where_it_is(home):
    asked = _session("E", "F", steps=5000)
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


def test_a_stop_before_it_began_ends_it_at_once(home):
    asked = _session("E", "F", steps=5000)
    folder = new_session(asked)
    send_command(folder, "stop")
    run_session(folder, _silent)
    results = read_results(folder, asked.pairings)
    assert results.state == "stopped"
    assert [case.measured for case in results.cases] == [None, None]


def test_an_app_that_goes_away_is_told_to_the_next_one(home):
    asked = _session("E", steps=5000)
    folder = new_session(asked)

    def report(stage: str, _share: float) -> None:
        if stage == "training":
            raise BrokenPipeError(32, "Broken pipe")

    run_session(folder, report)
    results = read_results(folder, asked.pairings)
    assert (results.state, results.message) == ("failed", "Hourglass was closed in the middle of it. Run it again.")


def test_a_case_that_is_no_number_any_more_stops_alone(home, monkeypatch):
    asked = _session("0..255~linear~mse~p/255", "0..1~sigmoid~mse~p", learning_rate=1.0, steps=400, latent_dim=512)
    folder = new_session(asked)
    broken: list[int] = []

    class Broken(bench.Case):
        """The first case's weights are no numbers from its 20th step on."""

        def train(self, batches):
            if self.pairing == asked.pairings[0] and len(self.losses) > 20 and not broken:
                broken.append(len(self.losses))
                weight = self.loop.model.trainable_variables[0]
                weight.assign(np.full(weight.shape, np.nan, np.float32))
            return super().train(batches)

    monkeypatch.setattr(bench, "Case", Broken)
    run_session(folder, _silent)
    first, second = read_results(folder, asked.pairings).cases
    assert (first.state, second.state) == ("stopped", "finished")
    assert "its loss is not finite" in first.note
    assert first.diagnosis is not None
    assert first.diagnosis.verdict == RUNS_AWAY
    assert second.steps == 400
    json.dumps(case_figure(first, 400)["layout"], allow_nan=False)


def test_a_data_set_that_cannot_be_had_is_told(home, monkeypatch):
    monkeypatch.setenv("HOURGLASS_DATA", str(home))
    (home / "mnist.npz").write_bytes(b"no zip")
    asked = _session("E", dataset="mnist")
    folder = new_session(asked)
    run_session(folder, _silent)
    results = read_results(folder, asked.pairings)
    assert results.state == "failed"
    assert "mnist.npz" in results.message


def test_too_little_memory_is_told_with_a_remedy(home, monkeypatch):
    def greedy(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(bench, "build", greedy)
    asked = _session("E", "F")
    folder = new_session(asked)
    run_session(folder, _silent)
    results = read_results(folder, asked.pairings)
    assert results.state == "failed"
    assert "Choose fewer cases, a smaller batch" in results.message


def test_an_unexpected_fault_is_told_and_not_hidden(home, monkeypatch):
    monkeypatch.setattr(bench, "load_images", lambda _name: None)
    asked = _session("E")
    folder = new_session(asked)
    with pytest.raises(AttributeError):
        run_session(folder, _silent)
    assert "unexpected fault" in read_results(folder, asked.pairings).message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pairings": []}, "pairings"),
        ({"pairings": [Pairing()] * (MOST_CASES + 1)}, "pairings"),
        ({"pairings": [{"link": "gamma"}]}, "allowed are p, sigmoid, p/255, (p+1)/2"),
        ({"dataset": "imagenet"}, "no data set 'imagenet'"),
        ({"network": "resnet"}, "allowed are dense, conv, question"),
        ({"steps": "many"}, "steps was 'many'; allowed is a whole number from 1 to 5,000"),
        ({"batch_size": 10**6}, "from 1 to 1,024"),
        ({"learning_rate": "nan"}, "learning_rate"),
        ({"beta": 4}, "beta is not a setting of a session"),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(changes, words):
    with pytest.raises(SessionError) as caught:
        Session.parse({"pairings": [CASES["E"].pairing], **changes})
    assert words in str(caught.value)


def test_text_of_a_link_is_as_good_as_numbers():
    assert _session("E", steps="12", learning_rate="0.001").steps == 12


def test_a_damaged_session_says_so(home):
    asked = _session("E")
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


def test_a_session_is_found_by_its_name_alone(home):
    folder = new_session(_session("E"))
    assert find_session(folder.name) == folder
    for name in ("", "..", "../lab", f"./{folder.name}", "*", str(folder)):
        assert find_session(name) is None


def test_old_sessions_make_room(home, monkeypatch):
    monkeypatch.setattr(session, "KEPT", 3)
    folders = [new_session(_session("E")) for _ in range(5)]
    assert [folder.exists() for folder in folders] == [False, False, True, True, True]


def test_the_table_has_a_row_for_each_case_before_and_after(home):
    asked = _session("A", "-1..1~tanh~mae~(p+1)/2", steps=1)
    folder = new_session(asked)
    before = table(read_results(folder, asked.pairings).cases)
    assert [row["case"] for row in before] == ["A The question, linear", "own"]
    run_session(folder, _silent)
    after = table(read_results(folder, asked.pairings).cases)
    assert after[1]["loss"] == "MAE"
    assert after[0]["saturated"] is None
    assert all(math.isfinite(row["displayed MSE"]) for row in after)


def test_what_a_person_keeps_beside_the_sessions_is_neither_listed_nor_deleted(home, monkeypatch):
    monkeypatch.setattr(session, "KEPT", 1)
    first = new_session(_session("E"))
    (first.parent / "00 my notes").mkdir()
    (first.parent / "0.txt").write_text("mine")
    (first.parent / f"{first.name} copy").mkdir()
    assert list_sessions() == [first]
    second = new_session(_session("E"))
    assert list_sessions() == [second]
    assert {path.name for path in first.parent.iterdir()} == {second.name, "00 my notes", "0.txt", f"{first.name} copy"}
