"""Critics: networks that tell real from made, and everything that one is asked about while a variant trains."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import keras
from keras import layers

from models.architectures import ImageShape, Network, dropped
from models.layers import CriticSlope, Shuffle
from models.objective import Tensors
from models.spec import tensors as t
from models.spec.experiment import Experiment

CRITIC = "critic"  # (batch,): the logit, above 0 for what is judged real
FEATURES = "features"  # (batch, n): the first hidden layer, where much of an image is still there


def _image_critic(network: Network, experiment: Experiment, image_shape: ImageShape) -> keras.Model:
    """Build a critic of images, leaky (Radford et al. 2016, section 3) and mostly with dropout.

    A critic that is too sure too soon gives the other networks no useful gradient.
    """
    judged = keras.Input(image_shape, name="critic_input")
    share = experiment.variant_info.dropout
    features, last = network.critic(judged, share)
    logit = layers.Reshape(())(layers.Dense(1)(dropped(last, share)))
    return keras.Model(judged, {CRITIC: logit, FEATURES: features}, name="critic")


def _code_critic(_network: Network, experiment: Experiment, _image_shape: ImageShape) -> keras.Model:
    judged = keras.Input((experiment.latent_dim,), name="critic_input")
    features = layers.LeakyReLU(0.2)(layers.Dense(128)(judged))
    last = layers.LeakyReLU(0.2)(layers.Dense(128)(features))
    logit = layers.Reshape(())(layers.Dense(1)(last))
    return keras.Model(judged, {CRITIC: logit, FEATURES: features}, name="critic")


def _outputs_on_images(
    critic: keras.Model, image: keras.KerasTensor, tensors: Tensors, experiment: Experiment
) -> dict[str, keras.KerasTensor]:
    """Return the critic's outputs on images, samples and reconstructions, by name."""
    on_x = critic(image)
    outputs = {t.SCORE_ON_X: on_x[CRITIC], t.FEATURES_ON_X: on_x[FEATURES]}
    if t.SAMPLE in experiment.tensors:
        outputs[t.SCORE_ON_SAMPLE] = critic(tensors[t.SAMPLE])[CRITIC]
    if t.FEATURES_ON_RECONSTRUCTION in experiment.tensors:
        outputs[t.FEATURES_ON_RECONSTRUCTION] = critic(tensors[t.RECONSTRUCTION])[FEATURES]
    if t.SCORE_SLOPE in experiment.tensors:
        outputs[t.SCORE_SLOPE] = CriticSlope(critic, experiment.seed + 3)(image, tensors[t.SAMPLE])
    return outputs


def _outputs_on_codes(
    critic: keras.Model, _image: keras.KerasTensor, tensors: Tensors, experiment: Experiment
) -> dict[str, keras.KerasTensor]:
    """Return the critic's outputs on codes, samples of the prior and shuffled codes, by name."""
    outputs = {t.SCORE_ON_CODE: critic(tensors[t.Z])[CRITIC]}
    if t.SCORE_ON_PRIOR in experiment.tensors:
        outputs[t.SCORE_ON_PRIOR] = critic(tensors[t.Z_PRIOR])[CRITIC]
    if t.SCORE_ON_SHUFFLED in experiment.tensors:
        shuffled = Shuffle(experiment.seed + 2)(tensors[t.Z])
        outputs[t.Z_SHUFFLED], outputs[t.SCORE_ON_SHUFFLED] = shuffled, critic(shuffled)[CRITIC]
    return outputs


# Both by the catalogue's name of what is judged.
CRITICS: Mapping[str, Callable[..., keras.Model]] = MappingProxyType({"image": _image_critic, "code": _code_critic})
CRITIC_OUTPUTS: Mapping[str, Callable[..., dict[str, keras.KerasTensor]]] = MappingProxyType(
    {"image": _outputs_on_images, "code": _outputs_on_codes}
)
