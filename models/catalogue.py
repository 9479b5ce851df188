"""What exists: networks, pixel models, loss terms, variants, optimizers. Free of TensorFlow, so that pages may read it.

Each table is keyed by the name that experiments, files, the command line and the screen use. The Keras half of an
entry stands under the same name in `networks`, `pixels`, `losses` and `variants`; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from models import tensors

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class NetworkInfo:
    title: str
    summary: str


@dataclass(frozen=True)
class PixelModelInfo:
    """Data range, loss and link are one choice: any other pairing trains or shows something else than it says."""

    title: str
    summary: str
    output: str  # name of the decoder's linear output
    link: str  # formula, for the screen
    reconstruction: str  # formula of the reconstruction term
    uses_sigma: bool = False


@dataclass(frozen=True)
class TermInfo:
    """One addend of a loss, in nats per image: summed over pixels and dimensions, averaged over the batch."""

    title: str
    formula: str
    paper: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class VariantInfo:
    title: str
    summary: str
    paper: str
    weights: Mapping[str, float]  # term name -> default weight
    stochastic: bool = False  # the encoder gives a distribution; codes can be sampled from the prior
    uses_corruption: bool = False


NETWORKS: Mapping[str, NetworkInfo] = MappingProxyType(
    {
        "dense": NetworkInfo("Dense", "Two fully connected hidden layers each way. The fastest to train."),
        "conv": NetworkInfo("Convolutional", "Two strided convolutions each way. Small, and sharper than dense."),
        "seed": NetworkInfo("Seed", "The network of the question this project grew from: 557,573 weights at 100-D."),
    }
)

PIXEL_MODELS: Mapping[str, PixelModelInfo] = MappingProxyType(
    {
        "bernoulli": PixelModelInfo(
            title="Bernoulli",
            summary="Pixels in 0..1, cross-entropy from logits, looked at through a sigmoid.",
            output=tensors.LOGITS,
            link="sigmoid(logits)",
            reconstruction="Σ softplus(logits) − x · logits",
        ),
        "gaussian": PixelModelInfo(
            title="Gaussian",
            summary="Pixels in 0..1, squared error at a fixed σ, looked at as the mean itself, clipped.",
            output=tensors.PIXEL_MEAN,
            link="clip(pixel_mean, 0, 1)",
            reconstruction="Σ (x − pixel_mean)² / 2σ² + log σ√2π",
            uses_sigma=True,
        ),
    }
)

TERMS: Mapping[str, TermInfo] = MappingProxyType(
    {
        "reconstruction": TermInfo(
            title="Reconstruction",
            formula="−log p(x|z)",
            paper="Kingma & Welling 2014, eq. 7",
            needs=(),  # the pixel model's output, whichever that is
        ),
        "kl": TermInfo(
            title="KL",
            formula="½ Σ exp(z_log_var) + z_mean² − 1 − z_log_var",
            paper="Kingma & Welling 2014, appendix B",
            needs=(tensors.Z_MEAN, tensors.Z_LOG_VAR),
        ),
    }
)

VARIANTS: Mapping[str, VariantInfo] = MappingProxyType(
    {
        "ae": VariantInfo(
            title="Autoencoder",
            summary="Compress and rebuild; nothing shapes the codes.",
            paper="Hinton & Salakhutdinov 2006",
            weights={"reconstruction": 1.0},
        ),
        "denoising_ae": VariantInfo(
            title="Denoising autoencoder",
            summary="Rebuild the clean image from a noisy one.",
            paper="Vincent et al. 2008",
            weights={"reconstruction": 1.0},
            uses_corruption=True,
        ),
        "vae": VariantInfo(
            title="VAE",
            summary="Codes are distributions, kept near a standard normal. The loss is the negative ELBO.",
            paper="Kingma & Welling 2014",
            weights={"reconstruction": 1.0, "kl": 1.0},
            stochastic=True,
        ),
        "beta_vae": VariantInfo(
            title="β-VAE",
            summary="A VAE with a heavier KL: fewer, more independent active dimensions, blurrier images.",
            paper="Higgins et al. 2017, eq. 4",
            weights={"reconstruction": 1.0, "kl": 4.0},
            stochastic=True,
        ),
    }
)

OPTIMIZERS: Mapping[str, str] = MappingProxyType(
    {"adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "sgd": "SGD with momentum"}
)


def entry(table: Mapping[str, Entry], field: str, name: str) -> Entry:
    """The entry of that name. Raises ValueError with the allowed names."""
    if name not in table:
        raise ValueError(f"{field} was {name!r}; allowed are {', '.join(table)}. Choose one of these.")
    return table[name]
