"""The types of the catalogue's entries."""

from collections.abc import Mapping
from dataclasses import dataclass

NATS = "nats per image"  # summed over pixels and dimensions, averaged over the batch
CRITIC = "critic"  # the network that judges, in code and files; on screen it has its learner's title
QUESTION = "a Stack Overflow question on multi-output models and custom losses in Keras"  # Hourglass grew from it
ONCE, EACH_STEP = "once", "at each step"
SCORE = "score"  # of a critic that is no classifier: only differences of it mean something


@dataclass(frozen=True)
class NetworkInfo:
    title: str
    summary: str
    least_side: int = 1  # pixels: on smaller images its convolutions have nothing left
    settings: tuple[str, ...] = ()  # its sizes
    former: bool = False  # not offered any more: models of earlier versions have it


@dataclass(frozen=True)
class SettingInfo:
    """A number that an experiment has a field for, asked for where a choice names it in its `settings`."""

    title: str
    step: float
    help: str


@dataclass(frozen=True)
class PixelModelInfo:
    """Data range, loss and link are one choice: any other pairing trains or shows something else than it says."""

    title: str
    summary: str
    output: str  # name of the decoder's linear output
    link: str  # formula, for the screen
    reconstruction: str  # formula of the reconstruction term
    paper: str  # where that formula comes from
    unit: str = NATS  # of the reconstruction term
    scale: float = 1.0  # white, as the networks and the loss see it; everywhere else images are in 0..1
    settings: tuple[str, ...] = ()
    floor: str = ""  # what the least possible reconstruction comes from, in words; empty where that is 0
    binarise: str = ""  # ONCE or EACH_STEP, where pixels are made black or white at random, grey being the probability
    reads_grey: bool = False  # a pixel between black and white is read as the probability of white

    @property
    def is_likelihood(self) -> bool:
        """True where the reconstruction is -log p(x|z), so that a VAE's loss is the negative ELBO.

        Where it `reads_grey`, that is so for images in black and white only.
        """
        return self.unit == NATS


@dataclass(frozen=True)
class TensorInfo:
    """A named tensor: the kind of its shape, what it is made of, and through which network or step.

    Where it has no `formula`, it is what `through` makes of its sources.
    """

    kind: str  # a key of KINDS: equal kinds are equal shapes
    hint: str
    sources: tuple[str, ...] = ()
    through: str = ""
    formula: str = ""


@dataclass(frozen=True)
class TermInfo:
    """One addend of a loss. `needs` names the tensors it reads, in the order of its function's arguments.

    Where `of_pixels`, the term is the pixel model's: it reads its output too, and formula, unit and paper are its own.
    So ask an experiment for its terms (`Experiment.term`), which knows.
    """

    title: str
    formula: str
    paper: str
    needs: tuple[str, ...]
    unit: str = NATS
    of_pixels: bool = False
    of_batch: bool = False  # it is one number for a whole batch, and means another for a batch of another size
    note: str = ""  # what its value does not say, in sentences
    pairs: int = 0  # tensors of (batch, batch) that it holds at the peak of a step
    settings: tuple[str, ...] = ()

    @property
    def plain_unit(self) -> str:
        """The unit without what it says of this one term's values, behind a comma: no sum with others says that."""
        return self.unit.partition(", ")[0]


@dataclass(frozen=True)
class CodeInfo:
    """The end of an encoder. `gives` names its tensors; the decoder gets `z`, and `z_mean` is displayed."""

    title: str
    gives: tuple[str, ...]
    settings: tuple[str, ...] = ()


def _ordinal(number: int) -> str:
    """Return an ordinal such as `2nd`. 11 to 13 of every hundred end in th."""
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


@dataclass(frozen=True)
class LearnerInfo:
    """One who minimises terms (name -> default weight) by updating networks."""

    title: str
    moves: tuple[str, ...]
    weights: Mapping[str, float]
    every: int = 1  # it moves at every so many steps

    def called(self, network: str) -> str:
        """Return what one of its networks is called on screen: the one that judges is a discriminator or a critic."""
        return self.title.lower() if network == CRITIC else network

    @property
    def networks(self) -> str:
        """The networks that it moves, in words."""
        return " and ".join(map(self.called, self.moves))

    @property
    def is_one_network(self) -> bool:
        """True where the learner is called like the only network that it moves, such as the critic."""
        return self.networks == self.title.lower()

    @property
    def turns(self) -> str:
        """The steps at which it moves, in words such as `every 5th step`; nothing where it moves at each."""
        return f"every {_ordinal(self.every)} step" if self.every > 1 else ""


AUTOENCODERS, VARIATIONAL, ADVERSARIAL = "Autoencoders", "Variational", "Adversarial"
FAMILIES = (AUTOENCODERS, VARIATIONAL, ADVERSARIAL)


@dataclass(frozen=True)
class VariantInfo:
    """`learners` are keyed by the name of their total, as curves and files have it.

    `differs` says in a sentence where the variant is not as in its paper.
    """

    title: str
    summary: str
    paper: str
    learners: Mapping[str, LearnerInfo]
    code: str = "plain"  # a key of CODES
    prior: bool = False  # codes can be drawn from a standard normal
    critic: str | None = None  # what it judges: "image" or "code"
    dropout: float = 0.3  # behind a layer of a critic of images
    judged: tuple[str, str] | None = None  # its logits on real and on generated inputs
    fools: str = ""  # the first learner's term against it
    optimizer: str = "adam"  # unless the experiment names another
    conditional: bool = False  # encoder and decoder are given the class, as one-hot behind features and code
    settings: tuple[str, ...] = ()
    differs: str = ""

    @property
    def family(self) -> str:
        """One of `FAMILIES`. A Gaussian posterior makes it variational, unless a critic judges images."""
        if self.critic == "image" or (self.critic and not self.stochastic):
            return ADVERSARIAL
        return VARIATIONAL if self.stochastic else AUTOENCODERS

    @property
    def weights(self) -> Mapping[str, float]:
        """The default weight of every term, learner by learner."""
        return {term: weight for learner in self.learners.values() for term, weight in learner.weights.items()}

    def called(self, network: str) -> str:
        """Return what a network, or another step of the data, is called on screen."""
        owner = next((learner for learner in self.learners.values() if network in learner.moves), None)
        return owner.called(network) if owner else network

    @property
    def stochastic(self) -> bool:
        """True where the encoder gives a distribution."""
        return self.code == "gaussian"

    @property
    def gradient_names(self) -> tuple[str, ...]:
        """The gradients whose norms `health/gradients` holds: the totals', then that of the term against the critic."""
        return (*self.learners, self.fools) if self.fools else ()

    @property
    def uses_corruption(self) -> bool:
        return "corruption" in self.settings
