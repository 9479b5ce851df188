"""The rules of the pairing lab: a sentence with its numbers where a cause shows, None elsewhere. Free of TensorFlow.

Parts that do not fit each other are read off the tables (models.spec.pairing_fit) and told with what was measured of
them; display, learning rate and steps show in the numbers alone.
"""

import numpy as np

from explorer.diagnosis.pairing_measures import PairingMeasured
from explorer.diagnosis.pairing_remedies import TOO_FAST_FOR_ALL, TOO_SLOW_FOR_ALL, is_mismatched
from models.spec.pairing_fit import Wish, link_of, read_range, targets_of, ungranted
from models.spec.pairings import LAST_LAYERS, LINKS, LOSSES, Pairing

ENOUGH_STEPS = 20
LEARNT = 0.8  # of the mean image's error; docs/decisions.md says why
RUNAWAY = 100.0  # times the first loss
FAST = 3.0  # times the first loss: a peak that only steps that are too long reach
WRONG_LOOK = 1.2  # times the error under another link
SATURATED = 0.9  # share of the logits
NO_GRADIENT = 1e-4  # in units of the loss of one pixel
STILL = 0.002  # of the loss at half of the steps: a fall that counts
ALIKE = 0.02  # of the variance between the images


def share_of_mean_image(found: PairingMeasured, link: str) -> float:
    """Return the displayed error under a link as a share of the mean image's."""
    return found.errors[link] / max(found.mean_error or 0.0, 1e-12)


def compared(pairing: Pairing, found: PairingMeasured) -> str:
    """Say how the displayed error compares with the mean image's."""
    return f"the displayed MSE is {found.errors[pairing.link]:.4f}, the mean image's {found.mean_error:.4f}"


def ran_away(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find a loss that is not finite, far above its first value, or on its way below every bound."""
    below = _is_unbounded(pairing) and found.last_loss < -0.5 * abs(found.first_loss)
    if found.finite and not below and found.last_loss < RUNAWAY * max(abs(found.first_loss), 1e-6):
        return None
    ends = f"{found.first_loss:.3g} to {found.last_loss:.3g}"
    course = f"the loss on the test images went from {ends} in {found.steps:,} steps"
    return _misfit("targets", pairing, found, course) or f"{course}: its steps are too long."


def _is_unbounded(pairing: Pairing) -> bool:
    """Return whether the loss of these targets falls without end: those of a cross-entropy from free logits."""
    free = LOSSES[pairing.loss].applies_sigmoid and pairing.last == "linear"
    return free and "targets" in ungranted(pairing)


def too_early(_pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find a training of a few steps, of which nothing can be said yet."""
    if found.steps >= ENOUGH_STEPS:
        return None
    return f"{found.steps} step{'s' * (found.steps != 1)} so far; a verdict takes {ENOUGH_STEPS}."


def targets_out_of_range(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find targets that the loss is not made for, or that the last layer cannot reach."""
    return _misfit("targets", pairing, found) or _misfit("reach", pairing, found)


def capped_logits(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find a bounded last layer before a loss that takes its outputs for logits."""
    return _misfit("logits", pairing, found)


def clipped_outputs(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find outputs that the loss clips, so that no gradient brings them back."""
    return _misfit("outputs", pairing, found)


def _misfit(wish: Wish, pairing: Pairing, found: PairingMeasured, course: str = "") -> str | None:
    if wish not in ungranted(pairing):
        return None
    return f"{_MISFITS[wish](pairing, found)}; {course or compared(pairing, found)}{_signs(found)}."


def _targets(pairing: Pairing, _found: PairingMeasured) -> str:
    loss, (low, high) = LOSSES[pairing.loss], targets_of(pairing)
    wants = loss.wants or (low, high)
    beyond = f"up to {high:g}" if high > wants[1] else f"down to {low:g}"
    bound = ", where it has no lower bound" if _is_unbounded(pairing) else ""
    return f"{loss.family} is made for targets from {wants[0]:g} to {wants[1]:g}, but these go {beyond}{bound}"


def _reach(pairing: Pairing, _found: PairingMeasured) -> str:
    last, (low, high) = LAST_LAYERS[pairing.last], targets_of(pairing)
    if high > last.high:
        return f"targets go up to {high:g}, but {pairing.last} outputs are at most {last.high:g}"
    return f"targets go down to {low:g}, but {pairing.last} outputs are at least {last.low:g}"


def _logits(pairing: Pairing, _found: PairingMeasured) -> str:
    low, high = read_range(pairing)
    twice = " (sigmoid twice)" if pairing.last == "sigmoid" else ""
    return (
        f"the loss takes {pairing.last} outputs for logits and applies its sigmoid to them{twice}: "
        f"it only gets probabilities from {low:.2f} to {high:.2f}"
    )


def _outputs(pairing: Pairing, found: PairingMeasured) -> str:
    low, high = LOSSES[pairing.loss].takes or (-np.inf, np.inf)
    return (
        f"{LOSSES[pairing.loss].title} clips outputs outside {low:g} to {high:g}, which then get no gradient: "
        f"{found.clipped or 0.0:.0%} of them"
    )


_MISFITS = {"targets": _targets, "reach": _reach, "logits": _logits, "outputs": _outputs}


def _signs(found: PairingMeasured) -> str:
    """Say what shows that a training is stuck: saturated logits, and images that all look alike."""
    signs = []
    if (found.saturation or 0.0) > SATURATED:
        signs.append(f"{found.saturation:.0%} of the logits are saturated")
    if (found.variation or 0.0) < ALIKE:
        signs.append("the outputs are alike for all images")
    return f" ({', '.join(signs)})" if signs else ""


def displayed_wrongly(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find an output that shows the image under the link that its loss asks for, and clearly less under its own.

    An output that shows nothing yet accuses no link.
    """
    right, link = link_of(pairing), LINKS[pairing.link]
    better = found.errors[pairing.link] > WRONG_LOOK * found.errors[right]
    if is_mismatched(pairing) or not better or share_of_mean_image(found, right) >= LEARNT:
        return None
    return (
        f"trained with {LOSSES[pairing.loss].family}, displayed through "
        f"{'a sigmoid' if link.applies_sigmoid else link.title}: "
        f"the displayed MSE is {found.errors[pairing.link]:.4f}. "
        f"Displayed as {LINKS[right].title}, the same output has {found.errors[right]:.4f}; "
        f"the mean image has {found.mean_error:.4f}."
    )


def learns(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find a displayed error that is clearly below the mean image's."""
    share = share_of_mean_image(found, pairing.link)
    return f"{compared(pairing, found)}: {share:.0%} of it." if share < LEARNT else None


def too_fast(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find a loss that rose far above its beginning, or a rate at which no network of the lab learns."""
    course = found.course
    if course is None or found.learning_rate is None:
        return None
    if course.highest > FAST * abs(course.first):
        way = f"began at {course.first:.3g}, rose to {course.highest:.3g} and is {course.last:.3g} now"
    elif found.learning_rate > TOO_FAST_FOR_ALL:
        way = f"went from {course.first:.3g} to {course.last:.3g} at a learning rate of {found.learning_rate:g}"
    else:
        return None
    return f"the loss {way}; {compared(pairing, found)}{_signs(found)}."


def no_gradient(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find logits that nothing moves any more."""
    if found.gradient >= NO_GRADIENT:
        return None
    gone = f"hardly any gradient reaches the logits ({found.gradient:.1g} per pixel)"
    return f"{gone}; {compared(pairing, found)}{_signs(found)}."


def at_the_median(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find an absolute error that stays where one image for all is cheapest: at the median of every pixel."""
    slow = (found.learning_rate or 0.0) < TOO_SLOW_FOR_ALL
    if LOSSES[pairing.loss].family != "absolute error" or (found.variation or 0.0) >= ALIKE or slow:
        return None
    return (
        f"the absolute error stays at {found.last_loss:.3g}, with one image for all: it is least at the median of each "
        f"pixel, which most images share; {compared(pairing, found)}."
    )


def too_slow(pairing: Pairing, found: PairingMeasured) -> str | None:
    """Find a loss that still falls, or a rate far below the usual one."""
    course = found.course
    if course is None or found.learning_rate is None:
        return None
    falls = course.half - course.last > STILL * abs(course.half)
    if not falls and found.learning_rate >= TOO_SLOW_FOR_ALL:
        return None
    way = f"the loss went from {course.first:.3g} to {course.last:.3g} in {found.steps:,} steps"
    return f"{way}{' and still falls' if falls else ''}; {compared(pairing, found)}."


def no_better(pairing: Pairing, found: PairingMeasured) -> str:
    """Say what is known of a training that learnt nothing, where nothing else fits."""
    return f"the loss stays at {found.last_loss:.3g}; {compared(pairing, found)}{_signs(found)}."
