"""Every variant: what its code is, whether a critic judges it, and who minimises which terms."""

from collections.abc import Mapping
from types import MappingProxyType

from models.spec import tensors as t
from models.spec.catalogue.flow import CRITIC, DECODER, ENCODER
from models.spec.catalogue.info import LearnerInfo, VariantInfo

LOSS, CRITIC_LOSS, ENCODER_LOSS = "loss", "critic_loss", "encoder_loss"  # totals, as curves and files name them
KINGMA = "Kingma & Welling 2014"


def _together(**weights: float) -> Mapping[str, LearnerInfo]:
    """One learner that moves encoder and decoder."""
    return {LOSS: LearnerInfo("Autoencoder", (ENCODER, DECODER), weights)}


def _against(
    title: str, moves: tuple[str, ...], weights: Mapping[str, float], critic: Mapping[str, float], every: int = 1
) -> Mapping[str, LearnerInfo]:
    """One learner, and a critic against it."""
    return {LOSS: LearnerInfo(title, moves, weights, every), CRITIC_LOSS: LearnerInfo("Critic", (CRITIC,), critic)}


# A GAN has no encoder. One learns beside it to find the code of a picture, and moves nothing else: so there is a map.
_INVERSE = {ENCODER_LOSS: LearnerInfo("Encoder", (ENCODER,), {"code_regression": 1.0})}
_AUTOENCODER = ("Autoencoder", (ENCODER, DECODER))
_GENERATOR = ("Generator", (DECODER,))
_IMAGES_AND_SAMPLES = (t.CRITIC_ON_X, t.CRITIC_ON_SAMPLE)

VARIANTS: Mapping[str, VariantInfo] = MappingProxyType(
    {
        "ae": VariantInfo(
            title="Autoencoder",
            summary="Compress and rebuild; nothing shapes the codes.",
            paper="Hinton & Salakhutdinov 2006",
            learners=_together(reconstruction=1.0),
        ),
        "denoising_ae": VariantInfo(
            title="Denoising autoencoder",
            summary="Rebuild the clean image from a noisy one.",
            paper="Vincent et al. 2008",
            learners=_together(reconstruction=1.0),
            settings=("corruption",),
        ),
        "sparse_ae": VariantInfo(
            title="Sparse autoencoder (L1)",
            summary="Few dimensions are used for one image: every one that is costs its size.",
            paper="Olshausen & Field 1996, eq. 2 to 4",
            learners=_together(reconstruction=1.0, l1=1.0),
        ),
        "sparse_kl_ae": VariantInfo(
            title="Sparse autoencoder (KL)",
            summary="Activations in 0..1, each on for a set share of the images only.",
            paper="Ng 2011, lecture notes on the sparse autoencoder",
            learners=_together(reconstruction=1.0, sparsity=10.0),
            code="sigmoid",
        ),
        "vae": VariantInfo(
            title="VAE",
            summary="Codes are distributions, kept near a standard normal. The loss is the negative ELBO.",
            paper=KINGMA,
            learners=_together(reconstruction=1.0, kl=1.0),
            code="gaussian",
            prior=True,
        ),
        "conditional_vae": VariantInfo(
            title="Conditional VAE",
            summary="A VAE that is told the class, so that any can be drawn. Few dimensions keep it out of the code.",
            paper="Sohn et al. 2015, eq. 4 and 5",
            learners=_together(reconstruction=1.0, kl=1.0),
            code="gaussian",
            prior=True,
            conditional=True,
        ),
        "beta_vae": VariantInfo(
            title="β-VAE",
            summary="A VAE with a heavier KL: fewer, more independent active dimensions, blurrier images.",
            paper="Higgins et al. 2017, eq. 4",
            learners=_together(reconstruction=1.0, kl=4.0),
            code="gaussian",
            prior=True,
        ),
        "free_bits_vae": VariantInfo(
            title="VAE with free bits",
            summary="Each dimension may say a little for nothing, so that none dies before it is needed.",
            paper="Kingma et al. 2016, eq. 15",
            learners=_together(reconstruction=1.0, free_bits=1.0),
            code="gaussian",
            prior=True,
        ),
        "capacity_vae": VariantInfo(
            title="β-VAE with capacity",
            summary="The KL is held at a capacity that grows: dimensions open one after another.",
            paper="Burgess et al. 2018, eq. 8",
            learners=_together(reconstruction=1.0, capacity=10.0),
            code="gaussian",
            prior=True,
        ),
        "beta_tcvae": VariantInfo(
            title="β-TCVAE",
            summary="The KL in its three parts, with weight on the one that makes dimensions depend on each other.",
            paper="Chen et al. 2018, eq. 4",
            learners=_together(reconstruction=1.0, mutual_information=1.0, total_correlation=6.0, dimension_kl=1.0),
            code="gaussian",
            prior=True,
        ),
        "factor_vae": VariantInfo(
            title="FactorVAE",
            summary="A critic tells codes from shuffled ones: how well it does is the total correlation.",
            paper="Kim & Mnih 2018, eq. 2 and algorithm 2, with the codes of the same batch shuffled",
            learners=_against(
                *_AUTOENCODER,
                {"reconstruction": 1.0, "kl": 1.0, "density_ratio": 6.0},
                {"critic_joint": 0.5, "critic_shuffled": 0.5},
            ),
            code="gaussian",
            prior=True,
            critic="code",
            optimizer="adam_gan",
            judged=(t.CRITIC_ON_CODE, t.CRITIC_ON_SHUFFLED),
            fools="density_ratio",
        ),
        "wae": VariantInfo(
            title="WAE (MMD)",
            summary="Codes without noise; all of them together are kept near a standard normal.",
            paper="Tolstikhin et al. 2018, algorithm 2",
            learners=_together(reconstruction=1.0, mmd=500.0),
            prior=True,
        ),
        "info_vae": VariantInfo(
            title="InfoVAE",
            summary="Half of the KL, and the distance of all codes from the prior: the code keeps more.",
            paper="Zhao et al. 2019, eq. 6 with α = 0.5",
            learners=_together(reconstruction=1.0, kl=0.5, mmd=500.0),
            code="gaussian",
            prior=True,
        ),
        "vq_vae": VariantInfo(
            title="VQ-VAE",
            summary="The code is put together of entries of a codebook, which is learnt too.",
            paper="van den Oord et al. 2017, eq. 3",
            learners=_together(reconstruction=1.0, codebook=1.0, commitment=0.25),
            code="quantized",
        ),
        "aae": VariantInfo(
            title="Adversarial autoencoder",
            summary="A critic tells codes from draws of a standard normal, and the encoder learns to fool it.",
            paper="Makhzani et al. 2016, section 2",
            learners=_against(
                *_AUTOENCODER,
                {"reconstruction": 1.0, "code_fools_critic": 3.0},
                {"critic_prior": 1.0, "critic_code": 1.0},
            ),
            prior=True,
            critic="code",
            optimizer="adam_gan",
            judged=(t.CRITIC_ON_PRIOR, t.CRITIC_ON_CODE),
            fools="code_fools_critic",
        ),
        "vae_gan": VariantInfo(
            title="VAE-GAN",
            summary="Images are compared by what a critic sees in them, and drawn ones must fool it.",
            paper="Larsen et al. 2016, algorithm 1, with draws from the prior as the fakes",
            learners=_against(
                *_AUTOENCODER,
                {"feature_reconstruction": 10.0, "kl": 1.0, "fools_critic": 1.0},
                {"critic_real": 1.0, "critic_fake": 1.0},
            ),
            code="gaussian",
            prior=True,
            critic="image",
            optimizer="adam_gan",
            judged=_IMAGES_AND_SAMPLES,
            fools="fools_critic",
        ),
        "gan": VariantInfo(
            title="GAN",
            summary="A generator against a critic; an encoder learns beside them to find the code of a picture.",
            paper="Goodfellow et al. 2014, section 3, non-saturating",
            learners={
                **_against(*_GENERATOR, {"fools_critic": 1.0}, {"critic_real": 1.0, "critic_fake": 1.0}),
                **_INVERSE,
            },
            prior=True,
            critic="image",
            optimizer="adam_gan",
            judged=_IMAGES_AND_SAMPLES,
            fools="fools_critic",
        ),
        "wgan_gp": VariantInfo(
            title="WGAN-GP",
            summary="The critic gives scores with slopes near 1; it moves five times as often as the generator.",
            paper="Gulrajani et al. 2017, algorithm 1, with Adam as for the GAN",
            learners={
                **_against(
                    *_GENERATOR,
                    {"raises_score": 1.0},
                    {"score_real": 1.0, "score_fake": 1.0, "gradient_penalty": 10.0},
                    every=5,
                ),
                **_INVERSE,
            },
            prior=True,
            critic="image",
            dropout=0.0,  # its slope must be that of one function, and a critic near its best is wanted here
            optimizer="adam_gan",
            judged=_IMAGES_AND_SAMPLES,
            fools="raises_score",
        ),
    }
)
