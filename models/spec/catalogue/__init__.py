"""What exists: networks, pixel models, tensors, loss terms, variants, optimizers. Free of TensorFlow: pages read it.

Each table is keyed by the name that experiments, files, the command line and the screen use. The Keras half of an
entry stands under the same name in `networks`, `pixels`, `losses` and `variants`; a test holds the two together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from models.spec import tensors
from models.spec.catalogue.flow import CODES, CRITIC, DECODER, ENCODER, KINDS, TENSORS, tensors_of, with_sources
from models.spec.catalogue.info import (
    NATS,
    SCORE,
    CodeInfo,
    LearnerInfo,
    NetworkInfo,
    PixelModelInfo,
    SettingInfo,
    TensorInfo,
    TermInfo,
    VariantInfo,
)
from models.spec.catalogue.steps import flow_of
from models.spec.catalogue.terms import ELBO, TERMS
from models.spec.catalogue.variants import CRITIC_LOSS, ENCODER_LOSS, LOSS, VARIANTS

__all__ = [
    "CODES", "CRITIC", "CRITIC_LOSS", "DECODER", "ELBO", "ENCODER", "ENCODER_LOSS", "KINDS", "LOSS", "NATS",
    "NETWORKS", "OPTIMIZERS", "PIXEL_MODELS", "SCORE", "SETTINGS", "TENSORS", "TERMS", "VARIANTS", "CodeInfo",
    "LearnerInfo", "NetworkInfo", "PixelModelInfo", "SettingInfo", "TensorInfo", "TermInfo", "VariantInfo", "entry",
    "flow_of", "settings_of", "tensors_of", "term_info", "unit_of_total", "with_sources",
]  # fmt: skip

Entry = TypeVar("Entry")

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
            settings=("pixel_sigma",),
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

SETTINGS: Mapping[str, SettingInfo] = MappingProxyType(
    {
        "pixel_sigma": SettingInfo("Pixel σ", 0.05, "The standard deviation of every pixel."),
        "corruption": SettingInfo("Noise σ", 0.1, "Of the noise that is added to the images while training."),
        "sparsity": SettingInfo("Sparsity ρ", 0.01, "The share of the images for which a dimension should be on."),
        "free_nats": SettingInfo("Free nats λ", 0.1, "What each dimension may say for nothing."),
        "capacity": SettingInfo("Capacity C", 5.0, "Nats that the KL is held at, once they are reached."),
        "capacity_epochs": SettingInfo("Epochs to reach C", 1.0, "The capacity rises from 0 to C over these."),
        "codebook_size": SettingInfo("Codebook", 1, "How many entries there are."),
        "codewords": SettingInfo("Entries per image", 1, "The code is cut into so many parts, each an entry."),
    }
)

OPTIMIZERS: Mapping[str, str] = MappingProxyType(
    {
        "adam": "Adam",
        "adam_gan": "Adam for GANs (β₁ = 0.5)",
        "adamw": "AdamW",
        "rmsprop": "RMSprop",
        "sgd": "SGD with momentum",
    }
)


def entry(table: Mapping[str, Entry], field: str, name: str) -> Entry:
    """The entry of that name. Raises ValueError with the allowed names."""
    if name not in table:
        raise ValueError(f"{field} was {name!r}; allowed are {', '.join(table)}. Choose one of these.")
    return table[name]


def term_info(term: str, pixel_model: str) -> TermInfo:
    """A term of the catalogue under a pixel model, whose own its formula may be."""
    info, pixels = TERMS[term], PIXEL_MODELS[pixel_model]
    if not info.of_pixels:
        return info
    return replace(
        info,
        formula=pixels.reconstruction,
        unit=pixels.unit,
        paper=pixels.paper,
        needs=(*info.needs, pixels.output),
        settings=pixels.settings,
    )


def settings_of(variant: VariantInfo, pixel_model: PixelModelInfo) -> tuple[str, ...]:
    """The names of the further fields of an experiment that these choices ask for."""
    parts = (pixel_model, variant, CODES[variant.code], *(TERMS[term] for term in variant.weights))
    return tuple(name for part in parts for name in part.settings)


def unit_of_total(terms: Iterable[TermInfo]) -> str:
    """The unit that the terms share; where they do not, every unit once, for such a sum has none of its own."""
    found = tuple(terms)
    return found[0].unit if len(found) == 1 else " + ".join(dict.fromkeys(term.plain_unit for term in found))
