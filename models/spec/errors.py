"""Errors that both the Keras side and its readers know."""


class CheckpointError(ValueError):
    """A weights file that is damaged or belongs to another model."""


class DataError(ValueError):
    """Images or classes that a model cannot be trained on. The message is one sentence or two, to be shown as it is."""
