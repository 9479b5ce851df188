"""The layers of our own: where noise comes in, where a code is quantized, how steep a critic is.

Keras keeps the arguments of a layer that are numbers in its config by itself.
"""

import math

import keras
import tensorflow as tf
from keras import layers, ops


@keras.saving.register_keras_serializable(package="hourglass")
class Sampling(layers.Layer):
    """z = z_mean + exp(z_log_var / 2) · ε, ε ~ N(0, I): (batch, latent). Kingma & Welling 2014, eq. 4."""

    def __init__(self, seed: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, z_mean, z_log_var):
        noise = keras.random.normal(ops.shape(z_mean), seed=self.generator)
        return z_mean + ops.exp(0.5 * z_log_var) * noise


@keras.saving.register_keras_serializable(package="hourglass")
class Binarize(layers.Layer):
    """Images of pixels 0 or 1, drawn anew at each call: 1 with the probability that is the pixel. Same shape.

    What is 0 or 1 stays. Burda et al. 2016, section 5.
    """

    def __init__(self, seed: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, image):
        return ops.cast(keras.random.uniform(ops.shape(image), seed=self.generator) < image, image.dtype)


@keras.saving.register_keras_serializable(package="hourglass")
class Prior(layers.Layer):
    """Codes drawn from N(0, I), one for each of the images that it is called with: (batch, latent)."""

    def __init__(self, latent_dim: int, seed: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim = latent_dim
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, image):
        return keras.random.normal((ops.shape(image)[0], self.latent_dim), seed=self.generator)

    def compute_output_shape(self, image_shape):
        return (image_shape[0], self.latent_dim)


@keras.saving.register_keras_serializable(package="hourglass")
class Shuffle(layers.Layer):
    """Codes whose dimensions come each from another code of the batch, same shape. Kim & Mnih 2018, algorithm 1."""

    def __init__(self, seed: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, z):
        order = ops.argsort(keras.random.uniform(ops.shape(z), seed=self.generator), axis=0)
        return ops.take_along_axis(z, order, axis=0)

    def compute_output_shape(self, z_shape):
        return z_shape


@keras.saving.register_keras_serializable(package="hourglass")
class Quantizer(layers.Layer):
    """Codes (batch, latent) cut into `codewords` parts, each replaced by the nearest of `size` learnt entries.

    Gives the code for the decoder, whose gradient passes straight through to the encoder, and the same as learnt
    entries, whose gradient goes to the codebook: (batch, latent) each. van den Oord et al. 2017, eq. 1 and 2.
    """

    def __init__(self, size: int, codewords: int, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.codewords = codewords

    def build(self, input_shape):
        length = input_shape[-1] // self.codewords
        # As wide as the codes that an encoder begins with, or most entries would never be the nearest to any code.
        wide = keras.initializers.RandomNormal(stddev=1.0)
        self.codebook = self.add_weight(shape=(self.size, length), initializer=wide, name="codebook")

    def call(self, z):
        parts = ops.reshape(z, (-1, self.codebook.shape[1]))
        codeword = ops.reshape(ops.take(self.codebook, self.nearest(parts), axis=0), ops.shape(z))
        # Straight through, and exactly an entry: z + fixed(codeword - z) would round to another value for each image.
        return ops.stop_gradient(codeword) + (z - ops.stop_gradient(z)), codeword

    def nearest(self, parts):
        """Return the index of the entry nearest to each part (n, length): (n,)."""
        # |a - b|² without the |a|² that all entries share.
        distance = ops.sum(ops.square(self.codebook), axis=1) - 2.0 * ops.matmul(parts, ops.transpose(self.codebook))
        return ops.argmin(distance, axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape, input_shape


@keras.saving.register_keras_serializable(package="hourglass")
class CriticSlope(layers.Layer):
    """The norm of a critic's gradient at a random place between each image and each sample: (batch,).

    `critic` gives {"critic": logits (batch,)} for images. Gulrajani et al. 2017, eq. 3.
    """

    def __init__(self, critic: keras.Model, seed: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.critic = critic
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, image, sample):
        share = keras.random.uniform((ops.shape(image)[0], 1, 1, 1), seed=self.generator)
        between = sample + share * (image - sample)
        with tf.GradientTape() as tape:
            tape.watch(between)
            logits = self.critic(between)["critic"]
        gradient = tape.gradient(logits, between)
        return ops.sqrt(ops.sum(ops.square(gradient), axis=(1, 2, 3)) + 1e-12)  # the root is steep at 0

    def compute_output_shape(self, image_shape, sample_shape):
        del sample_shape  # Keras insists on the name
        return (image_shape[0],)

    def get_config(self):
        return {**super().get_config(), "critic": keras.saving.serialize_keras_object(self.critic), "seed": self.seed}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "critic": keras.saving.deserialize_keras_object(config["critic"])})


def log_normal(z, mean, log_var):
    """Return log N(z; mean, exp(log_var)) of every dimension, in nats."""
    return -0.5 * (math.log(2 * math.pi) + log_var + ops.square(z - mean) * ops.exp(-log_var))


@keras.saving.register_keras_serializable(package="hourglass")
class Densities(layers.Layer):
    """Log densities of sampled codes: log q(z|x), log q(z), Σ log q(z_j) and log p(z), in nats, (batch,) each.

    q(z) and q(z_j) are the means over the posteriors of the batch: Chen et al. 2018, appendix C.1, without the
    logarithm of the data set's size, which no gradient sees. So log q(z|x) - log q(z) is at most that of the batch's.
    """

    def call(self, z, z_mean, z_log_var):
        under_each = log_normal(z[:, None], z_mean[None], z_log_var[None])  # (batch, batch, latent)
        count = ops.log(ops.cast(ops.shape(z)[0], "float32"))
        aggregate = ops.logsumexp(ops.sum(under_each, axis=-1), axis=1) - count
        marginals = ops.sum(ops.logsumexp(under_each, axis=1) - count, axis=-1)
        posterior = ops.sum(log_normal(z, z_mean, z_log_var), axis=-1)
        prior = ops.sum(log_normal(z, 0.0, ops.zeros_like(z)), axis=-1)
        return posterior, aggregate, marginals, prior

    def compute_output_shape(self, z_shape, z_mean_shape, z_log_var_shape):
        del z_mean_shape, z_log_var_shape  # Keras insists on the names
        return ((z_shape[0],),) * 4
