"""The lab's tables, the words that links use for pairings, and what a person sees of an output."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models import pairing_runs as lab
from models.spec.pairings import (
    CASES,
    DATA_RANGES,
    FLAT,
    LAST_LAYERS,
    LINKS,
    LOSSES,
    TABLES,
    Pairing,
    pairing_of,
    seen_as,
)
from models.spec.pairings import sigmoid as squash

ANY = st.builds(Pairing, **{field: st.sampled_from(list(table)) for field, table in TABLES.items()})
# The table of the question, as it was first measured: case, data, last layer, loss, shown as.
QUESTION = """
A 0..255 linear mse p/255
B 0..255 sigmoid mse p
C 0..1 linear mse p
D 0..1 sigmoid mse p
E 0..1 linear bce_logits sigmoid
F 0..1 linear mse sigmoid
G 0..255 linear mse sigmoid
H 0..1 sigmoid bce p
I 0..1 sigmoid bce_logits p
J 0..255 linear bce_logits sigmoid
"""


def test_the_ten_cases_are_the_question_s():
    rows = [line.split() for line in QUESTION.strip().splitlines()]
    assert [[letter, *case.pairing.model_dump().values()] for letter, case in CASES.items()] == rows


def test_every_loss_has_its_keras_half():
    assert list(lab.LOSSES) == list(LOSSES)


@given(ANY)
def test_a_pairing_comes_back_from_its_word(pairing):
    assert pairing_of(pairing.code) == pairing


@pytest.mark.parametrize("letter", CASES)
def test_a_letter_is_a_word_too(letter):
    assert pairing_of(letter) == CASES[letter].pairing


@given(st.text(max_size=80))
def test_any_other_word_is_refused_in_words(word):
    said = ""
    try:
        pairing = pairing_of(word)
    except ValueError as error:  # pydantic's is one
        said = str(error)
    else:
        assert word in CASES or pairing.code == word
    assert not said or "allowed are" in said


@given(ANY.map(lambda pairing: pairing.link), arrays(np.float32, 7, elements=st.floats(width=32)))
def test_what_a_person_sees_is_a_picture_whatever_the_output(link, outputs):
    pixels = seen_as(link, outputs)
    assert pixels.dtype == np.float32
    assert ((pixels >= 0) & (pixels <= 1)).all()


@pytest.mark.parametrize(
    ("link", "output", "pixel"),
    [
        ("p", 0.25, 0.25),
        ("p", 7.0, 1.0),
        ("p", np.nan, 0.0),
        ("sigmoid", 0.0, 0.5),
        ("sigmoid", -500.0, 0.0),
        ("sigmoid", np.log(3.0), 0.75),
        ("p/255", 51.0, 0.2),
        ("(p+1)/2", -1.0, 0.0),
        ("(p+1)/2", 0.5, 0.75),
    ],
)
def test_links(link, output, pixel):
    assert seen_as(link, np.array([output])) == pytest.approx(pixel, abs=1e-6)


def test_every_link_is_tested():
    assert {"p", "sigmoid", "p/255", "(p+1)/2"} == set(LINKS)


def test_flat_is_where_the_slope_is_a_twenty_fifth_of_the_steepest():
    x = np.array([0.0, FLAT])
    slopes = squash(x) * (1 - squash(x))
    assert slopes[1] / slopes[0] == pytest.approx(1 / 25, rel=0.01)
    slopes = 1 - np.tanh(np.array([0.0, LAST_LAYERS["tanh"].flat])) ** 2
    assert slopes[1] / slopes[0] == pytest.approx(1 / 25, rel=0.01)


@pytest.mark.parametrize(
    ("names", "sigmoids", "flat"),
    [
        (("0..1", "linear", "mse", "p"), 0, np.inf),
        (("0..1", "linear", "mse", "sigmoid"), 0, FLAT),
        (("0..1", "linear", "bce_logits", "sigmoid"), 1, FLAT),
        (("0..1", "sigmoid", "bce", "p"), 1, FLAT),
        (("0..1", "sigmoid", "bce_logits", "p"), 2, FLAT),
        (("-1..1", "tanh", "mse", "(p+1)/2"), 0, FLAT / 2),
    ],
)
def test_sigmoids_between_logits_loss_and_eye(names, sigmoids, flat):
    pairing = Pairing(**dict(zip(TABLES, names, strict=True)))
    assert (pairing.sigmoids, pairing.flat) == (sigmoids, flat)


def test_ranges_are_what_they_are_called():
    assert [f"{data.low:g}..{data.high:g}" for data in DATA_RANGES.values()] == list(DATA_RANGES)
