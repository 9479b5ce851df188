"""Loss terms: functions of the tensors that the catalogue says they need, in its order -> (batch,), in its unit.

What the catalogue lists as a term's settings are keyword arguments under the experiment's names.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import keras
from keras import ops

from models.objective import LossTerm, Tensors, TermFunction
from models.own_terms import term_function
from models.pixels import PIXEL_MODELS
from models.spec import tensors as t
from models.spec.experiment import Experiment


def gaussian_kl(z_mean, z_log_var):
    """Return KL(q(z|x) || N(0, I)): nats per image, (batch,). Kingma & Welling 2014, appendix B."""
    return 0.5 * ops.sum(ops.exp(z_log_var) + ops.square(z_mean) - 1.0 - z_log_var, axis=-1)


def for_each(value, z):
    """Return one number for a whole batch as one for each image: (batch,)."""
    return ops.broadcast_to(value, (ops.shape(z)[0],))


def l1(z):
    """Return Σ |z|: (batch,). Olshausen & Field 1996, eq. 2 to 4."""
    return ops.sum(ops.abs(z), axis=-1)


def sparsity_kl(z, sparsity):
    """Return Σ KL(Bernoulli(sparsity) || Bernoulli(batch mean of z in 0..1)): nats, (batch,). Ng 2011."""
    mean = ops.clip(ops.mean(z, axis=0), 1e-6, 1 - 1e-6)
    on, off = sparsity * ops.log(sparsity / mean), (1 - sparsity) * ops.log((1 - sparsity) / (1 - mean))
    return for_each(ops.sum(on + off), z)


def free_bits(z_mean, z_log_var, free_nats):
    """Return Σ max(free_nats, batch mean of the dimension's KL): nats, (batch,). Kingma et al. 2016, eq. 15."""
    kls = gaussian_kl(z_mean[..., None], z_log_var[..., None])  # of every dimension alone: (batch, latent)
    return for_each(ops.sum(ops.maximum(free_nats, ops.mean(kls, axis=0))), z_mean)


def capacity_distance(z_mean, z_log_var, epochs, capacity, capacity_epochs):
    """Return |C - batch mean of the KL|, C rising from 0 to `capacity`: nats, (batch,). Burgess et al. 2018, eq. 8."""
    target = capacity * ops.minimum(1.0, epochs / capacity_epochs)
    return for_each(ops.abs(target - ops.mean(gaussian_kl(z_mean, z_log_var))), z_mean)


def inverse_multiquadratic(a, b):
    """Return c / (c + |a - b|²), c = 2 · latent, of every pair: (batch, batch). Tolstikhin et al. 2018, section 4."""
    scale = 2.0 * a.shape[-1]
    squares = ops.sum(ops.square(a), axis=-1)[:, None] + (scale + ops.sum(ops.square(b), axis=-1))[None]
    return scale * ops.reciprocal(squares - 2.0 * ops.matmul(a, ops.transpose(b)))


def mmd(z, z_prior):
    """Return the squared distance between the means of codes and prior in the kernel's space, unbiased: (batch,).

    Gretton et al. 2012, eq. 3.
    """
    count = ops.cast(ops.shape(z)[0], "float32")
    within = inverse_multiquadratic(z, z) + inverse_multiquadratic(z_prior, z_prior)
    # Each code's kernel with itself is 1; a batch of one has no pairs.
    pairs = (ops.sum(within) - 2.0 * count) / ops.maximum(count * (count - 1.0), 1.0)
    return for_each(pairs - 2.0 * ops.mean(inverse_multiquadratic(z, z_prior)), z)


def codebook_loss(z_encoded, codeword):
    """Return Σ (fixed(z_encoded) - codeword)²: moves the codebook, (batch,). van den Oord et al. 2017, eq. 3."""
    return ops.sum(ops.square(ops.stop_gradient(z_encoded) - codeword), axis=-1)


def commitment_loss(z_encoded, codeword):
    """Return Σ (z_encoded - fixed(codeword))²: moves the encoder, (batch,). van den Oord et al. 2017, eq. 3."""
    return ops.sum(ops.square(z_encoded - ops.stop_gradient(codeword)), axis=-1)


def discriminator_real_loss(logit):
    """Return -log D, D = sigmoid(logit) of what is real: nats, (batch,). Goodfellow et al. 2014, eq. 1."""
    return ops.softplus(-logit)


def discriminator_fake_loss(logit):
    """Return -log(1 - D), D = sigmoid(logit) of what is fake: nats, (batch,). Goodfellow et al. 2014, eq. 1."""
    return ops.softplus(logit)


def non_saturating_loss(logit):
    """Return -log D, D = sigmoid(logit) of what is to seem real: nats, (batch,). Goodfellow et al. 2014, section 3."""
    return ops.softplus(-logit)


def critic_real_loss(score):
    """Return the negative score of what is real: (batch,). Gulrajani et al. 2017, eq. 3."""
    return -score


def critic_fake_loss(score):
    """Return the score of what is fake: (batch,). Gulrajani et al. 2017, eq. 3."""
    return score


def wasserstein_generator_loss(score):
    """Return the negative score of what is to seem real: (batch,). Gulrajani et al. 2017, section 2.3."""
    return -score


def gradient_penalty(score_slope):
    """Return (score_slope - 1)²: (batch,). Gulrajani et al. 2017, eq. 3."""
    return ops.square(score_slope - 1.0)


def density_ratio(logit):
    """Return log q(z) - log Π q(z_j), which the logit estimates: nats, (batch,). Kim & Mnih 2018, eq. 3."""
    return logit


def half_squares(a, b):
    """Return ½ Σ (a - b)² of two tensors (batch, n): (batch,). Of unit Gaussians, nats up to a constant."""
    return 0.5 * ops.sum(ops.square(a - b), axis=-1)


def log_ratio(log_p, log_q):
    """Return how much larger one log density is than another: nats, (batch,). Chen et al. 2018, eq. 2."""
    return log_p - log_q


# The reconstruction is the pixel model's own, so it stands in `pixels`.
TERMS: Mapping[str, Callable[..., keras.KerasTensor]] = MappingProxyType(
    {
        "kl": gaussian_kl,
        "l1": l1,
        "sparsity": sparsity_kl,
        "free_bits": free_bits,
        "capacity": capacity_distance,
        "mutual_information": log_ratio,
        "total_correlation": log_ratio,
        "dimension_kl": log_ratio,
        "mmd": mmd,
        "codebook": codebook_loss,
        "commitment": commitment_loss,
        "fools_critic": non_saturating_loss,
        "critic_real": discriminator_real_loss,
        "critic_fake": discriminator_fake_loss,
        "raises_score": wasserstein_generator_loss,
        "score_real": critic_real_loss,
        "score_fake": critic_fake_loss,
        "gradient_penalty": gradient_penalty,
        "code_fools_critic": non_saturating_loss,
        "critic_prior": discriminator_real_loss,
        "critic_code": discriminator_fake_loss,
        "feature_reconstruction": half_squares,
        "density_ratio": density_ratio,
        "critic_joint": discriminator_real_loss,
        "critic_shuffled": discriminator_fake_loss,
        "code_regression": half_squares,
    }
)


def function_of(name: str, pixel_model: str) -> Callable[..., keras.KerasTensor]:
    """Return the function of a term of the catalogue, under a pixel model, whose own the reconstruction is."""
    return PIXEL_MODELS[pixel_model].reconstruction if name == "reconstruction" else TERMS[name]


def term(name: str, experiment: Experiment) -> LossTerm:
    """Return the named term as this experiment sets it: (x, tensors) -> (batch,)."""
    setting, info = experiment.terms[name], experiment.term(name)
    if setting.formula is None:
        function = _bound(function_of(name, experiment.pixel_model), info.needs, experiment.settings_of(name))
    else:
        function = term_function(experiment.parse_formula(setting.formula))
    return LossTerm(name, function, setting.weight_at(0.0), info.needs)


def _bound(
    function: Callable[..., keras.KerasTensor], needs: tuple[str, ...], settings: Mapping[str, float]
) -> TermFunction:
    def bound(x: keras.KerasTensor, tensors: Tensors) -> keras.KerasTensor:
        available = {t.X: x, **tensors}  # the network has its own x where it samples it
        return function(*(available[need] for need in needs), **settings)

    return bound
