"""Keras' own methods, for a training model: what `compile`, `fit`, `evaluate` and `save` take, and mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import keras
import tensorflow as tf

from models.clock import Clock
from models.given_data import Batch, DataCheck, as_batch, x_and_y
from models.learner import Learner
from models.spec.errors import DataError

_TERMS_INSTEAD = ("loss", "loss_weights", "metrics", "weighted_metrics")


class FittingModel(keras.Model):
    """A model of learners, each with its optimizer. What steps and terms are is said by the one that inherits this."""

    network: keras.Model
    learners: tuple[Learner, ...]
    trackers: Mapping[str, keras.metrics.Metric]
    epochs: keras.Variable
    rate_factor: Callable[[tf.Tensor], tf.Tensor] | None

    @property
    def data_check(self) -> DataCheck:
        """The check of the data that this model is given."""
        images, *classes = self.network.inputs
        return DataCheck(tuple(images.shape[1:]), classes[0].shape[-1] if classes else 0)

    def compile(self, optimizer: Any = None, *, jit_compile: bool = False, **options: Any) -> None:
        """Set how the model is trained, as Keras does. A built model is compiled; call this to change something.

        `optimizer` replaces that of the experiment: a name or a Keras optimizer. Without it, that of the experiment
        goes on. Raises ValueError for an optimizer of a model with two learners, of which each has its own, and for
        losses and metrics, which are the experiment's terms.
        """
        if ignored := [name for name in _TERMS_INSTEAD if options.get(name) is not None]:
            raise ValueError(
                f"compile was given {', '.join(ignored)}; the losses and metrics of this model are the terms of its "
                "experiment. Change those: Experiment(terms=...)."
            )
        if optimizer is not None:
            self.learners = (replace(self._only_learner(), optimizer=_optimizer(optimizer)),)
            self.rate_factor = None  # it has its own learning rate
            self.learners[0].optimizer.build(self.learners[0].variables)
        only = self.learners[0].optimizer if len(self.learners) == 1 else None  # callbacks change its learning rate
        super().compile(optimizer=only, jit_compile=jit_compile, **options)

    def _only_learner(self) -> Learner:
        if len(self.learners) > 1:
            names = ", ".join(learner.objective.name for learner in self.learners)
            raise ValueError(
                f"compile was given an optimizer, but this model has {len(self.learners)} learners ({names}), each "
                "with its own. Leave it out, and choose it by Experiment(optimizer=..., learning_rate=...)."
            )
        return self.learners[0]

    def fit(
        self,
        x: Any,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        *,
        callbacks: Sequence[keras.callbacks.Callback] | None = None,
        validation_data: Any = None,
        initial_epoch: int | None = None,
        **options: Any,
    ) -> keras.callbacks.History:
        """Train as Keras does, from where the model stands: schedules, optimizers and counters go on in a second call.

        x: images (n, height, width, channels), uint8 in 0..255 or floats in 0..1; an array, or a data set of batches.
        y: for a conditional model, the classes (n,), or one-hot (n, classes); they may also be given in x, as a pair.
        epochs: how many more; with `initial_epoch`, from that one, to which it sets the schedules, up to this one.
        Raises DataError for other data, in a sentence, before anything is trained.
        """
        _refuse_weights(options)
        self.data_check.check(x, y)
        if validation_data is not None:
            images, labels = x_and_y(validation_data)
            self.data_check.check(images, labels)
            validation_data = images if labels is None else (images, labels)
        if initial_epoch is not None:
            self.epochs.assign(initial_epoch)
        before = float(self.epochs.value) - (initial_epoch or 0)  # schedules do not begin again in a second call
        clock = Clock(lambda passed: self.set_time(before + passed))
        history = super().fit(
            x, y, batch_size, epochs, callbacks=[clock, *(callbacks or ())], validation_data=validation_data,
            initial_epoch=initial_epoch or 0, **options,
        )  # fmt: skip
        if history.epoch:
            self.set_time(before + history.epoch[-1] + 1.0)
        return history

    def evaluate(self, x: Any, y: Any = None, **options: Any) -> Any:
        """Return the means of all terms and totals, as Keras does, for data that `fit` takes. Raises DataError."""
        if "_use_cached_eval_dataset" not in options:  # else `fit` asks, and has checked them
            _refuse_weights(options)
            self.data_check.check(x, y)
        return super().evaluate(x, y, **options)

    def save(self, *_args: Any, **_options: Any) -> NoReturn:
        """Raise NotImplementedError: Keras cannot write a model with learners."""
        raise NotImplementedError(
            "Keras cannot save a model that trains several networks. Save it with models.save(program, path), or a "
            "network by Keras: program.twins.generator.save('generator.keras')."
        )

    def terms(self, batch: Batch, training: bool) -> dict[str, tf.Tensor]:
        raise NotImplementedError

    def step(self, batch: Batch) -> dict[str, tf.Tensor]:
        raise NotImplementedError

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        return self._track(self.step(as_batch(data, self.data_check.classes)))

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        return self._track(self.terms(as_batch(data, self.data_check.classes), training=False))

    def _track(self, values: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        for name, value in values.items():
            self.trackers[name].update_state(value)  # the (batch,) vector, not its mean: a short batch counts right
        return {name: tracker.result() for name, tracker in self.trackers.items()}


def _optimizer(given: Any) -> keras.optimizers.Optimizer:
    try:
        return keras.optimizers.get(given)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"optimizer was {given!r}; allowed are names and objects of Keras optimizers. Give one, such as 'adam' or "
            "keras.optimizers.SGD(0.01)."
        ) from error


def _refuse_weights(options: Mapping[str, Any]) -> None:
    if given := [name for name in ("sample_weight", "class_weight") if options.get(name) is not None]:
        raise DataError(f"{given[0]} was given, but every image counts the same. Leave it out, or repeat images.")
