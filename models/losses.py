"""Loss terms: (x, named tensors) -> (batch,), in the catalogue's unit. One formula each, under its name there."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from keras import ops

from models.objective import LossTerm, TermFunction
from models.own_terms import term_function
from models.pixels import PIXEL_MODELS
from models.spec import catalogue, tensors
from models.spec.experiment import Experiment


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


def inverse_multiquadratic(a, b):
    """c / (c + |a - b|²) with c = 2 · latent, for every pair: (batch, batch). Tolstikhin et al. 2018, section 4."""
    scale = 2.0 * a.shape[-1]
    squares = ops.sum(ops.square(a), axis=-1)[:, None] + (scale + ops.sum(ops.square(b), axis=-1))[None]
    return scale * ops.reciprocal(squares - 2.0 * ops.matmul(a, ops.transpose(b)))


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


def difference(one: str, other: str) -> TermFunction:
    """How much larger one logarithm is than the other: nats, (batch,). Chen et al. 2018, eq. 2."""
    return lambda _x, named: named[one] - named[other]


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
        "mutual_information": lambda _experiment: difference(tensors.LOG_POSTERIOR, tensors.LOG_AGGREGATE),
        "total_correlation": lambda _experiment: difference(tensors.LOG_AGGREGATE, tensors.LOG_MARGINALS),
        "dimension_kl": lambda _experiment: difference(tensors.LOG_MARGINALS, tensors.LOG_PRIOR),
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
