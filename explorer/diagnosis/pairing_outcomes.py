"""The outcome of a pairing in one sentence, from measurements. Free of TensorFlow.

The verdict follows from numbers alone: losses, outputs, logits, gradients, and the error of what a person sees, through
the pairing's own link and through every other. The reason then names the part of the pairing that the numbers accuse.
"""

from collections.abc import Mapping

import numpy as np

from explorer.diagnosis.findings import BAD, GOOD, NOTE, Finding, first_that_fits, rule
from explorer.diagnosis.pairing_measures import Measured
from models.spec.pairings import LAST_LAYERS, LINKS, LOSSES, Pairing, sigmoid

LEARNS, NEVER, WASHED_OUT, BLANK, RUNS_AWAY, EARLY = (
    "learns", "does not learn", "washed out", "blank", "diverges", "too early to say",
)  # fmt: skip
ENOUGH_STEPS = 20
SETTLED_STEPS = 100  # before that, what moves slowly is not accused
LEAST_PROGRESS = 0.02  # of the first loss
LEAST_CONTRAST, FAINT = 0.1, 0.5  # of the image's own
WRONG_LOOK = 1.5  # times the error under another link
VISIBLE = 0.05  # of a plain grey picture's error: a difference that counts
INFORMATIVE = 0.7  # of a plain grey picture's error: below, the picture shows something of the image
FLAT_SHARE = 0.9
NO_GRADIENT = 1e-4  # in units of the loss of one pixel
RUNAWAY = 100.0  # times the first loss


def diagnose(pairing: Pairing, found: Measured) -> Finding:
    """Return the first of the known faults that the numbers show; where they show none, that it learns."""
    return first_that_fits(_FAULTS, pairing, found) or Finding(GOOD, LEARNS, _how_well(pairing, found))


def _ran_away(pairing: Pairing, found: Measured) -> str | None:
    loss = LOSSES[pairing.loss]
    below = found.last_loss < -0.5 * abs(found.first_loss)
    if found.finite and not below and abs(found.last_loss) < RUNAWAY * max(abs(found.first_loss), 1e-6):
        return None
    course = f"the loss went from {found.first_loss:.3g} to {found.last_loss:.3g} in {found.steps:,} steps"
    outside = _outside(found.targets, loss.wants) if loss.wants else ""
    if not outside:
        return f"{course}. The learning rate is too large."
    if loss.applies_sigmoid and pairing.last == "linear":
        return f"{loss.family} of targets {outside} has no lower bound; {course}."
    return f"{loss.family} of targets {outside} drives every output to its limit; {course}{_flatness(found)}."


def _outside(values: tuple[float, float], allowed: tuple[float, float]) -> str:
    """Say where the values leave the allowed range, such as `above 1`; empty where they do not."""
    if values[1] > allowed[1]:
        return f"above {allowed[1]:g}"
    return f"below {allowed[0]:g}" if values[0] < allowed[0] else ""


def _too_early(pairing: Pairing, found: Measured) -> str | None:
    if found.steps < ENOUGH_STEPS:
        return f"{found.steps} steps so far."
    grey = found.errors[pairing.link] > found.plain_error and pairing.sigmoids < 2  # which more steps do not mend
    slow = found.progress <= LEAST_PROGRESS or grey
    if found.steps >= SETTLED_STEPS or not slow or _cause(pairing, found):
        return None
    return f"the loss has fallen by {max(0.0, found.progress):.0%} in {found.steps} steps, and a gradient still flows."


def _never_learnt(pairing: Pairing, found: Measured) -> str | None:
    """Find a loss that does not move, or that nothing can move any more, where the picture shows nothing."""
    dead = found.gradient < NO_GRADIENT
    if found.errors[pairing.link] < INFORMATIVE * found.plain_error or not (dead or found.progress <= LEAST_PROGRESS):
        return None
    stays = f"the loss stays at {found.last_loss:.3g}"
    cause = _cause(pairing, found)
    return f"{cause}; {stays}{_flatness(found)}." if cause else f"{stays}{_why_it_stays(found)}"


def _cause(pairing: Pairing, found: Measured) -> str:
    """Say what puts the targets out of the output's reach; empty where nothing does."""
    last = LAST_LAYERS[pairing.last]
    if found.targets[1] > last.high:
        return f"targets up to {found.targets[1]:g} but {pairing.last} outputs are at most {last.high:g}"
    if found.targets[0] < last.low:
        return f"targets down to {found.targets[0]:g} but {pairing.last} outputs are at least {last.low:g}"
    return ""


def _why_it_stays(found: Measured) -> str:
    if found.saturation is not None and found.saturation > FLAT_SHARE:
        return f"{_flatness(found)}, so hardly any gradient passes."
    if found.gradient < NO_GRADIENT:
        return f", because hardly any gradient reaches the logits ({found.gradient:.1g} per pixel)."
    return ", though a gradient reaches the logits. Try another learning rate or more steps."


def _flatness(found: Measured) -> str:
    if found.saturation is None or found.saturation < 0.01:
        return ""
    return f", and {found.saturation:.0%} of the logits are saturated"


def _looked_at_wrongly(pairing: Pairing, found: Measured) -> str | None:
    """Find an output that is much nearer to the image under another link, now and at half as many steps.

    It has learned, but is displayed through the wrong link. An output that shows nothing yet, or only in passing,
    accuses no link.
    """
    if not (
        _leads(pairing, found.errors, found.plain_error) and _leads(pairing, found.earlier_errors, found.plain_error)
    ):
        return None
    best = _best(found.errors)
    family, link = LOSSES[pairing.loss].family, LINKS[pairing.link]
    how = f"displayed through {'a sigmoid' if link.applies_sigmoid else link.title}"
    return (
        f"trained with {family}, {how}: the displayed error is {found.errors[pairing.link]:.3f}; "
        f"displayed as {LINKS[best].title}, the same output has {found.errors[best]:.3f}."
    )


def _best(errors: Mapping[str, float]) -> str:
    return min(errors, key=errors.__getitem__)


def _leads(pairing: Pairing, errors: Mapping[str, float], plain_error: float) -> bool:
    """Return whether another link shows clearly more of the image than the pairing's own."""
    error, least = errors[pairing.link], errors[_best(errors)]
    return least < INFORMATIVE * plain_error and error > max(WRONG_LOOK * least, least + VISIBLE * plain_error)


def _squashed_twice(pairing: Pairing, found: Measured) -> str | None:
    """Find a loss whose input cannot reach its targets, where the picture shows it."""
    if pairing.sigmoids < 2 or found.contrast > FAINT:
        return None
    low, high = sigmoid(np.array(found.outputs))
    return (
        f"sigmoid applied twice: the loss only gets values from {low:.2f} to {high:.2f}; mean intensity: "
        f"strokes {found.ink:.2f}, background {found.background:.2f}."
    )


def _washed_out(pairing: Pairing, found: Measured) -> str | None:
    if found.contrast < LEAST_CONTRAST:
        return None
    return _looked_at_wrongly(pairing, found) or _squashed_twice(pairing, found) or _worse_than_grey(pairing, found)


def _worse_than_grey(pairing: Pairing, found: Measured) -> str | None:
    error = found.errors[pairing.link]
    if error < found.plain_error:
        return None
    return f"the displayed error is {error:.3f}; a plain grey image has {found.plain_error:.3f}."


def _blank(pairing: Pairing, found: Measured) -> str | None:
    if found.contrast >= LEAST_CONTRAST:
        return None
    return (
        _squashed_twice(pairing, found)
        or _looked_at_wrongly(pairing, found)
        or f"mean intensity: strokes {found.ink:.2f}, background {found.background:.2f}. All images still look alike, "
        f"although the loss has fallen by {found.progress:.0%}. Try more steps."
    )


def _how_well(pairing: Pairing, found: Measured) -> str:
    best = f"displayed error {found.errors[pairing.link]:.4f}"
    greys = f"mean intensity: strokes {found.ink:.2f}, background {found.background:.2f}"
    doubt = ""
    if found.saturation is not None and found.saturation > 0.5:
        doubt = f"; {found.saturation:.0%} of the logits are already saturated"
    return f"{best}, {greys}{doubt}."


_FAULTS = (
    rule(BAD, RUNS_AWAY, _ran_away),
    rule(NOTE, EARLY, _too_early),
    rule(BAD, NEVER, _never_learnt),
    rule(NOTE, WASHED_OUT, _washed_out),
    rule(NOTE, BLANK, _blank),
)
