"""One step laid open: what it shows is what a training step does, and nothing moves."""

import numpy as np
import pytest
import tensorflow as tf
from keras.ops import convert_to_numpy

from models.checkpoints import labelled_layers
from models.inspection import Inspection, inspect_step
from models.program import Program, build
from models.spec import tensors
from models.spec.catalogue import PIXEL_MODELS, VARIANTS, flow_of
from models.spec.experiment import Experiment
from tests.support.helpers import some_images

SHAPE, BATCH, LATENT = (8, 8, 1), 6, 4
IMAGES, LABELS = some_images(BATCH, SHAPE), np.arange(BATCH) % 10
KINDS = {"image": SHAPE, "code": (LATENT,), "value": ()}


def _program(**settings) -> Program:
    return build(Experiment.parse({"network": "dense", "latent_dim": LATENT, **settings}), SHAPE, 10)


def _batch(program: Program):
    return program.twins.inputs(tf.cast(IMAGES, tf.float32) / 255.0, LABELS)


def _state(program: Program) -> list[np.ndarray]:
    model = program.model
    held = [model.epochs, model.steps, *model.network.variables, *(v for t in model.metrics for v in t.variables)]
    return [
        convert_to_numpy(v).copy() for v in (*held, *(v for one in model.learners for v in one.optimizer.variables))
    ]


def _norms_by_hand(program: Program) -> dict[str, dict[str, float]]:
    """Of each learner's gradient in each layer that it reaches, by another tape through the training model itself."""
    model, batch = program.model, _batch(program)
    layers = {label: layer for network in program.twins.networks.values() for label, layer in labelled_layers(network)}
    norms: dict[str, dict[str, float]] = {}
    noise = [(v, convert_to_numpy(v).copy()) for v in model.network.variables if not v.trainable]
    for objective in model.objectives:
        for variable, value in noise:
            variable.assign(value)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model.terms(batch, training=True)[objective.name])
        trained = {label: layer.trainable_variables for label, layer in layers.items() if layer.trainable_variables}
        found = tape.gradient(loss, trained)
        norms[objective.name] = {
            label: float(tf.linalg.global_norm([tf.convert_to_tensor(g) for g in gradients if g is not None]))
            for label, gradients in found.items()
        }
    for variable, value in noise:
        variable.assign(value)
    return norms


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_is_seen_as_its_next_step_does_it(variant):
    program = _program(variant=variant)
    before = _state(program)
    seen = inspect_step(program, IMAGES, LABELS, chosen=2)
    for then, now in zip(before, _state(program), strict=True):
        np.testing.assert_array_equal(then, now)
    _check_tensors(program, seen)
    _check_sums(program, seen)
    by_hand = _norms_by_hand(program)
    for total, learner in seen.learners.items():
        moves = VARIANTS[variant].learners[total].moves
        assert tuple(learner.networks) == tuple(reversed(moves))
        for network, layers in learner.networks.items():
            trained = [name for name, layer in labelled_layers(program.twins.networks[network]) if layer.weights]
            assert [layer.label for layer in layers] == trained[::-1]
            for layer in layers:
                assert layer.gradient == pytest.approx(by_hand[total][layer.label], rel=1e-4)
                assert layer.gradient, f"no gradient of {total} reaches {layer.label}"
    stepped = program.model.step(_batch(program))
    for name, value in [*seen.terms.items(), *((n, learner.total) for n, learner in seen.learners.items())]:
        np.testing.assert_allclose(value.chosen, stepped[name].numpy()[2], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(value.mean, stepped[name].numpy().mean(), rtol=1e-4, atol=1e-5)


def _check_tensors(program: Program, seen: Inspection) -> None:
    flow = flow_of(program.experiment.variant_info, PIXEL_MODELS[program.experiment.pixel_model])
    assert set(seen.tensors) <= set(flow)
    made = program.experiment.tensors - {tensors.EPOCHS, tensors.LABEL}
    assert made <= set(seen.tensors), "every tensor that a term is made of is there"
    for name, tensor in seen.tensors.items():
        assert tensor.chosen.shape == KINDS.get(flow[name].kind, tensor.chosen.shape), name
        assert np.isfinite(tensor.chosen).all(), name
        assert tensor.low <= tensor.mean <= tensor.high
        assert np.min(tensor.chosen) >= tensor.low - 1e-6


def _check_sums(program: Program, seen: Inspection) -> None:
    assert set(seen.terms) == set(seen.weights) == set(program.experiment.terms)
    for total, learner in seen.learners.items():
        names = program.experiment.terms_of(total)
        for side in ("chosen", "mean"):
            parts = [seen.weights[name] * getattr(seen.terms[name], side) for name in names]
            assert getattr(learner.total, side) == pytest.approx(sum(parts), rel=1e-4, abs=1e-5)


def test_a_kl_alone_is_the_closed_form_forward_and_back():
    program = _program(variant="vae", terms={"reconstruction": 0, "kl": 1})
    seen = inspect_step(program, IMAGES, LABELS, chosen=1)
    x = IMAGES.astype(np.float64) / 255
    hidden = x.reshape(BATCH, -1)
    weights = {label: layer.get_weights() for label, layer in labelled_layers(program.twins.encoder)}
    for name in ("encoder/dense", "encoder/dense_1"):
        hidden = np.maximum(hidden @ weights[name][0] + weights[name][1], 0)
    mean, log_var = (hidden @ weights[f"encoder/{name}"][0] for name in tensors.POSTERIOR)  # the biases begin at 0
    kl = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).sum(axis=1)
    assert seen.terms["kl"].chosen == pytest.approx(kl[1], rel=1e-4)
    assert seen.learners["loss"].total.mean == pytest.approx(kl.mean(), rel=1e-4)
    slopes = {tensors.Z_MEAN: mean, tensors.Z_LOG_VAR: 0.5 * (np.exp(log_var) - 1)}
    by_label = {layer.label: layer for layers in seen.learners["loss"].networks.values() for layer in layers}
    for name, slope in slopes.items():
        expected = np.sqrt(((hidden.T @ slope / BATCH) ** 2).sum() + (slope.mean(axis=0) ** 2).sum())
        assert by_label[f"encoder/{name}"].gradient == pytest.approx(expected, rel=1e-4)
    assert by_label["decoder/dense"].gradient == 0, "the KL does not read what is decoded"


def test_the_noise_is_the_one_that_z_was_made_with():
    program = _program(variant="vae", seed=5)
    first, again, other = (inspect_step(program, IMAGES, LABELS, 3, draws) for draws in (0, 0, 1))
    z, mean, sigma, epsilon = (
        first.tensors[name].chosen for name in (tensors.Z, tensors.Z_MEAN, tensors.SIGMA, tensors.EPSILON)
    )
    np.testing.assert_allclose(z, mean + sigma * epsilon, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(z, again.tensors[tensors.Z].chosen)
    assert np.abs(epsilon - other.tensors[tensors.EPSILON].chosen).max() > 0.1
    np.testing.assert_array_equal(mean, other.tensors[tensors.Z_MEAN].chosen)
    assert abs(first.tensors[tensors.EPSILON].mean) < 1


def test_what_the_training_twin_keeps_to_itself_is_laid_open():
    noisy = inspect_step(_program(variant="denoising_ae", corruption=0.5), IMAGES, LABELS).tensors
    spread = (noisy[tensors.X_NOISY].chosen - noisy[tensors.X].chosen).std()
    assert spread == pytest.approx(0.5, abs=0.15)
    factor = inspect_step(_program(variant="factor_vae"), IMAGES, LABELS).tensors
    z, shuffled = factor[tensors.Z], factor[tensors.Z_SHUFFLED]
    assert (z.low, z.high) == (shuffled.low, shuffled.high), "the same numbers in other places"
    assert z.mean == pytest.approx(shuffled.mean, abs=1e-6)
