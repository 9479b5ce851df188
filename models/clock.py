"""Time under `fit`: the schedules of weights, and the terms that ask how long the training has lasted."""

from collections.abc import Callable

import keras


class Clock(keras.callbacks.Callback):
    """Calls `set_time` before every step with the epochs that have passed, the parts of this one included."""

    def __init__(self, set_time: Callable[[float], None]):
        super().__init__()
        self.set_time = set_time

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        steps = (self.params or {}).get("steps")  # None in the first epoch over data of unknown length
        self.set_time(self.epoch + (batch / steps if steps else 0.0))
