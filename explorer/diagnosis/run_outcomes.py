"""The rules for a run: each a function of what was measured of it. The words of the remedies are in remedies.py."""

import numpy as np

from explorer.diagnosis import remedies
from explorer.diagnosis.courses import Course
from explorer.diagnosis.divergence import deepest, too_large_steps, unbounded_terms, without_bound
from explorer.diagnosis.findings import BAD, GOOD, NOTE, Finding
from explorer.diagnosis.run_measures import RunMeasured
from models.spec.catalogue import LOSS, PIXEL_MODELS, RECONSTRUCTION
from models.spec.sentences import in_sentence

ENOUGH_STEPS = 50  # before that, nothing is said
SETTLED_STEPS = 150  # before that, a loss that stands still may still begin to move
WORTH_MORE = 0.015  # of the objective's whole way: where the loss falls by more in the last tenth, more epochs pay
UNDER_FITTED = 0.2  # of the way from the mean image to a perfect one
NOTHING = 0.02  # of the same: no better than the mean image
UNTRAINED = -0.15  # of the same: a decoder that has not even learnt the mean image
SAME_IMAGE = 0.05  # of the images' spread: reconstructions that differ by less are one picture
FEW_ENTRIES = 0.5  # of the codebook
FEW_IMAGES = 8  # that a code can tell apart: it stays too small, however long it trains
OVER_FITTED = 0.03  # of the whole way, by which the validation loss has risen
WIDE_GAP = 0.2  # of the whole way, by which the validation loss is above the training loss
RISEN = 0.5  # of the whole way, and of the way that was made, by which a training loss is above its least
RUNAWAY = 100.0  # times the first loss
GROWS = 1.3  # times its value at half the run: a term that goes on falling
MUCH_NOISE = 3.0  # standard deviations


def falls_without_bound(found: RunMeasured) -> Finding | None:
    """Find a person's own term that training makes smaller without end."""
    weighted = {name: found.weight_now.get(name, 0.0) * course.last_finite for name, course in found.terms.items()}
    name = deepest(unbounded_terms(found.experiment), weighted)
    if name is None:
        return None
    course = found.terms[name]
    half, now = course.training_at(course.epochs[-1] / 2), course.last_finite
    if not now < GROWS * min(half, 0.0) - 1e-9:
        return None
    title = found.experiment.label(name)
    return Finding(
        BAD, "Unbounded loss", f"“{title}” fell from {half:.3g} to {now:.3g} in the second half.", without_bound(title)
    )


def diverged(found: RunMeasured) -> Finding | None:
    """Find losses that are not finite, or that ended the run."""
    total = found.newest.get(LOSS, 0.0)
    ran_away = found.state == "failed" and abs(total) > RUNAWAY * max(1.0, abs(found.first_total))
    if found.finite and not ran_away:
        return None
    told = f"The loss ran away to {total:.3g}" if found.finite else "The loss is not finite"
    return Finding(BAD, "Diverged", f"{told} at step {found.step:,}.", _smaller_steps(found))


def _smaller_steps(found: RunMeasured) -> str:
    experiment = found.experiment
    own = [in_sentence(experiment.label(name)) for name in experiment.own_terms]
    return too_large_steps(found.learning_rate, PIXEL_MODELS[experiment.pixel_model].scale, own)


def too_early(found: RunMeasured) -> Finding | None:
    return _early(found) if found.step < ENOUGH_STEPS else None


def _early(found: RunMeasured) -> Finding:
    sentence = f"{found.step} step{'s' * (found.step != 1)} so far."
    return Finding(
        NOTE,
        "Too early to say" if found.active else "Too short to say",
        sentence,
        "" if found.active else remedies.train_longer(found),
    )


def rises(found: RunMeasured) -> Finding | None:
    """Find a loss that is far above its least, and that no schedule lifts."""
    course = found.objective
    if not len(course.training) or found.rising:
        return None
    late, least = course.training_at(course.epochs[-1]), course.least_tenth()
    if late - least < RISEN * max(found.scale, course.first - least):
        return None
    sentence = f"The training loss rose from {least:.4g} to {late:.4g}."
    return Finding(BAD, "Diverging", sentence, _smaller_steps(found))


def _is_flat(found: RunMeasured, *of: Course) -> bool:
    """Return whether a course, else the objective, stands still, so that its verdict would be the same later."""
    trends = [each.trend for each in of or (found.objective,)]
    stand = (trend.is_noise or -trend.change < WORTH_MORE * found.scale for trend in trends)
    return found.step >= SETTLED_STEPS and any(stand)


def collapsed(found: RunMeasured) -> Finding | None:
    """Find a code that carries nothing: every image has the same reconstruction."""
    if found.information is None or found.dimensions is None or "capacity" in found.rising:
        return None
    latent, of_posterior = len(found.information), found.experiment.variant_info.stochastic
    if of_posterior and not found.dimensions.any() and _is_flat(found):
        told = {1: "its one dimension is", 2: "both dimensions are"}.get(latent, f"all {latent} dimensions are")
        sentence = f"KL {found.information.sum():.2f} nats: {told} inactive."
        return Finding(BAD, "Posterior collapse", sentence, remedies.of_collapse(found))
    if found.entries is not None and found.experiment.codebook_size < remedies.FEW_ENTRIES:
        return None  # it is the codebook that is too small
    if RECONSTRUCTION not in found.weights or found.spread is None or found.spread >= SAME_IMAGE:
        return None
    worse = found.explained is not None and found.explained < UNTRAINED
    if not worse and _is_flat(found, found.objective, found.terms[RECONSTRUCTION]):  # a heavy penalty never rests
        sentence = f"All reconstructions are the same image: they vary {found.spread:.0%} as much as the data."
        return Finding(BAD, "Collapsed", sentence, remedies.of_collapse(found))
    return None


def under_fitted(found: RunMeasured) -> Finding | None:
    share = found.explained
    if share is None or share >= UNDER_FITTED or not (_is_flat(found) or _tells_few_apart(found)):
        return None
    told = f"{share:.0%} of the way to a perfect image"
    if share < NOTHING:
        told = f"{'worse' if share < UNTRAINED else 'no better'} than the mean image"
    last, mean_image = found.terms[RECONSTRUCTION].last, (found.baselines or {})["mean_image"]
    sentence = f"Reconstruction loss {last:.4g}, {mean_image:.4g} for the mean image: {told}."
    return Finding(BAD, "Under-fitted", sentence, remedies.of_under_fit(found))


def _tells_few_apart(found: RunMeasured) -> bool:
    """Return whether the code is of so few entries that it can stand for a few images only."""
    experiment = found.experiment
    few = experiment.codebook_size**experiment.codewords < FEW_IMAGES
    return found.entries is not None and few and found.step >= SETTLED_STEPS


def over_fitted(found: RunMeasured) -> Finding | None:
    """Find a validation loss that has risen, by more than noise, while the training loss fell."""
    course = found.objective
    best = course.best()
    if best is None or found.rising:
        return None
    epoch, least = best
    now = float(course.validation[-3:].mean())
    rise = now - least
    fell = course.training_at(epoch) - course.training_at(course.epochs[-1])
    if rise < max(OVER_FITTED * found.scale, MUCH_NOISE * course.validation_noise()) or fell <= 0:
        return None
    sentence = f"Validation loss was least at epoch {epoch:.0f} ({least:.4g}), is {now:.4g} now; training still fell."
    return _over_fit(found, sentence, remedies.of_over_fit(found, epoch))


def fits_training_alone(found: RunMeasured) -> Finding | None:
    """Find a validation loss that stands still far above the training loss."""
    course = found.objective
    if not len(course.validation) or found.rising or not _is_flat(found):
        return None
    validation, training = float(course.validation[-3:].mean()), course.training_at(course.epochs[-1])
    if validation - training < max(WIDE_GAP * found.scale, MUCH_NOISE * course.validation_noise()):
        return None
    sentence = f"Validation loss {validation:.4g}, training {training:.4g}: it fits its training images alone."
    return _over_fit(found, sentence, "Train with more images.")


def _over_fit(found: RunMeasured, sentence: str, remedy: str) -> Finding:
    return Finding(BAD, "Over-fitting" if found.active else "Over-fitted", sentence, remedy)


def still_rising(found: RunMeasured) -> Finding | None:
    if not found.rising:
        return None
    what, until = max(found.rising.items(), key=lambda item: item[1])
    sentence = f"The {what} rises until epoch {until:g}; this is epoch {found.epoch:.3g}."
    return Finding(NOTE, "Schedule unfinished", sentence, "" if found.active else f"Train beyond epoch {until:g}.")


def still_improving(found: RunMeasured) -> Finding | None:
    trend = found.objective.trend
    if trend.is_noise or -trend.change < WORTH_MORE * found.scale:
        return None
    name, last = _moving(found)
    sentence = f"{name} loss fell by {-trend.change:.3g} in the last tenth, to {last:.4g}."
    return Finding(NOTE, "Still improving", sentence, "" if found.active else remedies.train_longer(found))


def unsettled(found: RunMeasured) -> Finding | None:
    """Find a run that is too short for a loss that stands still to mean anything."""
    return _early(found) if found.step < SETTLED_STEPS else None


def healthy(found: RunMeasured) -> Finding | None:
    if not len(found.objective.training):
        return None
    share = found.explained
    told = "" if share is None else f"Reconstruction {share:.0%} of the way from the mean image to a perfect one. "
    trend = found.objective.trend
    (name, last), way = _moving(found), "down" if trend.change < 0 else "up"
    moved = f", {way} {abs(trend.change):.2g} in the last tenth" if np.isfinite(trend.error) else ""
    return Finding(GOOD, "Healthy", f"{told}{name} loss {last:.4g}{moved}.")


def _moving(found: RunMeasured) -> tuple[str, float]:
    """Return the name and the last value of the loss of which the trend is: with few validations, the training's."""
    course = found.objective
    if course.has_validation_trend:
        return "Validation", course.last
    return "Training", course.training_at(float(course.epochs[-1]))


def some_inactive(found: RunMeasured) -> Finding | None:
    """Find dimensions that carry nothing, where others do."""
    if found.dimensions is None or not found.experiment.variant_info.stochastic or found.step < SETTLED_STEPS:
        return None
    count, latent = found.inactive, len(found.dimensions)
    if not 0 < count < latent:
        return None
    kl = "" if found.information is None else f"KL {found.information.sum():.3g} nats in the other {latent - count}."
    return Finding(NOTE, f"{count} of {latent} dimensions inactive", kl, remedies.of_inactive(found))


def few_entries(found: RunMeasured) -> Finding | None:
    """Find a codebook of which few entries are used."""
    if found.entries is None or found.step < SETTLED_STEPS:
        return None
    size = found.experiment.codebook_size
    if found.entries > FEW_ENTRIES * size:
        return None
    return Finding(NOTE, f"{found.entries} of {size} codebook entries used", "The others stand for no image.", "")
