"""The ten pairings of the question, one epoch each, against what was measured when the project began.

The reference is the network of the question on MNIST with seed 0: on which side each case landed, and the error that a
person saw where it learnt. Without MNIST at hand the same ten run on `digits`, where only the side can be compared.
"""

from benchmarks.apps import home
from benchmarks.figures import Figure
from benchmarks.runs import mnist_or
from explorer.analyst.client import AnalystClient
from explorer.diagnosis.pairing_outcomes import CAPPED, DISPLAY, LEARNS, OUT_OF_RANGE, RUNS_AWAY
from explorer.lab.results import CaseResult, read_results
from explorer.lab.session import Session, new_session
from models.spec.pairings import CASES

_LONGEST = 3600.0  # seconds
STEPS, BATCH, RATE = 235, 256, 1e-4  # the question's; an epoch of MNIST
REFERENCE = {
    "A": (LEARNS, 0.0237),
    "B": (OUT_OF_RANGE, 0.509),
    "C": (LEARNS, 0.0234),
    "D": (LEARNS, 0.0528),
    "E": (LEARNS, 0.0501),
    "F": (DISPLAY, 0.229),
    "G": (DISPLAY, 0.456),
    "H": (LEARNS, 0.0502),
    "I": (CAPPED, 0.104),
    "J": (RUNS_AWAY, 0.858),
}


def question_table(steps: int = STEPS) -> list[Figure]:
    """Every case must land on its side, and within a fifth of the error where it learns."""
    dataset = mnist_or("digits")
    pairings = [CASES[letter].pairing for letter in REFERENCE]
    session = Session.parse(
        {"pairings": pairings, "dataset": dataset, "steps": steps, "batch_size": BATCH, "learning_rate": RATE}
    )
    figures: list[Figure] = []
    for letter, result in zip(REFERENCE, _run(session), strict=True):
        figures += _figures(letter, result, compare=dataset == "mnist")
    return figures


def _run(session: Session) -> tuple[CaseResult, ...]:
    lab = AnalystClient("lab")
    with home() as parent:
        folder = new_session(session, parent)
        try:
            if not lab.wait_ready(120):
                raise RuntimeError(f"The lab did not start. {lab.trouble}")
            lab.ask("pairings", folder=str(folder)).result(_LONGEST)
        finally:
            lab.close()
        results = read_results(folder, session.pairings)
    if results.state != "finished":
        raise RuntimeError(f"The session ended as {results.state}. {results.message}")
    return results.cases


def _figures(letter: str, result: CaseResult, *, compare: bool) -> list[Figure]:
    side, error = REFERENCE[letter]
    if result.measured is None or result.diagnosis is None:
        raise RuntimeError(f"The case {letter} was not measured. {result.note}")
    verdict, found = result.diagnosis.verdict, result.measured
    shown = found.errors[result.pairing.link]
    figures = [
        Figure(f"{letter}: {verdict} (reference: {side})", float(verdict == side), "", ">= 1"),
        Figure(f"{letter}: first loss", float(result.arrays["losses"][0]), ""),
        Figure(f"{letter}: mean loss of the epoch", result.mean_loss, ""),
        Figure(f"{letter}: shown MSE (reference: {error})", shown, ""),
        Figure(f"{letter}: ink", found.ink, ""),
        Figure(f"{letter}: background", found.background, ""),
    ]
    if compare and side == LEARNS:
        figures.append(Figure(f"{letter}: shown MSE, off the reference by", abs(shown / error - 1), "", "<= 0.2"))
    return figures
