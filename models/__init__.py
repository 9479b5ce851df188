"""Networks, losses, variants and training of autoencoders: Keras and nothing else.

`catalogue`, `schedules` and `experiment` import no TensorFlow, so that a page may read them.
"""
