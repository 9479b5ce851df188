"""The tensors of one training step in the order of the data, each with how it is made: what a walk through it shows."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from models.spec import tensors as t
from models.spec.catalogue.flow import CRITIC, DECODER, ENCODER, TENSORS
from models.spec.catalogue.info import PixelModelInfo, TensorInfo, VariantInfo

NOISE = "noise"

# Tensors that no term can read, because they exist within a step only.
INSIDE: Mapping[str, TensorInfo] = MappingProxyType(
    {t.X_NOISY: TensorInfo("image", "Input of the encoder. The terms compare with the clean x", (t.X,), NOISE)}
)

_Z = TENSORS[t.Z]
# Codes that are no distribution keep both names, so that every reader of codes finds them.
_IS_ITS_MEAN = {
    t.Z_MEAN: replace(TENSORS[t.Z_MEAN], hint="The code"),
    t.Z: replace(_Z, sources=(t.Z_MEAN,), through="", formula=t.Z_MEAN),
}

# How an encoder comes to its code, under the names of CODES.
CODE_STEPS: Mapping[str, Mapping[str, TensorInfo]] = MappingProxyType(
    {
        "plain": _IS_ITS_MEAN,
        "sigmoid": _IS_ITS_MEAN,
        "gaussian": {
            t.SIGMA: TensorInfo("code", "Standard deviation of q(z|x)", (t.Z_LOG_VAR,), formula="exp(z_log_var / 2)"),
            t.EPSILON: TensorInfo("code", "Sample of a standard normal, new at each step"),
            t.Z: replace(_Z, sources=(t.Z_MEAN, t.SIGMA, t.EPSILON), through="", formula="z_mean + sigma · epsilon"),
        },
        "quantized": {
            t.Z: replace(_Z, sources=(t.CODEWORD,), through="", formula="codeword"),
            t.Z_MEAN: TensorInfo("code", "The same code, as it is displayed", (t.Z,), formula="z"),
        },
    }
)


def flow_of(variant: VariantInfo, pixel_model: PixelModelInfo) -> dict[str, TensorInfo]:
    """Return every tensor that a training step of this variant can have, each behind its sources."""
    known = {**TENSORS, **INSIDE, **_features(variant), **CODE_STEPS[variant.code], **_ends(pixel_model)}
    ordered: dict[str, TensorInfo] = {}

    def take(name: str) -> None:
        if name in ordered:
            return
        info = _told(known[name], variant)
        for source in info.sources:
            take(source)
        ordered[name] = info

    for name in known:
        take(name)
    return ordered


def _features(variant: VariantInfo) -> dict[str, TensorInfo]:
    """Return the tensors inside the network that judges."""
    layer = f"first hidden layer of {variant.called(CRITIC)}"
    return {
        name: replace(TENSORS[name], formula=f"{layer}({TENSORS[name].sources[0]})")
        for name in (t.FEATURES_ON_X, t.FEATURES_ON_RECONSTRUCTION)
    }


def _ends(pixel_model: PixelModelInfo) -> dict[str, TensorInfo]:
    """Return the tensors at the end of the flow, whose formulas have the pixel model's link."""
    drawn = pixel_model.link.replace(pixel_model.output, f"{DECODER}({t.Z_PRIOR})")
    return {
        t.RECONSTRUCTION: replace(TENSORS[t.RECONSTRUCTION], sources=(pixel_model.output,), formula=pixel_model.link),
        t.SAMPLE: replace(TENSORS[t.SAMPLE], formula=drawn),
        t.SCORE_SLOPE: replace(TENSORS[t.SCORE_SLOPE], formula="‖∇ critic(sample + share · (x − sample))‖"),
    }


def _told(info: TensorInfo, variant: VariantInfo) -> TensorInfo:
    """Return the tensor as this variant makes it: from noisy images, or with the class as another source."""
    sources = info.sources
    if variant.uses_corruption and info.through == ENCODER:
        sources = tuple(t.X_NOISY if name == t.X else name for name in sources)
    if variant.conditional and info.through in (ENCODER, DECODER):
        sources = (*sources, t.LABEL)
    return replace(info, sources=sources)
