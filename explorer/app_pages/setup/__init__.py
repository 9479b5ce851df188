"""The form of a new training, in parts."""
