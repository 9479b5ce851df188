"""The names of the tensors that networks return and loss terms read, once. The catalogue describes them."""

X = "x"  # (batch, height, width, channels) in 0..1: the images themselves, before any noise
LABEL = "label"  # (batch, classes): the class of each image, one-hot; conditional models only
Z = "z"  # (batch, latent): the code the decoder gets; sampled while a VAE trains
Z_MEAN = "z_mean"  # (batch, latent): mean of q(z|x); the code itself for a plain autoencoder
Z_LOG_VAR = "z_log_var"  # (batch, latent): log variance of q(z|x); VAEs only
POSTERIOR = (Z_MEAN, Z_LOG_VAR)  # what is kept of the codes of images
Z_ENCODED = "z_encoded"  # (batch, latent): the code before it is quantized; VQ-VAE only
CODEWORD = "codeword"  # (batch, latent): the entries of the codebook nearest to it
LOGITS = "logits"  # (batch, height, width, channels): the decoder's linear output, Bernoulli pixels
PIXEL_MEAN = "pixel_mean"  # (batch, height, width, channels): the same for Gaussian pixels
GREY_LEVELS = "grey_levels"  # (batch, height, width, channels): the same in 0..255, unscaled pixels
RECONSTRUCTION = "reconstruction"  # (batch, height, width, channels) in 0..1: linear output behind its link
Z_PRIOR = "z_prior"  # (batch, latent): drawn from a standard normal
SAMPLE = "sample"  # (batch, height, width, channels) in 0..1: what z_prior decodes to
SAMPLE_CODE = "sample_code"  # (batch, latent): z_mean of a sample
Z_SHUFFLED = "z_shuffled"  # (batch, latent): z, each dimension from another image of the batch
LOG_POSTERIOR = "log_posterior"  # (batch,): log q(z|x) of the code that was sampled
LOG_AGGREGATE = "log_aggregate"  # (batch,): log q(z), q the mean of the batch's posteriors
LOG_MARGINALS = "log_marginals"  # (batch,): the sum of log q(z_j)
LOG_PRIOR = "log_prior"  # (batch,): log p(z)
DENSITIES = (LOG_POSTERIOR, LOG_AGGREGATE, LOG_MARGINALS, LOG_PRIOR)  # in the order of the layer that computes them
SCORE_ON_X = "score_on_x"  # (batch,): the logit of the discriminator or critic, above 0 for what it judges real
SCORE_ON_SAMPLE = "score_on_sample"  # (batch,)
SCORE_ON_CODE = "score_on_code"  # (batch,)
SCORE_ON_PRIOR = "score_on_prior"  # (batch,)
SCORE_ON_SHUFFLED = "score_on_shuffled"  # (batch,)
SCORE_SLOPE = "score_slope"  # (batch,): norm of the score's gradient between an image and a sample
FEATURES_ON_X = "features_on_x"  # (batch, features): the first hidden layer of the discriminator or critic
FEATURES_ON_RECONSTRUCTION = "features_on_reconstruction"  # (batch, features)
EPOCHS = "epochs"  # (): how many epochs the training has lasted, for terms that change with it
# What a training step makes on its way and no term can read; shown where a step is walked through.
X_NOISY = "x_noisy"  # (batch, height, width, channels): what a denoising encoder gets
SIGMA = "sigma"  # (batch, latent): standard deviation of q(z|x)
EPSILON = "epsilon"  # (batch, latent): the noise that z was made with
