"""The named tensors of an experiment: kinds of shape, what each is made of, and what an encoder ends in."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from models.spec import tensors as t
from models.spec.catalogue.info import CRITIC, CodeInfo, PixelModelInfo, TensorInfo, VariantInfo

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "image": "(batch, height, width, channels)",
        "code": "(batch, latent)",
        "classes": "(batch, classes)",
        "features": "(batch, features)",
        "value": "(batch,)",
        "number": "()",
    }
)

ENCODER, DECODER = "encoder", "decoder"
PRIOR, LINK, SHUFFLE, CODEBOOK, DENSITIES = "prior", "link", "shuffle", "codebook", "densities"

_POSTERIOR = (t.Z, t.Z_MEAN, t.Z_LOG_VAR)

TENSORS: Mapping[str, TensorInfo] = MappingProxyType(
    {
        t.X: TensorInfo("image", "Images in 0..1"),
        t.LABEL: TensorInfo("classes", "The class of each image, one-hot"),
        t.EPOCHS: TensorInfo("number", "Epochs of training so far"),
        t.Z_MEAN: TensorInfo("code", "Mean of q(z|x)", (t.X,), ENCODER),
        t.Z_LOG_VAR: TensorInfo("code", "Log variance of q(z|x)", (t.X,), ENCODER),
        t.Z_ENCODED: TensorInfo("code", "The code before it is quantized", (t.X,), ENCODER),
        t.CODEWORD: TensorInfo("code", "The nearest entries of the codebook", (t.Z_ENCODED,), CODEBOOK),
        t.Z: TensorInfo("code", "The code that the decoder gets", (t.X,), ENCODER),
        t.LOGITS: TensorInfo("image", "The decoder's linear output", (t.Z,), DECODER),
        t.PIXEL_MEAN: TensorInfo("image", "The decoder's linear output", (t.Z,), DECODER),
        t.GREY_LEVELS: TensorInfo("image", "The decoder's linear output", (t.Z,), DECODER),
        t.RECONSTRUCTION: TensorInfo("image", "The displayed image, in 0..1", (t.Z,), LINK),
        t.Z_PRIOR: TensorInfo("code", "Sample of a standard normal", (), PRIOR),
        t.SAMPLE: TensorInfo("image", "The decoded z_prior, in 0..1", (t.Z_PRIOR,), DECODER),
        t.SAMPLE_CODE: TensorInfo("code", "The code of a sample", (t.SAMPLE,), ENCODER),
        t.Z_SHUFFLED: TensorInfo("code", "z with each dimension from another image", (t.Z,), SHUFFLE),
        t.LOG_POSTERIOR: TensorInfo("value", "Log density of the sampled code", _POSTERIOR, DENSITIES, "log q(z|x)"),
        t.LOG_AGGREGATE: TensorInfo("value", "q is the mean over the batch", _POSTERIOR, DENSITIES, "log q(z)"),
        t.LOG_MARGINALS: TensorInfo("value", "q is the mean over the batch", _POSTERIOR, DENSITIES, "Σ log q(z_j)"),
        t.LOG_PRIOR: TensorInfo("value", "p is a standard normal", _POSTERIOR, DENSITIES, "log p(z)"),
        t.SCORE_ON_X: TensorInfo("value", "Above 0: judged real", (t.X,), CRITIC),
        t.SCORE_ON_SAMPLE: TensorInfo("value", "Above 0: judged real", (t.SAMPLE,), CRITIC),
        t.SCORE_ON_CODE: TensorInfo("value", "The discriminator's logit", (t.Z,), CRITIC),
        t.SCORE_ON_PRIOR: TensorInfo("value", "The discriminator's logit", (t.Z_PRIOR,), CRITIC),
        t.SCORE_ON_SHUFFLED: TensorInfo("value", "The discriminator's logit", (t.Z_SHUFFLED,), CRITIC),
        t.SCORE_SLOPE: TensorInfo("value", "Norm of its gradient between image and sample", (t.X, t.SAMPLE), CRITIC),
        t.FEATURES_ON_X: TensorInfo("features", "The first hidden layer", (t.X,), CRITIC),
        t.FEATURES_ON_RECONSTRUCTION: TensorInfo("features", "The first hidden layer", (t.RECONSTRUCTION,), CRITIC),
    }
)

CODES: Mapping[str, CodeInfo] = MappingProxyType(
    {
        "plain": CodeInfo("A linear layer", (t.Z_MEAN, t.Z)),
        "sigmoid": CodeInfo("Activations in 0..1", (t.Z_MEAN, t.Z)),
        "gaussian": CodeInfo("A distribution, sampled during training", (t.Z_MEAN, t.Z_LOG_VAR, t.Z)),
        "quantized": CodeInfo(
            "Entries of a codebook",
            (t.Z_MEAN, t.Z, t.Z_ENCODED, t.CODEWORD),
            settings=("codebook_size", "codewords"),
        ),
    }
)


def with_sources(names: Iterable[str], table: Mapping[str, TensorInfo] = TENSORS) -> frozenset[str]:
    """Return the tensors and all their sources, as the table has them."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += table[name].sources if name in table else ()
    return frozenset(found)


def tensors_of(variant: VariantInfo, pixel_model: PixelModelInfo) -> tuple[str, ...]:
    """Return the names of all tensors that a formula may read, in the order of the data."""
    output = pixel_model.output
    judged = {
        None: (),
        "image": (t.SCORE_ON_X, t.SCORE_ON_SAMPLE, t.FEATURES_ON_X, t.FEATURES_ON_RECONSTRUCTION),
        "code": (t.SCORE_ON_CODE, t.SCORE_ON_PRIOR),
    }
    return (
        t.X,
        *((t.LABEL,) if variant.conditional else ()),
        *CODES[variant.code].gives,
        output,
        t.RECONSTRUCTION,
        *((t.Z_PRIOR, t.SAMPLE) if variant.prior else ()),
        *judged[variant.critic],
    )
