"""The names of the arrays in a run's files, besides its weights: `snapshots/STEP.safetensors`, `preview.safetensors`.

A weight's name is that of its network and layer, such as `decoder/dense/kernel`; see `models.checkpoints`.
"""

from models.spec.tensors import Z_LOG_VAR, Z_MEAN

STEP = "step"  # (1,)

# Codes of the probe set: all of them in a snapshot, the first ones in the live snapshot.
_PROBE = "probe/"
MEAN = f"{_PROBE}{Z_MEAN}"  # (n, latent)
LOG_VAR = f"{_PROBE}{Z_LOG_VAR}"  # (n, latent), where the encoder gives a distribution


def of_probe(name: str) -> str:
    """Return the name of what the model makes of the probe set: of its codes, or in a snapshot of its strip."""
    return _PROBE + name


# The strip: a few probe images at their mean code. In a snapshot of clean images, in the live one as they are trained.
LINEAR = "linear"  # float16 (n, height, width, channels): the decoder's linear output
RECONSTRUCTION = "reconstruction"  # uint8, the same shape: what a person sees
CORRUPTED = "corrupted"  # uint8, the same shape: the noisy images, of a denoising model

# In the live snapshot alone.
SAMPLES = "samples"  # uint8 (n, height, width, channels): what draws from the prior decode to
AXES, CENTRE = "axes", "centre"  # (2 or 1, latent) and (latent,): the steady view of the codes
HEALTH_REAL, HEALTH_MADE = "health/real", "health/made"  # (n,): a critic's logits
HEALTH_GRADIENTS, HEALTH_LARGEST = "health/gradients", "health/largest"  # (gradients,): norms, and the largest so far
