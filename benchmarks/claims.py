"""The claims about what each variant must have learned, measured by something that is no term of its own loss.

The same bounds hold for every data set: test_learning.py trains on digits, the benchmark `learning` on real MNIST.
"""

from collections.abc import Callable

from benchmarks.figures import Figure
from benchmarks.learnt import (
    NOISE,
    Trained,
    codebook_used,
    crowding,
    dependence,
    distance_from_images,
    distance_from_prior,
    drawn_as_asked,
    encoded,
    error,
    judge,
    kls,
    variety,
)
from models.spec import tensors


def _rebuilds_within(model: Trained, bound: str) -> Figure:
    return Figure("error / the mean image's", error(model), "", bound)


def rebuilds(model: Trained) -> list[Figure]:
    return [_rebuilds_within(model, "<= 0.5")]


def removes_noise(model: Trained) -> list[Figure]:
    found = error(model, NOISE)
    return [
        Figure("error on noisy / the mean image's", found, "", "<= 0.6"),
        Figure("error on noisy / the AE's", found / error(model.beside("ae"), NOISE), "", "<= 0.95"),
    ]


def is_sparse(model: Trained) -> list[Figure]:
    more = crowding(model) - crowding(model.beside("ae"))
    return [Figure("Hoyer's sparsity, above the AE's", more, "", ">= 0.1"), _rebuilds_within(model, "<= 0.6")]


def is_on_for_the_set_share(model: Trained) -> list[Figure]:
    on = encoded(model)[tensors.Z].mean(axis=0)
    return [
        Figure("activation, off the set share by", abs(on.mean() - model.experiment.sparsity), "", "<= 0.015"),
        Figure("activation of the busiest dimension", on.max(), "", "<= 0.2"),
        _rebuilds_within(model, "<= 0.9"),
    ]


def has_codes_like_the_prior(model: Trained) -> list[Figure]:
    ratio = distance_from_prior(model) / distance_from_prior(model.beside("ae"))
    return [Figure("MMD from the prior / the AE's", ratio, "", "<= 0.2"), _rebuilds_within(model, "<= 0.8")]


def draws_the_class_that_was_asked_for(model: Trained) -> list[Figure]:
    _, right = judge(model.plan.dataset)
    return [
        Figure("judge right on real images", right, "of 1", ">= 0.93"),
        Figure("drawn as asked", drawn_as_asked(model), "of 1", ">= 0.8"),
    ]


def says_less(model: Trained) -> list[Figure]:
    return [Figure("KL / the VAE's", kls(model).sum() / kls(model.beside("vae")).sum(), "", "<= 0.7")]


def keeps_every_dimension_alive(model: Trained) -> list[Figure]:
    least = kls(model).min()
    return [
        Figure("least KL of a dimension / its free nats", least / model.experiment.free_nats, "", ">= 0.8"),
        Figure("least KL of a dimension, above the VAE's", least - kls(model.beside("vae")).min(), "nats", ">= 0.2"),
    ]


def holds_its_capacity(model: Trained) -> list[Figure]:
    return [Figure("KL, off the capacity by", abs(kls(model).sum() - model.experiment.capacity), "nats", "<= 1")]


def has_independent_dimensions(model: Trained) -> list[Figure]:
    ratio = dependence(model) / dependence(model.beside("vae"))
    return [Figure("total correlation / the VAE's", ratio, "", "<= 0.7")]


def uses_half_of_its_codebook(model: Trained) -> list[Figure]:
    return [Figure("codebook used", codebook_used(model), "of 1", ">= 0.5"), _rebuilds_within(model, "<= 0.8")]


def draws_better_than_noise(model: Trained) -> list[Figure]:
    return [
        Figure("drawn to the nearest real / noise's", distance_from_images(model), "", "<= 0.5"),
        Figure("spread of the drawn / the real ones'", variety(model), "", ">= 0.3"),
    ]


# A VAE leaves some of 16 dimensions unused, which free bits are to prevent; a class takes the place of some dimensions.
Claim = Callable[[Trained], list[Figure]]
LEARNS: dict[str, tuple[dict, Claim]] = {
    "ae": ({}, rebuilds),
    "denoising_ae": ({}, removes_noise),
    "sparse_ae": ({"latent_dim": 32}, is_sparse),
    "sparse_kl_ae": ({"latent_dim": 32, "longer": 2}, is_on_for_the_set_share),
    "vae": ({}, has_codes_like_the_prior),
    "conditional_vae": ({"latent_dim": 4}, draws_the_class_that_was_asked_for),
    "beta_vae": ({}, says_less),
    "free_bits_vae": ({"latent_dim": 16}, keeps_every_dimension_alive),
    "capacity_vae": ({"capacity": 6.0}, holds_its_capacity),
    "beta_tcvae": ({}, has_independent_dimensions),
    "factor_vae": ({}, has_independent_dimensions),
    "wae": ({}, has_codes_like_the_prior),
    "info_vae": ({}, has_codes_like_the_prior),
    "vq_vae": ({"codewords": 4}, uses_half_of_its_codebook),
    "aae": ({}, has_codes_like_the_prior),
    "vae_gan": ({}, draws_better_than_noise),
    "gan": ({"longer": 4, "learning_rate": 1e-3}, draws_better_than_noise),
    "wgan_gp": ({}, draws_better_than_noise),
}
