"""Loss terms: (x, named tensors) -> (batch,), in the catalogue's unit. One formula each, under its name there."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from keras import ops

from models import catalogue, tensors
from models.experiment import Experiment
from models.objective import LossTerm, TermFunction
from models.own_terms import term_function
from models.pixels import PIXEL_MODELS


def reconstruction(experiment: Experiment) -> TermFunction:
    """How far the linear output is from images in 0..1, as the experiment's pixel model has it: (batch,)."""
    distance = PIXEL_MODELS[experiment.pixel_model].reconstruction
    info = catalogue.PIXEL_MODELS[experiment.pixel_model]
    return lambda x, named: distance(info.scale * x, named[info.output], experiment.pixel_sigma)


def dimension_kls(named):
    """KL(q(z_j|x) || N(0, 1)) of every dimension: nats, (batch, latent). Kingma & Welling 2014, appendix B."""
    mean, log_var = named[tensors.Z_MEAN], named[tensors.Z_LOG_VAR]
    return 0.5 * (ops.exp(log_var) + ops.square(mean) - 1.0 - log_var)


def gaussian_kl(_x, named):
    """KL(q(z|x) || N(0, I)): nats per image, (batch,). Kingma & Welling 2014, appendix B."""
    return ops.sum(dimension_kls(named), axis=-1)


def for_each(value, x):
    """One number for a whole batch, as one for each image: (batch,)."""
    return ops.broadcast_to(value, (ops.shape(x)[0],))


def l1(_x, named):
    """Σ |z|: (batch,). Olshausen & Field 1996, eq. 2 to 4."""
    return ops.sum(ops.abs(named[tensors.Z]), axis=-1)


def sparsity(x, named, share: float):
    """Σ KL(Bernoulli(share) || Bernoulli(batch mean of z in 0..1)): nats, (batch,). Ng 2011."""
    mean = ops.clip(ops.mean(named[tensors.Z], axis=0), 1e-6, 1 - 1e-6)
    on, off = share * ops.log(share / mean), (1 - share) * ops.log((1 - share) / (1 - mean))
    return for_each(ops.sum(on + off), x)


def free_bits(x, named, free_nats: float):
    """Σ max(free_nats, batch mean of the dimension's KL): nats, (batch,). Kingma et al. 2016, eq. 15."""
    return for_each(ops.sum(ops.maximum(free_nats, ops.mean(dimension_kls(named), axis=0))), x)


def capacity(x, named, largest: float, epochs: float):
    """|C - batch mean of the KL| with C rising from 0 to `largest`: nats, (batch,). Burgess et al. 2018, eq. 8."""
    wanted = largest * ops.minimum(1.0, named[tensors.EPOCHS] / epochs)
    return for_each(ops.abs(wanted - ops.mean(gaussian_kl(x, named))), x)


def log_normal(z, mean, log_var):
    """log N(z; mean, exp(log_var)) of every dimension, in nats."""
    return -0.5 * (math.log(2 * math.pi) + log_var + ops.square(z - mean) * ops.exp(-log_var))


def log_mixture(named):
    """log q(z_j|x′) of every code under the posterior of every image x′ of the batch: (batch, batch, latent)."""
    z, mean, log_var = named[tensors.Z], named[tensors.Z_MEAN], named[tensors.Z_LOG_VAR]
    return log_normal(z[:, None], mean[None], log_var[None])


def log_aggregate(named):
    """log q(z), the mean over the posteriors of the batch: (batch,).

    Chen et al. 2018, appendix C.1, up to the logarithm of the data set's size, which no gradient sees.
    """
    joint = ops.sum(log_mixture(named), axis=-1)
    return ops.logsumexp(joint, axis=1) - ops.log(ops.cast(ops.shape(joint)[0], "float32"))


def log_marginals(named):
    """Σ log q(z_j), each the mean over the posteriors of the batch: (batch,)."""
    each = log_mixture(named)
    return ops.sum(ops.logsumexp(each, axis=1) - ops.log(ops.cast(ops.shape(each)[0], "float32")), axis=-1)


def mutual_information(_x, named):
    """log q(z|x) - log q(z): nats, (batch,). Chen et al. 2018, eq. 2."""
    own = log_normal(named[tensors.Z], named[tensors.Z_MEAN], named[tensors.Z_LOG_VAR])
    return ops.sum(own, axis=-1) - log_aggregate(named)


def total_correlation(_x, named):
    """log q(z) - Σ log q(z_j): nats, (batch,). Chen et al. 2018, eq. 2."""
    return log_aggregate(named) - log_marginals(named)


def dimension_kl(_x, named):
    """Σ log q(z_j) - log p(z_j): nats, (batch,). Chen et al. 2018, eq. 2."""
    return log_marginals(named) - ops.sum(log_normal(named[tensors.Z], 0.0, ops.zeros_like(named[tensors.Z])), axis=-1)


def inverse_multiquadratic(a, b):
    """c / (c + |a - b|²) with c = 2 · latent, for every pair: (batch, batch). Tolstikhin et al. 2018, section 4."""
    squares = ops.sum(ops.square(a), axis=-1)[:, None] + ops.sum(ops.square(b), axis=-1)[None]
    distance = ops.maximum(squares - 2.0 * ops.matmul(a, ops.transpose(b)), 0.0)
    scale = 2.0 * a.shape[-1]
    return scale / (scale + distance)


def mmd(x, named):
    """Squared distance of the codes' from the prior's mean in the kernel's space, unbiased: (batch,).

    Gretton et al. 2012, eq. 3.
    """
    z, prior = named[tensors.Z], named[tensors.Z_PRIOR]
    count = ops.cast(ops.shape(z)[0], "float32")
    within = inverse_multiquadratic(z, z) + inverse_multiquadratic(prior, prior)
    # Each code's kernel with itself is 1; a batch of one has no pairs.
    pairs = (ops.sum(within) - 2.0 * count) / ops.maximum(count * (count - 1.0), 1.0)
    return for_each(pairs - 2.0 * ops.mean(inverse_multiquadratic(z, prior)), x)


def codebook(_x, named):
    """Σ (fixed(z_encoded) - codeword)²: moves the codebook, (batch,). van den Oord et al. 2017, eq. 3."""
    return ops.sum(ops.square(ops.stop_gradient(named[tensors.Z_ENCODED]) - named[tensors.CODEWORD]), axis=-1)


def commitment(_x, named):
    """Σ (z_encoded - fixed(codeword))²: moves the encoder, (batch,). van den Oord et al. 2017, eq. 3."""
    return ops.sum(ops.square(named[tensors.Z_ENCODED] - ops.stop_gradient(named[tensors.CODEWORD])), axis=-1)


def taken_for_real(name: str) -> TermFunction:
    """-log sigmoid(logit), small where the critic takes the thing for real: nats, (batch,). Goodfellow et al. 2014."""
    return lambda _x, named: ops.softplus(-named[name])


def taken_for_made(name: str) -> TermFunction:
    """-log(1 - sigmoid(logit)), small where it takes it for made: nats, (batch,). Goodfellow et al. 2014, eq. 1."""
    return lambda _x, named: ops.softplus(named[name])


def gradient_penalty(_x, named):
    """(critic_slope - 1)²: (batch,). Gulrajani et al. 2017, eq. 3."""
    return ops.square(named[tensors.CRITIC_SLOPE] - 1.0)


def half_squares(one: str, other: str) -> TermFunction:
    """½ Σ (one - other)² of two tensors (batch, n): (batch,). Of unit Gaussians, nats up to a constant."""
    return lambda _x, named: 0.5 * ops.sum(ops.square(named[one] - named[other]), axis=-1)


# What a term needs of the experiment is bound here, so that an objective only ever sees (x, tensors).
TERMS: Mapping[str, Callable[[Experiment], TermFunction]] = MappingProxyType(
    {
        "reconstruction": reconstruction,
        "kl": lambda _experiment: gaussian_kl,
        "l1": lambda _experiment: l1,
        "sparsity": lambda experiment: lambda x, named: sparsity(x, named, experiment.sparsity),
        "free_bits": lambda experiment: lambda x, named: free_bits(x, named, experiment.free_nats),
        "capacity": lambda experiment: (
            lambda x, named: capacity(x, named, experiment.capacity, experiment.capacity_epochs)
        ),
        "mutual_information": lambda _experiment: mutual_information,
        "total_correlation": lambda _experiment: total_correlation,
        "dimension_kl": lambda _experiment: dimension_kl,
        "mmd": lambda _experiment: mmd,
        "codebook": lambda _experiment: codebook,
        "commitment": lambda _experiment: commitment,
        "fools_critic": lambda _experiment: taken_for_real(tensors.CRITIC_ON_SAMPLE),
        "critic_real": lambda _experiment: taken_for_real(tensors.CRITIC_ON_X),
        "critic_fake": lambda _experiment: taken_for_made(tensors.CRITIC_ON_SAMPLE),
        "raises_score": lambda _experiment: lambda _x, named: -named[tensors.CRITIC_ON_SAMPLE],
        "score_real": lambda _experiment: lambda _x, named: -named[tensors.CRITIC_ON_X],
        "score_fake": lambda _experiment: lambda _x, named: named[tensors.CRITIC_ON_SAMPLE],
        "gradient_penalty": lambda _experiment: gradient_penalty,
        "code_fools_critic": lambda _experiment: taken_for_real(tensors.CRITIC_ON_CODE),
        "critic_prior": lambda _experiment: taken_for_real(tensors.CRITIC_ON_PRIOR),
        "critic_code": lambda _experiment: taken_for_made(tensors.CRITIC_ON_CODE),
        "feature_reconstruction": lambda _experiment: half_squares(
            tensors.FEATURES_ON_X, tensors.FEATURES_ON_RECONSTRUCTION
        ),
        "density_ratio": lambda _experiment: lambda _x, named: named[tensors.CRITIC_ON_CODE],
        "critic_joint": lambda _experiment: taken_for_real(tensors.CRITIC_ON_CODE),
        "critic_shuffled": lambda _experiment: taken_for_made(tensors.CRITIC_ON_SHUFFLED),
        "code_regression": lambda _experiment: half_squares(tensors.Z_PRIOR, tensors.SAMPLE_CODE),
    }
)


def term(name: str, experiment: Experiment) -> LossTerm:
    """The named term as this experiment sets it."""
    setting = experiment.terms[name]
    if setting.formula is None:
        function = TERMS[name](experiment)
    else:
        function = term_function(experiment.parse_formula(setting.formula))
    return LossTerm(name, function, setting.weight_at(0.0), experiment.term(name).needs)
