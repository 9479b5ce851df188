"""Time under `fit`: the schedules of weights, and the terms that ask how long the training has lasted."""

import keras


class Clock(keras.callbacks.Callback):
    """Tells a TrainingModel before every step how many epochs have passed, the parts of this one included."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        steps = (self.params or {}).get("steps")  # None in the first epoch over data of unknown length
        self.model.set_time(self.epoch + (batch / steps if steps else 0.0))
