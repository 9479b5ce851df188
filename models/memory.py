"""The errors that mean: it did not fit into memory."""

import tensorflow as tf

OUT_OF_MEMORY = (MemoryError, tf.errors.ResourceExhaustedError)
