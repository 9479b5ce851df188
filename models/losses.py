"""Loss terms: (x, named tensors) -> (batch,), in the catalogue's unit. One formula each, under its name there."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from keras import ops

from models import catalogue, tensors
from models.experiment import Experiment
from models.objective import LossTerm, TermFunction
from models.pixels import PIXEL_MODELS


def reconstruction(experiment: Experiment) -> TermFunction:
    """How far the linear output is from images in 0..1, as the experiment's pixel model has it: (batch,)."""
    distance = PIXEL_MODELS[experiment.pixel_model].reconstruction
    info = catalogue.PIXEL_MODELS[experiment.pixel_model]
    return lambda x, named: distance(info.scale * x, named[info.output], experiment.pixel_sigma)


def gaussian_kl(_x, named):
    """KL(q(z|x) || N(0, I)): nats per image, (batch,). Kingma & Welling 2014, appendix B."""
    mean, log_var = named[tensors.Z_MEAN], named[tensors.Z_LOG_VAR]
    return 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)


# What a term needs of the experiment is bound here, so that an objective only ever sees (x, tensors).
TERMS: Mapping[str, Callable[[Experiment], TermFunction]] = MappingProxyType(
    {
        "reconstruction": reconstruction,
        "kl": lambda _experiment: gaussian_kl,
    }
)


def term(name: str, experiment: Experiment) -> LossTerm:
    """The named term as this experiment sets it."""
    needs = catalogue.needs_of(name, experiment.pixel_model)
    return LossTerm(name, TERMS[name](experiment), experiment.terms[name].weight_at(0.0), needs)
