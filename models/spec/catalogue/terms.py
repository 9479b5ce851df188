"""Every loss term: formula, unit, paper and the tensors it reads. The function stands under its name in `losses`."""

from collections.abc import Mapping
from types import MappingProxyType

from models.spec import tensors as t
from models.spec.catalogue.info import NATS, SCORE, TermInfo

LOGISTIC = f"{NATS}, 0.69 at even odds"
GOODFELLOW, MAKHZANI = "Goodfellow et al. 2014, eq. 1 and section 3", "Makhzani et al. 2016, section 2"
WGAN = "Gulrajani et al. 2017, eq. 3"
CHEN, KIM = "Chen et al. 2018, eq. 2 and 4", "Kim & Mnih 2018, eq. 2 and 3"
VQ = "van den Oord et al. 2017, eq. 3"
RECONSTRUCTION = "reconstruction"
ELBO = (RECONSTRUCTION, "kl")  # unweighted, their sum is the negative ELBO of a pixel model that is a likelihood

TERMS: Mapping[str, TermInfo] = MappingProxyType(
    {
        "reconstruction": TermInfo(
            "Reconstruction", "−log p(x|z)", "Kingma & Welling 2014, eq. 7", (t.X,), of_pixels=True
        ),
        "kl": TermInfo(
            "KL",
            "½ Σ exp(z_log_var) + z_mean² − 1 − z_log_var",
            "Kingma & Welling 2014, appendix B",
            (t.Z_MEAN, t.Z_LOG_VAR),
        ),
        "l1": TermInfo("L1 of the code", "Σ |z|", "Olshausen & Field 1996, eq. 2 to 4", (t.Z,), "Σ |z| per image"),
        "sparsity": TermInfo(
            "Sparsity",
            "Σ ρ log(ρ/ρ̂) + (1 − ρ) log((1 − ρ)/(1 − ρ̂)), ρ̂ the batch mean of z",
            "Ng 2011, lecture notes on the sparse autoencoder",
            (t.Z,),
            of_batch=True,
            settings=("sparsity",),
        ),
        "free_bits": TermInfo(
            "KL with free bits",
            "Σ max(λ, batch mean of the dimension's KL)",
            "Kingma et al. 2016, eq. 15",
            (t.Z_MEAN, t.Z_LOG_VAR),
            of_batch=True,
            settings=("free_nats",),
        ),
        "capacity": TermInfo(
            "Distance to capacity",
            "|C − batch mean of the KL|, C rising to its full size",
            "Burgess et al. 2018, eq. 8",
            (t.Z_MEAN, t.Z_LOG_VAR, t.EPOCHS),
            of_batch=True,
            settings=("capacity", "capacity_epochs"),
        ),
        "mutual_information": TermInfo(
            "Index-code mutual information",
            "log_posterior − log_aggregate",
            CHEN,
            (t.LOG_POSTERIOR, t.LOG_AGGREGATE),
            f"{NATS}, at most ln(batch)",
            of_batch=True,
        ),
        "total_correlation": TermInfo(
            "Total correlation",
            "log_aggregate − log_marginals",
            CHEN,
            (t.LOG_AGGREGATE, t.LOG_MARGINALS),
            f"{NATS}, biased upwards",
            of_batch=True,
            note=(
                "Estimated from the batch, too high: a batch shows at most ln(batch) nats of index-code mutual "
                "information, and the rest of the KL counts as total correlation. Independent codes in 8 dimensions "
                "with σ 0.1 show 13.1 nats in a batch of 128, where 0 is true. A run ends with the value from many "
                "posteriors."
            ),
        ),
        "dimension_kl": TermInfo(
            "Dimension-wise KL", "log_marginals − log_prior", CHEN, (t.LOG_MARGINALS, t.LOG_PRIOR), of_batch=True
        ),
        "mmd": TermInfo(
            "MMD",
            "E k(z,z′) + E k(p,p′) − 2 E k(z,p), k(a,b) = c/(c + ‖a − b‖²), c = 2·latent",
            "Tolstikhin et al. 2018, section 4; Gretton et al. 2012, eq. 3",
            (t.Z, t.Z_PRIOR),
            "squared distance of means",
            of_batch=True,
            pairs=5,
        ),
        "codebook": TermInfo(
            "Codebook", "Σ (fixed(z_encoded) − codeword)²", VQ, (t.Z_ENCODED, t.CODEWORD), "squared code distance"
        ),
        "commitment": TermInfo(
            "Commitment", "Σ (z_encoded − fixed(codeword))²", VQ, (t.Z_ENCODED, t.CODEWORD), "squared code distance"
        ),
        "fools_critic": TermInfo(
            "Fooling the discriminator", "softplus(−score_on_sample)", GOODFELLOW, (t.SCORE_ON_SAMPLE,), LOGISTIC
        ),
        "critic_real": TermInfo(
            "Discriminator on images", "softplus(−score_on_x)", GOODFELLOW, (t.SCORE_ON_X,), LOGISTIC
        ),
        "critic_fake": TermInfo(
            "Discriminator on samples", "softplus(score_on_sample)", GOODFELLOW, (t.SCORE_ON_SAMPLE,), LOGISTIC
        ),
        "raises_score": TermInfo("Generator score", "−score_on_sample", WGAN, (t.SCORE_ON_SAMPLE,), SCORE),
        "score_real": TermInfo("Critic score of images", "−score_on_x", WGAN, (t.SCORE_ON_X,), SCORE),
        "score_fake": TermInfo("Critic score of samples", "score_on_sample", WGAN, (t.SCORE_ON_SAMPLE,), SCORE),
        "gradient_penalty": TermInfo("Gradient penalty", "(score_slope − 1)²", WGAN, (t.SCORE_SLOPE,), "squared slope"),
        "code_fools_critic": TermInfo(
            "Fooling the code discriminator", "softplus(−score_on_code)", MAKHZANI, (t.SCORE_ON_CODE,), LOGISTIC
        ),
        "critic_prior": TermInfo(
            "Discriminator on the prior", "softplus(−score_on_prior)", MAKHZANI, (t.SCORE_ON_PRIOR,), LOGISTIC
        ),
        "critic_code": TermInfo(
            "Discriminator on codes", "softplus(score_on_code)", MAKHZANI, (t.SCORE_ON_CODE,), LOGISTIC
        ),
        "feature_reconstruction": TermInfo(
            "Feature reconstruction",
            "½ Σ (features_on_x − features_on_reconstruction)²",
            "Larsen et al. 2016, eq. 6 and 7",
            (t.FEATURES_ON_X, t.FEATURES_ON_RECONSTRUCTION),
            f"{NATS}, up to a constant",
        ),
        "density_ratio": TermInfo("Total correlation (density ratio)", "score_on_code", KIM, (t.SCORE_ON_CODE,)),
        "critic_joint": TermInfo(
            "Discriminator on joint codes", "softplus(−score_on_code)", KIM, (t.SCORE_ON_CODE,), LOGISTIC
        ),
        "critic_shuffled": TermInfo(
            "Discriminator on shuffled codes", "softplus(score_on_shuffled)", KIM, (t.SCORE_ON_SHUFFLED,), LOGISTIC
        ),
        "code_regression": TermInfo(
            "Code regression",
            "½ Σ (z_prior − sample_code)²",
            "Donahue et al. 2017, section 4.1, the latent regressor",
            (t.Z_PRIOR, t.SAMPLE_CODE),
            "squared code distance",
        ),
    }
)
