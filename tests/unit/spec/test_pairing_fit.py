"""The pairings whose parts fit each other, written out, and the way from any other to the nearest of them."""

from itertools import product

import pytest

from models.spec.pairing_fit import change_in_words, link_of, nearest, read_range, ungranted
from models.spec.pairings import TABLES, Pairing, pairing_of

FITTING = """
0..1 linear mse p
0..1 linear mae p
0..1 linear bce_logits sigmoid
0..1 sigmoid mse p
0..1 sigmoid mae p
0..1 sigmoid bce p
0..1 tanh mse p
0..1 tanh mae p
-1..1 linear mse (p+1)/2
-1..1 linear mae (p+1)/2
-1..1 tanh mse (p+1)/2
-1..1 tanh mae (p+1)/2
0..255 linear mse p/255
0..255 linear mae p/255
"""
ALL = [Pairing(**dict(zip(TABLES, names, strict=True))) for names in product(*TABLES.values())]


def _differ(one: Pairing, other: Pairing) -> int:
    return sum(getattr(one, part) != getattr(other, part) for part in TABLES)


def test_the_pairings_that_fit_are_these():
    fitting = {pairing_of("~".join(line.split())) for line in FITTING.strip().splitlines()}
    assert {pairing for pairing in ALL if not ungranted(pairing)} == fitting
    for pairing in ALL:
        assert nearest(pairing) in fitting
        assert _differ(pairing, nearest(pairing)) == min(_differ(pairing, other) for other in fitting)


@pytest.mark.parametrize(
    ("word", "wishes", "words"),
    [
        ("0..1~linear~mse~sigmoid", ("link",), "Choose the display p."),
        ("0..1~linear~bce~p", ("outputs",), "Choose the last layer sigmoid."),
        ("0..1~linear~bce~sigmoid", ("outputs", "link"), "Choose the loss BCE from logits."),
        ("0..1~sigmoid~bce_logits~p", ("logits", "link"), "Choose the loss BCE on probabilities."),
        ("0..1~tanh~bce_logits~sigmoid", ("logits",), "Choose the last layer linear."),
        ("0..255~sigmoid~mse~p", ("reach", "link"), "Choose the data range 0..1."),
        ("0..255~linear~bce_logits~sigmoid", ("targets",), "Choose the data range 0..1."),
        ("-1..1~linear~bce~p", ("targets", "outputs", "link"), "Choose the loss MSE and the display (p + 1) / 2."),
    ],
)
def test_what_is_not_granted_and_what_to_choose(word, wishes, words):
    pairing = pairing_of(word)
    assert ungranted(pairing) == wishes
    assert change_in_words(pairing, nearest(pairing)) == words


@pytest.mark.parametrize(
    ("word", "link", "ends"),
    [
        ("0..255~linear~mae~p", "p/255", (float("-inf"), float("inf"))),
        ("-1..1~tanh~mse~p", "(p+1)/2", (-1.0, 1.0)),
        ("0..1~linear~bce_logits~p", "sigmoid", (0.0, 1.0)),
        ("0..1~sigmoid~bce_logits~p", "sigmoid", (0.5, 0.7311)),
        ("0..1~tanh~bce_logits~p", "sigmoid", (0.2689, 0.7311)),
    ],
)
def test_the_link_that_a_loss_asks_for_and_what_it_can_read(word, link, ends):
    assert link_of(pairing_of(word)) == link
    assert read_range(pairing_of(word)) == pytest.approx(ends, abs=1e-4)
