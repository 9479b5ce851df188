"""The catalogue: networks, pixel models, tensors, loss terms, variants, optimizers. Free of TensorFlow.

Each table is keyed by the name that experiments, files, the command line and the screen use. The Keras half of an entry
stands under the same name in models/architectures.py, pixels.py, losses.py and twins.py; a test holds both together.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from models.spec import tensors
from models.spec.catalogue.flow import CODES, CRITIC, DECODER, ENCODER, KINDS, TENSORS, tensors_of, with_sources
from models.spec.catalogue.info import (
    EACH_STEP,
    FAMILIES,
    NATS,
    ONCE,
    QUESTION,
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
from models.spec.catalogue.terms import ELBO, RECONSTRUCTION, TERMS
from models.spec.catalogue.variants import CRITIC_LOSS, ENCODER_LOSS, LOSS, VARIANTS

__all__ = [
    "CODES", "CRITIC", "CRITIC_LOSS", "DECODER", "EACH_STEP", "ELBO", "ENCODER", "ENCODER_LOSS", "FAMILIES", "KINDS",
    "LOSS", "NATS", "NETWORKS", "ONCE", "OPTIMIZERS", "OPTIMIZER_SLOTS", "PIXEL_MODELS", "QUESTION", "RECONSTRUCTION",
    "SCORE", "SETTINGS", "TENSORS", "TERMS", "VARIANTS",
    "CodeInfo", "LearnerInfo", "NetworkInfo", "PixelModelInfo", "SettingInfo", "TensorInfo", "TermInfo", "VariantInfo",
    "current_formula", "current_name", "entry", "flow_of", "offered_networks", "settings_of", "tensors_of", "term_info",
    "unit_of_total", "with_sources",
]  # fmt: skip

Entry = TypeVar("Entry")

NETWORKS: Mapping[str, NetworkInfo] = MappingProxyType(
    {
        "dense": NetworkInfo("Dense", "Two fully connected hidden layers each way. The fastest to train."),
        "conv": NetworkInfo(
            "Convolutional",
            "Strided convolutions and dense layers each way. A step is slower than one of dense, and teaches more.",
            settings=("width", "depth", "hidden"),
        ),
        "question": NetworkInfo(
            "Question",
            f"The network of {QUESTION}: 557,573 weights with 100 latent dimensions.",
            least_side=10,
        ),
        "conv_small": NetworkInfo(
            "Convolutional (earlier)", "The convolutional network of earlier versions, in its one size.", former=True
        ),
    }
)

_BERNOULLI: Mapping[str, Any] = MappingProxyType(
    {"output": tensors.LOGITS, "link": "sigmoid(logits)", "reconstruction": "Σ softplus(logits) − x · logits"}
)
PIXEL_MODELS: Mapping[str, PixelModelInfo] = MappingProxyType(
    {
        "bernoulli": PixelModelInfo(
            title="Bernoulli",
            summary=(
                "Pixels in 0..1, cross-entropy from logits, displayed through a sigmoid. Grey is read as the "
                "probability of white, so a perfect reconstruction of grey pixels costs their entropy."
            ),
            paper="Kingma & Welling 2014, eq. 11",
            floor="the floor of grey pixels",
            reads_grey=True,
            **_BERNOULLI,
        ),
        "gaussian": PixelModelInfo(
            title="Gaussian",
            summary="Pixels in 0..1, squared error at a fixed σ, displayed as the mean, clipped.",
            output=tensors.PIXEL_MEAN,
            link="clip(pixel_mean, 0, 1)",
            reconstruction="Σ (x − pixel_mean)² / 2σ² + log σ√2π",
            paper="Kingma & Welling 2014, eq. 12",
            settings=("pixel_sigma",),
            floor="the value of a perfect reconstruction",
        ),
        "unscaled": PixelModelInfo(
            title="Unscaled (as in the question)",
            summary=(
                "Pixels in 0..255, mean squared error, displayed as the output / 255, clipped. "
                f"The question is {QUESTION}."
            ),
            output=tensors.GREY_LEVELS,
            link="clip(grey_levels / 255, 0, 1)",
            reconstruction="mean (255 x − grey_levels)²",
            paper="The question's code",
            unit="grey levels² per pixel",
            scale=255.0,
        ),
        "bernoulli_fixed": PixelModelInfo(
            title="Bernoulli, binarised once",
            summary=(
                "Each grey pixel is made black or white once, by the seed; its grey is the probability of white. "
                "Cross-entropy from logits, displayed through a sigmoid."
            ),
            paper="Salakhutdinov & Murray 2008, section 5",
            binarise=ONCE,
            **_BERNOULLI,
        ),
        "bernoulli_dynamic": PixelModelInfo(
            title="Bernoulli, binarised at each step",
            summary=(
                "Each grey pixel is made black or white anew at each step; its grey is the probability of white. "
                "Held-out images are binarised once. Overfits less than binarised once."
            ),
            paper="Burda et al. 2016, section 5",
            binarise=EACH_STEP,
            **_BERNOULLI,
        ),
    }
)

SETTINGS: Mapping[str, SettingInfo] = MappingProxyType(
    {
        "width": SettingInfo(
            "Width",
            8,
            "Channels of the outermost convolution; each further one has twice as many. More take longer.",
        ),
        "depth": SettingInfo("Depth", 1, "Convolutions each way. Each halves the sides of the image."),
        "hidden": SettingInfo(
            "Dense layers",
            1,
            "Dense layers on each side of the code. More of them bend a code of few dimensions better.",
        ),
        "pixel_sigma": SettingInfo(
            "Pixel σ",
            0.05,
            "Standard deviation of every pixel. A larger σ weighs the reconstruction less against the other terms.",
        ),
        "corruption": SettingInfo(
            "Noise σ",
            0.1,
            (
                "Standard deviation of the noise added to training images. More noise gives smoother codes "
                "and less detail."
            ),
        ),
        "sparsity": SettingInfo(
            "Sparsity ρ",
            0.01,
            (
                "Target share of images for which a dimension is active. A smaller share makes each "
                "dimension more specific."
            ),
        ),
        "free_nats": SettingInfo(
            "Free nats λ", 0.1, "KL per dimension, in nats, that is not penalised. More keeps more dimensions active."
        ),
        "capacity": SettingInfo(
            "Capacity C", 5.0, "Target KL in nats, reached after the ramp. More nats keep more detail in the code."
        ),
        "capacity_epochs": SettingInfo(
            "Epochs to reach C", 1.0, "Length of the ramp of the capacity from 0 to C, in epochs."
        ),
        "codebook_size": SettingInfo(
            "Codebook size",
            1,
            "Number of entries in the codebook. More entries keep more detail; some may stay unused.",
        ),
        "codewords": SettingInfo(
            "Entries per image", 1, "Number of equal parts of the code. Each part is one entry of the codebook."
        ),
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
# How many numbers each keeps for every weight, from step to step.
OPTIMIZER_SLOTS: Mapping[str, int] = MappingProxyType({"adam": 2, "adam_gan": 2, "adamw": 2, "rmsprop": 1, "sgd": 1})


# Names that stored experiments, sessions and links of earlier versions still use, and what they are called today.
FORMER_NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "network": {"seed": "question"},
        "tensor": {name.replace("score_on", "critic_on"): name for name in TENSORS if name.startswith("score_on")},
    }
)
_FORMER_TENSORS = re.compile(rf"\b({'|'.join(FORMER_NAMES['tensor'])})\b")


def current_name(field: str, name: str) -> str:
    """Return a choice's name as it is called today."""
    return FORMER_NAMES.get(field, {}).get(name, name)


def current_formula(text: str) -> str:
    """Return a stored formula with its tensors as they are called today."""
    return _FORMER_TENSORS.sub(lambda found: current_name("tensor", found[0]), text)


def entry(table: Mapping[str, Entry], field: str, name: str) -> Entry:
    """Return the entry of that name. Raises ValueError with the allowed names."""
    if name not in table:
        raise ValueError(f"{field} was {name!r}; allowed are {', '.join(table)}. Choose one of these.")
    return table[name]


def term_info(term: str, pixel_model: str) -> TermInfo:
    """Return a term of the catalogue. Its formula may depend on the pixel model."""
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
    """Return the names of the further fields of an experiment that these choices need."""
    parts = (pixel_model, variant, CODES[variant.code], *(TERMS[term] for term in variant.weights))
    return tuple(name for part in parts for name in part.settings)


def offered_networks(chosen: str = "") -> dict[str, NetworkInfo]:
    """Return the networks to choose from, with one that is chosen already."""
    return {name: info for name, info in NETWORKS.items() if not info.former or name == chosen}


def unit_of_total(terms: Iterable[TermInfo]) -> str:
    """Return the unit that the terms share, or every unit once if they share none: such a sum has no single unit."""
    found = tuple(terms)
    return found[0].unit if len(found) == 1 else " + ".join(dict.fromkeys(term.plain_unit for term in found))
