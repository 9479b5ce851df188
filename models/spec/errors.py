"""Errors that both the Keras side and its readers know."""


class CheckpointError(ValueError):
    """A weights file that is damaged or belongs to another model."""
