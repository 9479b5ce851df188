"""Trainings that are made to end in a known way, each with two seeds: one was used while the rules were made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType
from typing import Any

SEEDS: Mapping[str, int] = MappingProxyType({"seen": 1, "held out": 41})
_LEARNS = ("Healthy", "Still improving")  # an end that is no fault; how many dimensions it uses stands beside it

# By the way in which a training ends: the verdicts that tell it rightly.
ENDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "collapsed": ("Posterior collapse", "Collapsed"),
        "partly collapsed": _LEARNS,  # and the number of inactive dimensions beside it
        "diverged": ("Diverged",),
        "unbounded": ("Unbounded loss",),
        "over-fitted": ("Over-fitted",),
        "too short": ("Still improving", "Too short to say"),
        "too small": ("Under-fitted",),
        "healthy": ("Healthy",),
    }
)


@dataclass(frozen=True)
class Case:
    """A training that ends in one of ENDS. `images` are used for training and validation; 0 is all of them.

    `remedy`: what the verdict advises, as settings in place of the case's own.
    """

    name: str
    end: str
    settings: Mapping[str, Any]
    images: int = 0
    remedy: Mapping[str, Any] = field(default_factory=dict)

    def with_seed(self, seed: int) -> dict[str, Any]:
        return {**self.settings, "seed": seed}


def _case(
    end: str, name: str, dataset: str, epochs: int, remedy: Mapping[str, Any], images: int = 0, **other: Any
) -> Case:
    return Case(name, end, {"dataset": dataset, "epochs": epochs, **other}, images, remedy)


def _mine(formula: str) -> dict[str, Any]:
    return {"mine": {"weight": 1.0, "formula": formula}}


_D, _M, _F = "digits", "mnist", "fashion_mnist"
_USUAL, _NONE = {"learning_rate": 1e-3}, {}
_IN_UNIT: dict[str, Any] = {"pixel_model": "bernoulli", **_USUAL}
_GREY: dict[str, Any] = {"pixel_model": "unscaled", "optimizer": "sgd", "learning_rate": 0.01}
_FIFTY: dict[str, Any] = {"validation_fraction": 0.5, "batch_size": 25, "images": 100}
_WIDE: dict[str, Any] = {"pixel_model": "gaussian", "pixel_sigma": 5.0}
_PAIR: dict[str, Any] = {"variant": "vq_vae", "latent_dim": 8, "codewords": 1, "codebook_size": 2}
_TOLD: dict[str, Any] = {"variant": "conditional_vae", "latent_dim": 4}


def _vae(latent: int, kl: float | None = None, beta: bool = False) -> dict[str, Any]:
    weight = {} if kl is None else {"terms": {"kl": kl}}
    return {"variant": "beta_vae" if beta else "vae", "latent_dim": latent, **weight}


def _ae(latent: int) -> dict[str, Any]:
    return {"variant": "ae", "latent_dim": latent}


CASES = (
    _case("collapsed", "VAE, KL weight 50", _D, 40, {"terms": {"kl": 1.0}}, **_vae(8, 50)),
    _case("collapsed", "β-VAE, KL weight 60", _M, 14, {"terms": {"kl": 4.0}}, images=3000, **_vae(8, 60, beta=True)),
    _case("collapsed", "VAE, pixel σ 5", _D, 40, {"pixel_sigma": 0.25}, **_vae(8), **_WIDE),
    _case("collapsed", "sparse autoencoder, L1 weight 1000", _D, 40, {"terms": {"l1": 1.0}},
          variant="sparse_ae", latent_dim=8, terms={"l1": 1000.0}),
    _case("partly collapsed", "VAE 32-D, KL weight 4", _D, 60, _NONE, **_vae(32, 4)),
    _case("partly collapsed", "β-VAE 16-D, KL weight 6", _M, 25, _NONE, images=5000, **_vae(16, 6, beta=True)),
    _case("diverged", "VAE, learning rate 1", _D, 10, _USUAL, **_vae(8), learning_rate=1.0),
    _case("diverged", "autoencoder, SGD at 0.1", _D, 10, _USUAL, **_ae(8), optimizer="sgd", learning_rate=0.1),
    _case("diverged", "autoencoder, pixels up to 255, SGD", _D, 10, _IN_UNIT, **_ae(8), **_GREY),
    _case("unbounded", "VAE, own −sum(square(z))", _D, 30, {"terms": _mine("sum(square(z))")},
          **_vae(8), terms=_mine("-sum(square(z))")),
    _case("unbounded", "autoencoder, own −sum(abs(z))", _D, 30, {"terms": _mine("-sum(tanh(abs(z)))")},
          **_ae(8), terms=_mine("-sum(abs(z))")),
    _case("over-fitted", "autoencoder on 50 images", _M, 150, {"epochs": 50}, **_ae(16), **_FIFTY),
    _case("over-fitted", "VAE on 50 images", _F, 300, _NONE, **_vae(8), **_FIFTY),
    _case("too short", "autoencoder, 10 epochs", _D, 10, {"epochs": 46}, **_ae(8)),
    _case("too short", "VAE, 3 epochs", _M, 3, {"epochs": 12}, images=6000, **_vae(2)),
    _case("too small", "autoencoder 1-D", _M, 20, {"latent_dim": 8}, images=6000, **_ae(1)),
    _case("too small", "VQ-VAE, 2 entries", _D, 40, {"codebook_size": 32}, **_PAIR),
    _case("healthy", "VAE 2-D, 100 epochs", _D, 100, _NONE, **_vae(2)),
    _case("healthy", "conditional VAE, 100 epochs", _D, 100, _NONE, **_TOLD),
    _case("healthy", "VAE 4-D, 25 epochs", _F, 25, _NONE, images=5000, **_vae(4)),
)  # fmt: skip

PLAN = tuple(product(CASES, SEEDS.items()))
