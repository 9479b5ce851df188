"""Every variant through the one table and the one loop: shapes, terms, who moves, and what a snapshot brings back."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.checkpoints import assign_weights, weights_of
from models.program import Program, build
from models.spec import catalogue
from models.spec import tensors as t
from models.spec.catalogue import VARIANTS
from models.spec.experiment import Experiment
from models.training import TrainingLoop, TrainingModel
from tests.support.helpers import some_images

SHAPE, CLASSES, LATENT, COUNT = (8, 6, 1), 3, 4, 10
LABELS = np.arange(COUNT) % CLASSES


def made(variant: str, **settings) -> Program:
    return build(Experiment.parse({"variant": variant, "latent_dim": LATENT, **settings}), SHAPE, CLASSES)


def batch(program: Program):
    return program.twins.inputs(tf.constant(some_images(COUNT, SHAPE).astype(np.float32) / 255), LABELS)


def copies(program: Program) -> dict[str, np.ndarray]:
    return {name: value.copy() for name, value in weights_of(program.twins).items()}


def moved(before: dict[str, np.ndarray], program: Program) -> set[str]:
    """The networks of which some weight is another than before."""
    now = weights_of(program.twins)
    return {name.partition("/")[0] for name, value in before.items() if not np.array_equal(value, now[name])}


def test_a_codebook_of_eight_gives_eight_codes():
    program = made("vq_vae", codebook_size=8, codewords=1)
    many = tf.constant(some_images(500, SHAPE).astype(np.float32) / 85)
    encode = tf.function(lambda images: program.twins.encoder(images)[t.Z_MEAN])
    codes = np.concatenate([program.twins.encoder(many)[t.Z_MEAN], encode(many)])
    book = weights_of(program.twins)["encoder/quantizer/codebook"]
    assert len(np.unique(codes, axis=0)) <= 8
    assert {code.tobytes() for code in codes} <= {entry.tobytes() for entry in book}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_named_tensors_have_the_shapes_of_their_kinds(variant):
    program = made(variant)
    tensors = program.twins.training(batch(program))
    of_kind = {"image": (COUNT, *SHAPE), "code": (COUNT, LATENT), "classes": (COUNT, CLASSES), "value": (COUNT,)}
    for name, value in tensors.items():
        kind = catalogue.TENSORS[name].kind
        assert tuple(value.shape) == of_kind.get(kind, (COUNT, *value.shape[1:])), name
        assert np.isfinite(value).all(), name
    always = {t.X, t.LABEL, t.EPOCHS}
    assert program.experiment.tensors <= {*tensors, *always}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_term_is_a_vector_and_every_total_is_their_weighted_sum(variant):
    weights = {name: 0.5 + number for number, name in enumerate(VARIANTS[variant].weights)}
    program = made(variant, terms=weights)
    values = {
        name: value.numpy().astype(np.float64) for name, value in program.model.terms(batch(program), True).items()
    }
    assert {value.shape for value in values.values()} == {(COUNT,)}
    assert tuple(values) == program.model.series
    for total in VARIANTS[variant].learners:
        expected = sum(weights[name] * values[name] for name in program.experiment.terms_of(total))
        np.testing.assert_allclose(values[total], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_learner_moves_exactly_its_networks_and_every_layer_of_them(variant):
    program = made(variant)
    for total, learner in VARIANTS[variant].learners.items():
        program.set_moving({total})
        before = copies(program)
        for _ in range(learner.every):
            assert all(np.isfinite(value).all() for value in program.model.step(batch(program)).values())
        assert moved(before, program) == set(learner.moves)
    with tf.GradientTape(persistent=True) as tape:
        values = program.model.terms(batch(program), training=True)
        losses = {total: tf.reduce_mean(values[total]) for total in VARIANTS[variant].learners}
    for (total, loss), learner in zip(losses.items(), program.model.learners, strict=True):
        gradients = tape.gradient(loss, [variable.value for variable in learner.variables])
        assert all(gradient is not None for gradient in gradients)
        still = [
            v.path for v, g in zip(learner.variables, gradients, strict=True) if not np.any(tf.convert_to_tensor(g))
        ]
        # Only differences of scores count, so that what is added to all of them is felt by nobody.
        assert still == ([learner.variables[-1].path] if (variant, total) == ("wgan_gp", "critic_loss") else [])


@pytest.mark.parametrize("variant", [name for name, info in VARIANTS.items() if len(info.learners) > 1])
def test_all_gradients_are_taken_before_anything_moves(variant):
    """One step of everybody is one step of each alone, from the same weights and the same noise."""
    everybody, alone = made(variant), {}
    every = max(learner.every for learner in VARIANTS[variant].learners.values())

    def step(program: Program) -> dict[str, np.ndarray]:
        program.model.steps.assign(every - 1)  # the next step is everybody's
        program.model.step(batch(program))
        return copies(program)

    together = step(everybody)
    for total, learner in VARIANTS[variant].learners.items():
        program = made(variant)
        program.set_moving({total})
        alone |= {name: value for name, value in step(program).items() if name.partition("/")[0] in learner.moves}
    assert set(alone) == set(together)
    for name, value in together.items():
        np.testing.assert_allclose(value, alone[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_a_learner_that_moves_every_fifth_step_does():
    program = made("wgan_gp")
    seen = []
    for _ in range(10):
        before = copies(program)
        program.model.step(batch(program))
        seen.append("decoder" in moved(before, program))
    assert seen == [False] * 4 + [True] + [False] * 4 + [True]


@pytest.mark.parametrize("variant", VARIANTS)
def test_saved_weights_bring_back_the_same_model(variant):
    first, second = made(variant), made(variant, seed=7)
    arrays = weights_of(first.twins)
    assert {name.partition("/")[0] for name in arrays} == set(first.twins.networks)
    assign_weights(second.twins, arrays)
    x = batch(first)
    for name, value in first.twins.inference(x).items():
        np.testing.assert_array_equal(value, second.twins.inference(x)[name])
    if first.twins.critic is not None and second.twins.critic is not None:
        judged = np.random.default_rng(0).random((COUNT, *first.twins.critic.input.shape[1:]), np.float32)
        for name, value in first.twins.critic(judged).items():
            np.testing.assert_array_equal(value, second.twins.critic(judged)[name])


@pytest.mark.parametrize("variant", ["capacity_vae", "conditional_vae", "wgan_gp"])
def test_what_is_fed_and_what_moves_is_the_same_for_fit(variant):
    program = made(variant)
    x = batch(program)
    program.model.compile(run_eagerly=False)
    history = program.model.fit(x, batch_size=4, epochs=1, verbose=0).history
    assert set(history) == set(program.model.series)
    assert np.isfinite(list(history.values())).all()


class _Times(keras.callbacks.Callback):
    """What a model's clock says at every step, with the weight of a term and what time makes of another."""

    def __init__(self, weight: str):
        super().__init__()
        self.weight, self.seen = weight, []

    def on_train_batch_begin(self, batch, logs=None):
        assert isinstance(self.model, TrainingModel)
        self.seen.append((float(self.model.epochs.value), float(self.model.weight_of(self.weight).value)))


def test_time_passes_under_fit_for_schedules_and_for_terms_that_ask():
    rising = {"weight": 3.0, "schedule": "warm_up", "schedule_epochs": 2.0}
    program = made("capacity_vae", capacity=25.0, capacity_epochs=4.0, terms={"reconstruction": rising})
    x = np.concatenate([batch(program)] * 2)
    program.model.compile(optimizer=None, jit_compile=False)
    times = _Times("reconstruction")
    program.model.fit(x, batch_size=len(x) // 2, epochs=3, verbose=0, callbacks=[times])
    assert times.seen == [(0, 0), (0.5, 0.75), (1, 1.5), (1.5, 2.25), (2, 3), (2.5, 3)]
    wanted = program.model.terms(x, training=False)["capacity"].numpy()
    program.model.set_time(0)
    assert (np.abs(wanted - program.model.terms(x, training=False)["capacity"].numpy()) > 5).all()


def test_no_two_sources_of_noise_are_the_same():
    """Of one seed and one shape they would be, and a code would be compared with its own noise."""
    program = made("info_vae", terms={"own": {"formula": "sum(z - z_prior)"}})
    tensors = program.twins.training(batch(program))
    noise = (tensors[t.Z] - tensors[t.Z_MEAN]) / np.exp(0.5 * tensors[t.Z_LOG_VAR])
    assert np.abs(noise - tensors[t.Z_PRIOR]).max() > 0.5


def test_a_conditional_model_without_classes_is_told_what_is_missing():
    with pytest.raises(ValueError, match=r"trains on images with classes, but there were none\. Give `labels`\."):
        TrainingLoop(made("conditional_vae").model, some_images(COUNT, SHAPE))


def test_a_conditional_model_needs_to_know_how_many_classes_there_are():
    with pytest.raises(ValueError, match="classes was 0; allowed are whole numbers from 1"):
        build(Experiment.parse({"variant": "conditional_vae"}), SHAPE)


def test_only_the_critic_that_is_asked_for_its_slope_is_the_same_at_every_look():
    images = np.random.default_rng(0).random((COUNT, *SHAPE), np.float32)
    for variant, same in (("wgan_gp", True), ("gan", False)):
        critic = made(variant).twins.critic
        assert critic is not None
        one, two = (critic(images, training=True)["critic"].numpy() for _ in range(2))
        assert np.array_equal(one, two) == same


def test_a_conditional_decoder_draws_by_the_class():
    program = made("conditional_vae")
    codes = np.zeros((CLASSES, LATENT), np.float32)
    drawn = program.twins.generator(program.twins.with_class(codes, np.arange(CLASSES))).numpy()
    assert len(np.unique(drawn.reshape(CLASSES, -1), axis=0)) == CLASSES
