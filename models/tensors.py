"""The names of the tensors that networks return and loss terms read, once."""

X = "x"  # (batch, height, width, channels) in 0..1: the images themselves, before any noise
Z = "z"  # (batch, latent): the code the decoder gets; sampled while a VAE trains
Z_MEAN = "z_mean"  # (batch, latent): mean of q(z|x); the code itself for a plain autoencoder
Z_LOG_VAR = "z_log_var"  # (batch, latent): log variance of q(z|x); VAEs only
LOGITS = "logits"  # (batch, height, width, channels): the decoder's linear output, Bernoulli pixels
PIXEL_MEAN = "pixel_mean"  # (batch, height, width, channels): the same for Gaussian pixels
GREY_LEVELS = "grey_levels"  # (batch, height, width, channels): the same in 0..255, unscaled pixels
RECONSTRUCTION = "reconstruction"  # (batch, height, width, channels) in 0..1: linear output behind its link
