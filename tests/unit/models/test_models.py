"""Twins, objectives and the one training step: what is shared, what moves, that the numbers are right."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.layers import Sampling
from models.losses import term
from models.objective import LossTerm, Objective
from models.spec import tensors as t
from models.spec.experiment import Experiment
from models.spec.schedules import rate_factor
from models.training import Learner, TrainingLoop, TrainingModel, epoch_batches
from models.twins import build_twins
from tests.support.helpers import some_images
from tests.support.programs import SMALL, images, program


def copies(variables) -> list[np.ndarray]:
    return [variable.numpy().copy() for variable in variables]


def moved(before, variables) -> list[bool]:
    return [not np.array_equal(a, b.numpy()) for a, b in zip(before, variables, strict=True)]


def test_the_twins_are_one_set_of_variables_and_a_step_shows_in_all():
    made = program(latent_dim=2)
    twins = made.twins
    own = {id(v) for v in (*twins.encoder.trainable_variables, *twins.decoder.trainable_variables)}
    assert {id(v) for v in twins.training.trainable_variables} == own
    assert {id(v) for v in twins.inference.trainable_variables} == own
    assert {id(v) for v in twins.generator.trainable_variables} == {id(v) for v in twins.decoder.trainable_variables}
    x, codes = images(4), np.ones((3, 2), np.float32)
    before = twins.inference(x)[t.RECONSTRUCTION].numpy(), twins.generator(codes).numpy()
    made.model.step(tf.convert_to_tensor(x))
    assert not np.allclose(twins.inference(x)[t.RECONSTRUCTION], before[0], atol=1e-5)
    assert not np.allclose(twins.generator(codes), before[1], atol=1e-5)


def test_one_step_moves_every_weight_of_the_learner_and_no_loss_weight():
    made = program()
    weights = list(made.model.learners[0].variables)
    other = [v for o in made.model.objectives for v in o.term_weights.values()]
    before, before_other = copies(weights), copies(other)
    loop = TrainingLoop(made.model, some_images(16, SMALL))
    loop.evaluate(np.arange(16, dtype=np.int32))
    assert not any(moved(before, weights))
    loop.train(np.arange(16, dtype=np.int32))
    assert all(moved(before, weights))
    assert not any(moved(before_other, other))


def scaling(name: str) -> keras.Model:
    """y = x · w with w = 2 or 3: a network of one weight."""
    image = keras.Input((1,), name=f"{name}_in")
    start = keras.initializers.Constant({"a": 2.0, "b": 3.0}[name])
    return keras.Model(image, keras.layers.Dense(1, use_bias=False, kernel_initializer=start)(image), name=name)


def test_two_learners_move_only_their_own_and_all_gradients_come_first():
    a, b, rate = scaling("a"), scaling("b"), 0.125
    image = keras.Input((1,))
    network = keras.Model(image, {"y": b(a(image))})
    down = Objective([LossTerm("down", lambda _x, tensors: tensors["y"][:, 0], 1.0, ("y",))], name="first")
    square = Objective([LossTerm("square", lambda _x, tensors: tensors["y"][:, 0] ** 2, 0.5, ("y",))], name="second")
    learners = [
        Learner(objective, [moves], keras.optimizers.SGD(rate)) for objective, moves in ((down, a), (square, b))
    ]
    model = TrainingModel(network, learners)
    assert model.series == ("down", "first", "square", "second")
    values = model.step(tf.ones((1, 1)))
    assert {name: value.numpy().item() for name, value in values.items()} == {
        "down": 6, "first": 6, "square": 36, "second": 18,
    }  # fmt: skip
    # At a = 2, b = 3, x = 1: d(ab)/da = 3 and d(½(ab)²)/db = a · ab = 12, both from before either moved.
    assert a.weights[0].numpy().item() == 2 - rate * 3
    assert b.weights[0].numpy().item() == 3 - rate * 12


def test_a_learner_leaves_networks_alone_that_are_not_its_own():
    made = program()
    objective = Objective([term(name, made.experiment) for name in made.experiment.terms])
    model = TrainingModel(made.twins.training, [Learner(objective, [made.twins.decoder], keras.optimizers.Adam(0.01))])
    before = copies(made.twins.encoder.weights), copies(made.twins.decoder.trainable_variables)
    model.step(tf.convert_to_tensor(images(4)))
    kept = [v for v in made.twins.encoder.weights if v.dtype == "float32"]
    assert not any(moved([a for a in before[0] if a.dtype == np.float32], kept))
    assert all(moved(before[1], made.twins.decoder.trainable_variables))


def test_parts_add_up_to_the_total_on_a_short_last_batch():
    made = program(learning_rate=1e-7, terms={"reconstruction": 0.5, "kl": 3.0})
    pictures = some_images(70, SMALL)
    pictures[64:] = 0  # the short batch is of another kind: counted as a whole one, it would show
    x = pictures.astype(np.float32) / 255
    encoded = {name: value.numpy().astype(np.float64) for name, value in made.twins.encoder(x).items()}
    mean, log_var = encoded[t.Z_MEAN], encoded[t.Z_LOG_VAR]
    kl = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).sum(axis=1)
    of_batches = np.mean([kl[:32].mean(), kl[32:64].mean(), kl[64:].mean()])
    assert kl.mean() > 1.2 * of_batches

    made.model.compile(optimizer=None, jit_compile=False)
    fit = made.model.fit(x, batch_size=32, epochs=1, verbose=0, shuffle=False)
    trained = {name: values[0] for name, values in fit.history.items()}
    evaluated = made.model.evaluate(x, batch_size=32, verbose=0, return_dict=True)
    looped = TrainingLoop(made.model, pictures).evaluate(np.arange(70, dtype=np.int32), batch_size=32)
    for found in (trained, evaluated, dict(zip(made.model.series, looped, strict=True))):
        assert set(found) == {"reconstruction", "kl", "loss"}
        assert found["loss"] == pytest.approx(0.5 * found["reconstruction"] + 3 * found["kl"], rel=1e-5)
        assert found["kl"] == pytest.approx(kl.mean(), rel=0.01)  # the rate is small, not zero


def test_a_plain_autoencoder_is_evaluated_alike_in_any_batches():
    made = program(variant="ae")
    loop, indices = TrainingLoop(made.model, some_images(70, SMALL)), np.arange(70, dtype=np.int32)
    np.testing.assert_allclose(loop.evaluate(indices, 32), loop.evaluate(indices, 70), rtol=1e-5)
    half = loop.evaluate(indices[:32]), loop.evaluate(indices[32:])
    np.testing.assert_allclose((32 * half[0] + 38 * half[1]) / 70, loop.evaluate(indices), rtol=1e-5)


def test_live_weight_and_rate_count_at_the_next_step_without_a_retrace():
    made = program(variant="ae", optimizer="sgd", learning_rate=1e-4)
    loop, batch = TrainingLoop(made.model, some_images(16, SMALL)), np.arange(16, dtype=np.int32)
    variables = made.model.learners[0].variables

    def step() -> tuple[float, float, float]:
        before = copies(variables)
        part, total = loop.train(batch)
        return part, total, max(float(np.abs(v.numpy() - b).max()) for v, b in zip(variables, before, strict=True))

    made.set_weight("reconstruction", 0.0)
    part, total, distance = step()
    assert part > 0
    assert total == distance == 0
    made.set_weight("reconstruction", 0.25)
    made.set_learning_rate(1e-6)
    part, total, small = step()
    assert total == pytest.approx(0.25 * part)
    made.set_learning_rate(1e-3)
    assert step()[2] > 100 * small > 0
    assert loop.train_function.experimental_get_tracing_count() == 1
    with pytest.raises(KeyError):
        made.set_weight("kl", 1.0)


def test_a_scheduled_rate_falls_within_a_call_and_a_live_one_falls_on():
    made = program(variant="ae", optimizer="sgd", learning_rate=0.5, rate_schedule="cosine", epochs=4)
    loop, batches = TrainingLoop(made.model, some_images(16, SMALL)), np.zeros((2, 4), np.int32)
    (learner,) = made.model.learners
    for begin, rate in ((0.0, 0.5), (2.5, 0.5), (3.0, 0.125), (9.0, 0.125)):
        made.set_learning_rate(rate)
        loop.train_many(batches, np.ones((2, 1), np.float32), np.array([begin, begin + 0.5]))
        expected = rate * rate_factor("cosine", begin + 0.5, 4)
        assert float(learner.optimizer.learning_rate.numpy()) == pytest.approx(expected, rel=1e-5)
    assert [rate_factor("cosine", epochs, 4) for epochs in (0, 2, 4, 9)] == pytest.approx([1, 0.505, 0.01, 0.01])
    assert rate_factor("constant", 3, 4) == 1


def test_noise_and_sampling_are_only_in_training():
    x = tf.constant(np.full((4, *SMALL), 0.5, np.float32))
    noisy = program(variant="denoising_ae", corruption=1.0)
    first, again = (noisy.twins.training(x, training=True)[t.Z].numpy() for _ in range(2))
    assert not np.allclose(first, again)
    calm = noisy.twins.training(x, training=False)[t.Z].numpy()
    np.testing.assert_array_equal(calm, noisy.twins.encoder(x)[t.Z].numpy())
    np.testing.assert_array_equal(calm, noisy.twins.inference(x, training=True)[t.Z_MEAN].numpy())
    plain = program(variant="ae").twins
    np.testing.assert_array_equal(plain.training(x, training=True)["z"], plain.training(x, training=False)["z"])


def test_a_sample_has_the_mean_and_the_variance_that_the_encoder_says():
    mean, log_var = np.full((40_000, 1), 2.0, np.float32), np.full((40_000, 1), np.log(9.0), np.float32)
    z = Sampling(3)(mean, log_var).numpy()
    assert z.mean() == pytest.approx(2, abs=0.1)
    assert z.std() == pytest.approx(3, abs=0.1)


def test_the_same_seed_gives_the_same_numbers_and_another_does_not():
    def numbers(seed: int) -> np.ndarray:
        made = program(seed=seed)
        loop = TrainingLoop(made.model, some_images(40, SMALL))
        batches = [b for epoch in range(2) for b in epoch_batches(np.arange(40), 16, seed, epoch)]
        return np.stack([loop.train(batch) for batch in batches])

    first = numbers(1)
    assert first.shape == (6, 3)
    np.testing.assert_array_equal(first, numbers(1))
    weights = [program(seed=seed).twins.decoder.trainable_variables[0].numpy() for seed in (1, 1, 2)]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.allclose(weights[0], weights[2])


def test_epoch_batches_hold_every_image_once_in_another_order_each_epoch():
    indices = np.arange(100, 170)
    batches = epoch_batches(indices, 32, seed=5, epoch=0)
    assert [len(batch) for batch in batches] == [32, 32, 6]
    assert {batch.dtype for batch in batches} == {np.dtype(np.int32)}
    np.testing.assert_array_equal(np.sort(np.concatenate(batches)), indices)
    assert not np.array_equal(batches[0], epoch_batches(indices, 32, seed=5, epoch=1)[0])


def test_a_missing_tensor_is_said_before_training():
    twins = build_twins(Experiment.parse({"variant": "ae"}), SMALL)
    objective = Objective([term("kl", Experiment.parse({"variant": "vae"}))])
    with pytest.raises(ValueError, match=r"'kl' needs z_log_var, but the networks give logits, z, z_mean\. Choose"):
        TrainingModel(twins.training, [Learner(objective, [twins.encoder], keras.optimizers.Adam())])


def test_a_keras_model_survives_saving_with_its_own_layers(tmp_path):
    twins = program(pixel_model="unscaled").twins
    x = images(2)
    for name in ("training", "inference"):
        getattr(twins, name).save(tmp_path / "model.keras")
        again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
        np.testing.assert_array_equal(again(x)[t.Z_MEAN], twins.encoder(x)[t.Z_MEAN])


@pytest.mark.parametrize("variant", ["wgan_gp", "beta_tcvae", "vq_vae", "factor_vae"])
def test_a_training_network_with_layers_of_ours_is_saved_and_loaded(tmp_path, variant):
    network = program(variant=variant, latent_dim=4).twins.training
    network.save(tmp_path / "training.keras")
    again = keras.saving.load_model(tmp_path / "training.keras")
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in network.layers]
    found, batch = again(images(4), training=False), network(images(4), training=False)
    for name, tensor in batch.items():  # the noise too: its seed and state are kept
        np.testing.assert_allclose(found[name], tensor, rtol=1e-5, atol=1e-6, err_msg=name)
