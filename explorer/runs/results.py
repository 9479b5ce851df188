"""Measurements of a model at the end of its training, in words: for a page and for a terminal."""

import math
from collections.abc import Mapping
from typing import Any

from models.spec.catalogue import ELBO, PIXEL_MODELS, RECONSTRUCTION, SETTINGS
from models.spec.experiment import Experiment
from models.spec.sentences import capital, in_sentence, shown_number

LEAST_SHOWN = 0.05  # nats: below, a floor is shown as 0.0


def network_in_words(experiment: Experiment) -> str:
    """Describe the network, with its sizes where it comes in several."""
    sizes = [f"{in_sentence(SETTINGS[name].title)} {size}" for name, size in experiment.sizes.items()]
    return ", ".join([f"{experiment.network} network", *sizes])


def loss_in_words(experiment: Experiment, summary: Mapping[str, Any]) -> list[str]:
    """Describe the loss on the test images, from the raw terms, which the loss may weigh otherwise.

    That is the negative ELBO where the terms make one, the same sum under another name where the pixel model reads
    grey pixels as probabilities, and else each term in its own unit. What a perfect reconstruction costs is told apart.
    """
    test = summary.get("test", {})
    if not PIXEL_MODELS[experiment.pixel_model].is_likelihood or not set(ELBO) <= set(test):
        return [
            f"test {in_sentence(experiment.term(name).title)} {_amount(experiment, name, test[name], summary)}"
            for name in experiment.terms
            if name in test
        ]
    title = "negative ELBO" if is_elbo(experiment, summary) else "reconstruction + KL"
    return [f"test {title} {_amount(experiment, RECONSTRUCTION, sum(test[term] for term in ELBO), summary)}"]


def is_elbo(experiment: Experiment, summary: Mapping[str, Any]) -> bool:
    """Return whether reconstruction and KL add up to the negative ELBO of the test images as they are."""
    pixels = PIXEL_MODELS[experiment.pixel_model]
    floor = summary.get("floor", {}).get("test")
    return pixels.is_likelihood and not (pixels.reads_grey and (floor is None or floor > LEAST_SHOWN))


def _amount(experiment: Experiment, name: str, value: float, summary: Mapping[str, Any]) -> str:
    """Return a value with its unit and, where the reconstruction is in it, the floor of that."""
    said = f"{value:.1f} {experiment.term(name).plain_unit}"
    floor = summary.get("floor", {}).get("test", 0.0) if name == RECONSTRUCTION else 0.0
    if abs(floor) < LEAST_SHOWN:
        return said
    return f"{said}: {value - floor:.1f} above {floor:.1f}, {PIXEL_MODELS[experiment.pixel_model].floor}"


def estimates_in_words(experiment: Experiment, summary: Mapping[str, Any]) -> list[str]:
    """Describe the estimates of log p(x) and of the total correlation; nothing where there are none."""
    words = []
    if found := summary.get("log_likelihood"):
        grey = "" if is_elbo(experiment, summary) else " of grey pixels read as probabilities"
        words.append(
            f"{_likelihood(experiment)}{grey} {shown_number(found['value'], '.1f')} "
            f"± {found['error']:.1f} nats per image (K = {found['samples']:,} importance samples, "
            f"{found['images']:,} test images; on average a lower bound, which tightens with K)"
        )
    if found := summary.get("total_correlation"):
        words.append(
            f"total correlation {found['value']:.2f} ± {found['error']:.2f} nats "
            f"from {found['posteriors']:,} posteriors (biased upwards, less than a batch's)"
        )
    return words


def likelihood_in_short(experiment: Experiment, summary: Mapping[str, Any]) -> list[str]:
    """Return what `estimates_in_words` says of log p(x), in few words; nothing where it was not estimated."""
    if not (found := summary.get("log_likelihood")):
        return []
    said = f"{shown_number(found['value'], '.1f')} ± {found['error']:.1f} nats (K = {found['samples']:,})"
    return [f"{_likelihood(experiment)} bound {said}"]


def _likelihood(experiment: Experiment) -> str:
    return "log p(x | class)" if experiment.variant_info.conditional else "log p(x)"


def results_in_words(experiment: Experiment, summary: Mapping[str, Any]) -> list[str]:
    """Return a line for each result, for a terminal."""
    words = [*loss_in_words(experiment, summary), *estimates_in_words(experiment, summary)]
    if words and PIXEL_MODELS[experiment.pixel_model].reads_grey and not is_elbo(experiment, summary):
        words.append("grey pixels are read as probabilities: a perfect reconstruction costs their entropy, the floor")
    return [capital(each) for each in words]


def bounds_in_words(experiment: Experiment, summary: Mapping[str, Any]) -> str:
    """Return sentences on what the curves of a training cannot fall below; empty where there is no such bound."""
    bounds = [_least_reconstruction(experiment, summary), _least_correlation(experiment)]
    return " ".join(filter(None, bounds))


def _least_correlation(experiment: Experiment) -> str:
    if "total_correlation" not in experiment.terms:
        return ""
    size = experiment.batch_size
    return (
        f"Total correlation is biased upwards: a batch of {size:,} shows at most {math.log(size):.1f} nats of "
        "index-code mutual information, and the rest of the KL counts as total correlation."
    )


def _least_reconstruction(experiment: Experiment, summary: Mapping[str, Any]) -> str:
    """Return the least reconstruction of the validation images in words; nothing where it is 0 or not known."""
    floor = summary.get("floor", {}).get("validation", 0.0)
    if abs(floor) < LEAST_SHOWN:
        return ""
    least = f"{floor:.1f} {experiment.term(RECONSTRUCTION).plain_unit}"
    return f"Least reconstruction of the validation images: {least}, {PIXEL_MODELS[experiment.pixel_model].floor}."
