"""`compile`, `fit` and `evaluate` as somebody in a notebook meets them: what they take, refuse, and go on with."""

import re
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models import DataError, Experiment, build
from models.checkpoints import weights_of
from models.program import Program
from models.spec.experiment import ExperimentError
from models.spec.schedules import rate_factor
from tests.support.helpers import some_images
from tests.support.programs import SMALL, program

BYTES = some_images(8, SMALL)
UNIT = BYTES / 255.0
LABELS = np.arange(8) % 3
ONE_HOT = np.eye(3)[LABELS]
ALLOWED = "allowed are uint8 from 0 to 255, or floats from 0 to 1."
CLASSES = r"allowed are class numbers \(n,\) from 0 to 2, or one-hot \(n, 3\)."


def broken(at: int, value: float) -> np.ndarray:
    images = UNIT.copy()
    images[at, 0, 0, 0] = value
    return images


def eager(made: Program) -> Program:
    """Return a program whose `fit` is not traced: for a few steps, that takes longer than the steps."""
    made.model.compile(run_eagerly=True)
    return made


@pytest.fixture(scope="module")
def vae() -> Program:
    return program()


@pytest.fixture(scope="module")
def conditional() -> Program:
    return build(Experiment(variant="conditional_vae"), SMALL, classes=3)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (UNIT * 255, f"were float64 from 0 to 255; {ALLOWED} Divide them by the value of white, 255 for bytes."),
        (UNIT * 2 - 1, f"were float64 from -1 to 1; {ALLOWED} Bring them to 0..1: (images + 1) / 2."),
        (UNIT * 1e5 - 1, f"were float64 from -1 to 99999; {ALLOWED} Scale them to 0..1."),
        (broken(5, np.nan), f"1 of 8 images had values that are not finite, the first at index 5; {ALLOWED} Repair"),
        (broken(2, -np.inf), "the first at index 2;"),
        (BYTES.astype(int), f"were int64; {ALLOWED} Convert them: images.astype('uint8')."),
        (UNIT[..., 0], "had the shape (8, 8, 8); this model takes (n, 8, 8, 1). Add the axis of the channel: images["),
        (UNIT[0], "had the shape (8, 8, 1); this model takes (n, 8, 8, 1). Add the axis of the batch: images[None]."),
        (UNIT[:, :7], "had the shape (8, 7, 8, 1); this model takes (n, 8, 8, 1). Resize them, or build the model for"),
        (UNIT.reshape(8, 64), "had the shape (8, 64); this model takes (n, 8, 8, 1). Reshape them."),
        (UNIT[:0], "There were no images: the shape was (0, 8, 8, 1). Give at least one."),
        (list(UNIT), "were of type list; allowed is one array of shape (n, 8, 8, 1). Use np.stack."),
        (tf.data.Dataset.from_tensor_slices(UNIT * 255).batch(4), "Divide them by the value of white"),
        (tf.data.Dataset.from_tensor_slices(UNIT).batch(4).take(0), "gave no batch. Give one that is not empty."),
        (tf.data.Dataset.from_tensor_slices((UNIT, LABELS)).batch(4), "this model is trained on images alone. Leave y"),
    ],
    ids=range(15),
)
def test_images_that_cannot_be_trained_on_are_refused_before_anything_moves(vae, given, sentence):
    before = weights_of(vae.twins)
    for refuse in (vae.model.fit, vae.model.evaluate):
        with pytest.raises(DataError) as caught:
            refuse(given, verbose=0)
        assert sentence in str(caught.value)
    with pytest.raises(DataError) as caught:
        vae.fit(UNIT, validation_data=given)
    assert sentence in str(caught.value)
    assert all((before[name] == array).all() for name, array in weights_of(vae.twins).items())
    assert vae.model.epochs.value == 0


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (None, f"there were no classes. Give y as {CLASSES.removeprefix('allowed are ')}"),
        (LABELS + 1, rf"were from 1 to 3; {CLASSES} Build the model with classes=4, or number the classes from 0\."),
        (LABELS - 1, r"were from -1 to 1; "),
        (LABELS[:7], rf"had the shape \(7,\) for 8 images; {CLASSES}"),
        (np.eye(4)[LABELS], r"had the shape \(8, 4\) for 8 images; "),
        (LABELS * 1.0, rf"were float64; {CLASSES} Convert them: labels.astype\('int32'\)"),
        (ONE_HOT * 0.5, rf"were \(8, 3\) but not one-hot; {CLASSES}"),
    ],
    ids=range(7),
)
def test_classes_that_are_missing_or_wrong_are_said(conditional, labels, sentence):
    with pytest.raises(DataError, match=sentence):
        conditional.model.fit(UNIT, labels)


@pytest.mark.parametrize(("images", "white"), [(BYTES, 255), (UNIT, 1)], ids=["bytes", "floats"])
def test_grey_is_refused_where_the_pixels_are_black_or_white(images, white):
    made = eager(program(pixel_model="bernoulli_fixed"))
    with pytest.raises(DataError, match=rf"grey pixels.*0 and {white}\. Sample them once") as caught:
        made.fit(images)
    found = re.findall(r"Sample them once: (.*)\.$", str(caught.value))[0]
    sampled = eval(found, {"np": np, "images": images})  # noqa: S307 -- the advice, tried
    assert made.fit(sampled, epochs=1, verbose=0).history["loss"]


def test_what_would_be_ignored_is_refused(vae):
    with pytest.raises(DataError, match=r"trained on images alone\. Leave y out"):
        vae.fit(UNIT, LABELS)
    with pytest.raises(DataError, match="sample_weight was given, but every image counts the same"):
        vae.fit(UNIT, sample_weight=LABELS)
    with pytest.raises(ValueError, match=r"given loss; the losses and metrics of this model are the terms"):
        vae.model.compile(loss="mse")
    with pytest.raises(NotImplementedError, match=r"models\.save"):
        vae.model.save("model.keras")


def test_bytes_floats_and_data_sets_of_either_are_the_same_images():
    batches = tf.data.Dataset.from_tensor_slices(BYTES).batch(4)
    floats = batches.map(lambda x: tf.cast(x, tf.float64) / 255)
    given = (BYTES, UNIT + 1e-6, UNIT.astype(np.float32), batches, floats)
    model = program().model
    losses = [_evaluated_without_noise(model, images) for images in given]
    assert losses == pytest.approx([losses[0]] * len(given), rel=1e-4)


def _evaluated_without_noise(model, images) -> float:
    """Return the KL, which the codes' noise is not in."""
    return model.evaluate(images, batch_size=4, verbose=0, return_dict=True)["kl"]


def test_classes_are_given_as_numbers_or_one_hot_and_as_y_or_in_a_pair():
    batches = tf.data.Dataset.from_tensor_slices((BYTES, LABELS)).batch(4)
    made = eager(build(Experiment(variant="conditional_vae"), SMALL, classes=3)).model
    pairs = ((UNIT, LABELS), (UNIT, ONE_HOT), ((UNIT, ONE_HOT), None), (batches, None))
    found = [made.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)["kl"] for x, y in pairs]
    assert found == pytest.approx([found[0]] * len(pairs), rel=1e-5)
    other = made.evaluate(UNIT, (LABELS + 1) % 3, batch_size=4, verbose=0, return_dict=True)["kl"]
    assert abs(other - found[0]) > 1e-4


def test_a_program_is_trained_as_its_experiment_says_unless_told_otherwise():
    made = eager(build(Experiment(epochs=3, batch_size=3, validation_fraction=0.25), SMALL))
    history = made.fit(BYTES, verbose=0)
    assert history.params == {"epochs": 3, "steps": 2, "verbose": 0}
    assert "val_loss" in history.history
    history = made.fit(BYTES, verbose=0, epochs=1, batch_size=8, validation_data=BYTES)
    assert history.params == {"epochs": 1, "steps": 1, "verbose": 0}


RISING = {"kl": {"weight": 4.0, "schedule": "warm_up", "schedule_epochs": 4}}


FALLING = {"rate_schedule": "cosine", "epochs": 3}


@pytest.mark.parametrize(
    "settings", [{"terms": RISING}, FALLING, {"variant": "aae"}], ids=["schedule", "rate", "learners"]
)
def test_a_second_fit_goes_on_as_one_long_fit_does(settings: dict[str, Any]):
    short, long = (eager(build(Experiment(**settings), SMALL)) for _ in range(2))
    told: dict[str, Any] = {"batch_size": 4, "shuffle": False, "verbose": 0}
    parts = [short.model.fit(BYTES, epochs=epochs, **told).history for epochs in (1, 2)]
    whole = long.model.fit(BYTES, epochs=3, **told).history
    assert {name: parts[0][name] + parts[1][name] for name in whole} == whole
    assert short.model.epochs.value == long.model.epochs.value == 3
    assert short.model.steps.value == long.model.steps.value == 6
    for name, array in weights_of(long.twins).items():
        np.testing.assert_array_equal(weights_of(short.twins)[name], array)
    if "terms" in settings:
        assert short.model.weight_of("kl").value == 3  # 4 · 3/4
    if settings is FALLING:
        falls = rate_factor("cosine", 2.5, 3)  # the last of two steps an epoch
        assert float(short.model.learners[0].optimizer.learning_rate) == pytest.approx(1e-3 * falls)


def test_an_initial_epoch_sets_the_schedules():
    made = eager(program(terms=RISING))
    made.model.fit(BYTES, epochs=2, verbose=0, initial_epoch=1)
    assert (made.model.epochs.value, made.model.weight_of("kl").value) == (2, 2)
    made.model.fit(BYTES, epochs=1, verbose=0, initial_epoch=0)
    assert (made.model.epochs.value, made.model.weight_of("kl").value) == (1, 1)


def test_an_optimizer_that_is_given_counts():
    made = program()
    before = weights_of(made.twins)
    made.model.compile(optimizer=keras.optimizers.SGD(0.0), run_eagerly=True)
    made.model.fit(BYTES, epochs=2, verbose=0)
    assert all((before[name] == array).all() for name, array in weights_of(made.twins).items())
    made.set_learning_rate(0.01)
    made.model.fit(BYTES, epochs=1, verbose=0)
    assert not all((before[name] == array).all() for name, array in weights_of(made.twins).items())
    made.model.compile()  # what is not given stays
    assert isinstance(made.model.optimizer, keras.optimizers.SGD)
    with pytest.raises(ValueError, match="optimizer was 'best'; allowed are names and objects of Keras optimizers"):
        made.model.compile(optimizer="best")


def test_an_optimizer_for_several_learners_is_refused():
    with pytest.raises(ValueError, match=r"has 2 learners \(loss, critic_loss\).*Experiment\(optimizer=\.\.\."):
        program(variant="aae").model.compile(optimizer="sgd")


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 0), (28.0, 28, 1), ()])
def test_a_shape_that_is_none_of_images_is_said(shape):
    with pytest.raises(ExperimentError, match=r"allowed are three whole numbers from 1: \(height, width, channels\)"):
        build(Experiment(), shape)
