"""What exists: networks, pixel models, loss terms, variants, optimizers. Free of TensorFlow, so that pages may read it.

Each table is keyed by the name that experiments, files, the command line and the screen use. The Keras half of an
entry stands under the same name in `networks`, `pixels`, `losses` and `variants`; a test holds the two together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from models import tensors

Entry = TypeVar("Entry")

NATS = "nats per image"  # summed over pixels and dimensions, averaged over the batch


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
    paper: str  # where that formula comes from
    unit: str = NATS  # of the reconstruction term
    scale: float = 1.0  # white, as the networks and the loss see it; everywhere else images are in 0..1
    uses_sigma: bool = False

    @property
    def is_likelihood(self) -> bool:
        """Whether the reconstruction is -log p(x|z), so that a VAE's loss is the negative ELBO."""
        return self.unit == NATS


@dataclass(frozen=True)
class TermInfo:
    """One addend of a loss. `needs` names the tensors it reads.

    Where `of_pixels`, the term is the pixel model's: it reads its output too, and formula, unit and paper are its own.
    So ask `needs_of`, `formula_of`, `unit_of` and `paper_of`, which know.
    """

    title: str
    formula: str
    paper: str
    needs: tuple[str, ...]
    unit: str = NATS
    of_pixels: bool = False


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
            paper="Kingma & Welling 2014, eq. 11",
        ),
        "gaussian": PixelModelInfo(
            title="Gaussian",
            summary="Pixels in 0..1, squared error at a fixed σ, looked at as the mean itself, clipped.",
            output=tensors.PIXEL_MEAN,
            link="clip(pixel_mean, 0, 1)",
            reconstruction="Σ (x − pixel_mean)² / 2σ² + log σ√2π",
            paper="Kingma & Welling 2014, eq. 12",
            uses_sigma=True,
        ),
        "unscaled": PixelModelInfo(
            title="Unscaled (the question's)",
            summary="Pixels left in 0..255, mean squared error, looked at as the output / 255, clipped.",
            output=tensors.GREY_LEVELS,
            link="clip(grey_levels / 255, 0, 1)",
            reconstruction="mean (255 x − grey_levels)²",
            paper="The question's own code",
            unit="grey levels² per pixel",
            scale=255.0,
        ),
    }
)

TERMS: Mapping[str, TermInfo] = MappingProxyType(
    {
        "reconstruction": TermInfo(
            title="Reconstruction",
            formula="−log p(x|z)",
            paper="Kingma & Welling 2014, eq. 7",
            needs=(tensors.X,),
            of_pixels=True,
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


def needs_of(term: str, pixel_model: str) -> tuple[str, ...]:
    """The names of the tensors that the term reads."""
    info = TERMS[term]
    return (*info.needs, PIXEL_MODELS[pixel_model].output) if info.of_pixels else info.needs


def formula_of(term: str, pixel_model: str) -> str:
    info = TERMS[term]
    return PIXEL_MODELS[pixel_model].reconstruction if info.of_pixels else info.formula


def unit_of(term: str, pixel_model: str) -> str:
    info = TERMS[term]
    return PIXEL_MODELS[pixel_model].unit if info.of_pixels else info.unit


def paper_of(term: str, pixel_model: str) -> str:
    info = TERMS[term]
    return PIXEL_MODELS[pixel_model].paper if info.of_pixels else info.paper


def unit_of_total(terms: Iterable[str], pixel_model: str) -> str:
    """The unit that the terms share; where they do not, every unit once, for such a sum has none of its own."""
    return " + ".join(dict.fromkeys(unit_of(term, pixel_model) for term in terms))
