"""Every variant: what its code is, whether a critic judges it, and who minimises which terms."""

from collections.abc import Mapping
from types import MappingProxyType

from models.spec import tensors as t
from models.spec.catalogue.flow import CRITIC, DECODER, ENCODER
from models.spec.catalogue.info import LearnerInfo, VariantInfo

LOSS, CRITIC_LOSS, ENCODER_LOSS = "loss", "critic_loss", "encoder_loss"  # totals, as curves and files name them
KINGMA = "Kingma & Welling 2014"


def _together(**weights: float) -> Mapping[str, LearnerInfo]:
    """Return one learner that moves encoder and decoder."""
    return {LOSS: LearnerInfo("Autoencoder", (ENCODER, DECODER), weights)}


def _against(
    title: str,
    moves: tuple[str, ...],
    weights: Mapping[str, float],
    critic: Mapping[str, float],
    every: int = 1,
    against: str = "Discriminator",
) -> Mapping[str, LearnerInfo]:
    """Return one learner and its opponent. Only the opponent of a WGAN, which gives scores, is called a critic."""
    return {LOSS: LearnerInfo(title, moves, weights, every), CRITIC_LOSS: LearnerInfo(against, (CRITIC,), critic)}


# A GAN has no encoder. One learns beside it to find the code of a picture, and moves nothing else: so there is a map.
_INVERSE = {ENCODER_LOSS: LearnerInfo("Encoder", (ENCODER,), {"code_regression": 1.0})}
_AUTOENCODER = ("Autoencoder", (ENCODER, DECODER))
_GENERATOR = ("Generator", (DECODER,))
_IMAGES_AND_SAMPLES = (t.SCORE_ON_X, t.SCORE_ON_SAMPLE)

_AT_ONCE = "The paper updates the networks in turn. Here each step updates all of them from the same weights."

VARIANTS: Mapping[str, VariantInfo] = MappingProxyType(
    {
        "ae": VariantInfo(
            title="Autoencoder",
            summary="Compresses images and reconstructs them. Nothing constrains the codes.",
            paper="Hinton & Salakhutdinov 2006",
            learners=_together(reconstruction=1.0),
        ),
        "denoising_ae": VariantInfo(
            title="Denoising autoencoder",
            summary="Reconstructs the clean image from a noisy one.",
            paper="Vincent et al. 2008",
            learners=_together(reconstruction=1.0),
            settings=("corruption",),
            differs="The paper sets random pixels to 0. Here Gaussian noise is added to all pixels.",
        ),
        "sparse_ae": VariantInfo(
            title="Sparse autoencoder (L1)",
            summary="An L1 penalty on the code: each image uses few dimensions.",
            paper="Olshausen & Field 1996, eq. 2 to 4",
            learners=_together(reconstruction=1.0, l1=1.0),
            differs="The paper bounds the decoder's norm. Here a larger decoder can make up for smaller codes.",
        ),
        "sparse_kl_ae": VariantInfo(
            title="Sparse autoencoder (KL)",
            summary="Activations in 0..1. A penalty keeps each active for a set share of the images.",
            paper="Ng 2011, lecture notes on the sparse autoencoder",
            learners=_together(reconstruction=1.0, sparsity=10.0),
            code="sigmoid",
        ),
        "vae": VariantInfo(
            title="VAE",
            summary="Each code is a distribution, kept close to a standard normal. The loss is reconstruction + KL.",
            paper=KINGMA,
            learners=_together(reconstruction=1.0, kl=1.0),
            code="gaussian",
            prior=True,
        ),
        "conditional_vae": VariantInfo(
            title="Conditional VAE",
            summary=(
                "A VAE conditioned on the class: you can generate any class. Keep the latent space small, or the code "
                "stores the class as well."
            ),
            paper="Sohn et al. 2015, eq. 4 and 5",
            learners=_together(reconstruction=1.0, kl=1.0),
            code="gaussian",
            prior=True,
            conditional=True,
            differs="The paper learns a prior for each class. Here the prior is the same standard normal for all.",
        ),
        "beta_vae": VariantInfo(
            title="β-VAE",
            summary="A VAE with more weight on the KL: fewer and more independent active dimensions, blurrier images.",
            paper="Higgins et al. 2017, eq. 4",
            learners=_together(reconstruction=1.0, kl=4.0),
            code="gaussian",
            prior=True,
        ),
        "free_bits_vae": VariantInfo(
            title="VAE with free bits",
            summary="A small KL per dimension is not penalised, so dimensions do not become inactive early.",
            paper="Kingma et al. 2016, eq. 15",
            learners=_together(reconstruction=1.0, free_bits=1.0),
            code="gaussian",
            prior=True,
        ),
        "capacity_vae": VariantInfo(
            title="β-VAE with capacity",
            summary="The KL follows a growing target, so dimensions become active one after another.",
            paper="Burgess et al. 2018, eq. 8",
            learners=_together(reconstruction=1.0, capacity=10.0),
            code="gaussian",
            prior=True,
            differs="The paper's weight of the distance to the capacity is 1,000. Here it is 10.",
        ),
        "beta_tcvae": VariantInfo(
            title="β-TCVAE",
            summary=("The KL has three parts. More weight on the total correlation makes dimensions independent."),
            paper="Chen et al. 2018, eq. 4",
            learners=_together(reconstruction=1.0, mutual_information=1.0, total_correlation=6.0, dimension_kl=1.0),
            code="gaussian",
            prior=True,
        ),
        "factor_vae": VariantInfo(
            title="FactorVAE",
            summary=(
                "A discriminator separates codes from shuffled codes. Its logit estimates the total "
                "correlation, which is penalised."
            ),
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
            judged=(t.SCORE_ON_CODE, t.SCORE_ON_SHUFFLED),
            fools="density_ratio",
            differs=_AT_ONCE,
        ),
        "wae": VariantInfo(
            title="WAE (MMD)",
            summary="Deterministic codes. An MMD term matches all codes together to a standard normal.",
            paper="Tolstikhin et al. 2018, algorithm 2",
            learners=_together(reconstruction=1.0, mmd=500.0),
            prior=True,
        ),
        "info_vae": VariantInfo(
            title="InfoVAE",
            summary=(
                "Half the KL plus an MMD term that matches all codes to the prior. The code keeps more information."
            ),
            paper="Zhao et al. 2019, eq. 6 with α = 0.5",
            learners=_together(reconstruction=1.0, kl=0.5, mmd=500.0),
            code="gaussian",
            prior=True,
        ),
        "vq_vae": VariantInfo(
            title="VQ-VAE",
            summary="Each code is built from entries of a learned codebook.",
            paper="van den Oord et al. 2017, eq. 3",
            learners=_together(reconstruction=1.0, codebook=1.0, commitment=0.25),
            code="quantized",
        ),
        "aae": VariantInfo(
            title="Adversarial autoencoder",
            summary="A discriminator separates codes from samples of a standard normal. The encoder learns to fool it.",
            paper="Makhzani et al. 2016, section 2",
            learners=_against(
                *_AUTOENCODER,
                {"reconstruction": 1.0, "code_fools_critic": 3.0},
                {"critic_prior": 1.0, "critic_code": 1.0},
            ),
            prior=True,
            critic="code",
            optimizer="adam_gan",
            judged=(t.SCORE_ON_PRIOR, t.SCORE_ON_CODE),
            fools="code_fools_critic",
            differs=_AT_ONCE,
        ),
        "vae_gan": VariantInfo(
            title="VAE-GAN",
            summary="Images are compared by features of a discriminator, and samples must fool it.",
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
            differs=(
                "The paper weighs the reconstruction of features in the decoder's loss only. Here the weight is the "
                "encoder's too. The term is a Gaussian's nats without their constant."
            ),
        ),
        "gan": VariantInfo(
            title="GAN",
            summary="A generator learns to fool a discriminator. An encoder learns to find the code of an image.",
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
            differs=_AT_ONCE,
        ),
        "wgan_gp": VariantInfo(
            title="WGAN-GP",
            summary=(
                "A critic estimates the Wasserstein distance, with a gradient penalty. It is updated five "
                "times as often as the generator."
            ),
            paper="Gulrajani et al. 2017, algorithm 1, with Adam as for the GAN",
            learners={
                **_against(
                    *_GENERATOR,
                    {"raises_score": 1.0},
                    {"score_real": 1.0, "score_fake": 1.0, "gradient_penalty": 10.0},
                    every=5,
                    against="Critic",
                ),
                **_INVERSE,
            },
            prior=True,
            critic="image",
            dropout=0.0,  # its slope must be that of one function, and a critic near its best is wanted here
            optimizer="adam_gan",
            judged=_IMAGES_AND_SAMPLES,
            fools="raises_score",
            differs=_AT_ONCE,
        ),
    }
)
