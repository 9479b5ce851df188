"""The engine behind all findings: the first rule that fits speaks."""

from explorer.diagnosis.findings import BAD, GOOD, NOTE, Finding, answers, first_that_fits, rule
from explorer.lab.results import as_finding

HIGH = rule(BAD, "high", lambda limit, value: f"{value} is above {limit}." if value > limit else None)
EVEN = rule(NOTE, "even", lambda _limit, value: f"{value} is even." if value % 2 == 0 else None)
FINE = rule(GOOD, "fine", lambda _limit, _value: "Nothing to see.")


def test_the_first_rule_that_fits_speaks():
    assert first_that_fits((HIGH, EVEN, FINE), 10, 12) == Finding(BAD, "high", "12 is above 10.")
    assert first_that_fits((HIGH, EVEN, FINE), 10, 4) == Finding(NOTE, "even", "4 is even.")
    assert first_that_fits((HIGH, EVEN, FINE), 10, 5) == Finding(GOOD, "fine", "Nothing to see.")
    assert first_that_fits((HIGH, EVEN), 10, 5) is None
    assert first_that_fits((), 10, 5) is None


def test_each_question_answers_once_and_in_order():
    assert [one.verdict for one in answers(((EVEN, FINE), (HIGH,), (FINE,)), 10, 12)] == ["even", "high", "fine"]
    assert [one.verdict for one in answers(((EVEN, FINE), (HIGH,), (FINE,)), 10, 3)] == ["fine", "fine"]


def test_a_rule_is_not_asked_once_another_has_spoken():
    def never(_limit: int, _value: int) -> str:
        raise AssertionError("It was asked.")

    assert first_that_fits((FINE, rule(BAD, "never", never)), 10, 1) is not None


def test_a_session_of_an_earlier_version_keeps_its_verdict():
    told = Finding(**as_finding({"verdict": "learns", "reason": "the error is 0.01."}))
    assert (told.verdict, told.sentence) == ("learns", "the error is 0.01.")


def test_a_negative_number_has_a_minus_sign_and_a_data_range_keeps_its_name():
    said = Finding(BAD, "b", "From 1e-05 to -1.7e+14 in -1..1, a 2-D VAE of 2026-11.").sentence
    assert said == "From 1e-05 to −1.7e+14 in -1..1, a 2-D VAE of 2026-11."
