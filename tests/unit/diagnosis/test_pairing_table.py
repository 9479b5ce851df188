"""Every verdict on the whole space of the pairing lab, judged by what the other trainings reach (benchmarks/)."""

from collections import Counter

import pytest

from benchmarks.pairing_judge import Space, fault_of
from benchmarks.pairing_table import COLUMNS, all_trainings, line_of, read_table, training_of
from benchmarks.pairings import DATA_SETS, NETWORKS, RATES, STEPS
from explorer.diagnosis import pairing_outcomes as verdicts
from explorer.diagnosis.findings import BAD, GOOD, NOTE
from models.spec.pairings import LINKS
from tests.support.helpers import ROOT

TABLE = ROOT / "tests" / "fixtures" / "pairings.csv"  # `python -m benchmarks pairings` writes it anew
SWEPT = NETWORKS[:1]  # of the convolutional network, the table does not have all yet
SPARE = {verdicts.DEAD, verdicts.EARLY, verdicts.NEVER}  # none of the space: in test_pairing_rules.py


@pytest.fixture(scope="module")
def space() -> Space:
    return Space(read_table(TABLE))


def test_the_table_has_the_whole_space():
    swept = Counter(
        (t.network, t.dataset, t.learning_rate, t.pairing.data, t.pairing.last, t.pairing.loss)
        for t in read_table(TABLE)
        if t.steps == STEPS
    )
    wanted = {
        (network, name, rate, p.data, p.last, p.loss)
        for network in SWEPT
        for name in DATA_SETS
        for rate in RATES
        for p in all_trainings()
    }
    assert wanted <= set(swept)
    assert set(swept.values()) == {1}


def test_every_verdict_on_the_whole_space_is_right(space):
    faults = {}
    for place, trial in space.trainings:
        if fault := fault_of(space, place, trial):
            key = place.network, place.dataset, trial.learning_rate, trial.steps, trial.pairing.code
            faults[key] = f"{space.verdict(place, trial)}: {fault}"
    assert faults == {}


def test_every_verdict_occurs_and_none_is_given_to_all(space):
    given = Counter(space.verdict(place, trial) for place, trial in space.trainings)
    every = {value for name, value in vars(verdicts).items() if name.isupper() and isinstance(value, str)}
    assert set(given) | SPARE == every - {GOOD, NOTE, BAD}
    assert max(given.values()) < 0.5 * given.total()


def test_a_line_of_the_table_gives_its_measurements_back():
    training = read_table(TABLE)[0]
    again = training_of(dict(zip(COLUMNS, line_of(training), strict=True)))
    assert {again.under(link) for link in LINKS} == {training.under(link) for link in LINKS}
    assert line_of(again) == line_of(training)


def test_the_judge_finds_a_verdict_that_is_wrong(space, monkeypatch):
    """The best training is accused, and one that is slow is praised."""
    place, trial = max(space.trainings, key=lambda key: space.gain(*key))
    monkeypatch.setattr(Space, "verdict", lambda *_: verdicts.CAPPED)
    assert fault_of(space, place, trial).startswith("accused, but gains 0.")
    monkeypatch.undo()
    place, trial = next((p, t) for p, t in space.trainings if space.verdict(p, t) == verdicts.SLOW)
    monkeypatch.setattr(Space, "verdict", lambda *_: verdicts.LEARNS)
    assert fault_of(space, place, trial).startswith("said to learn, but gains 0.")
