"""One VAE objective, wired in five ways into Keras: the table. Pages show the files, the analyst runs them.

Each file of `models/wirings` gives `wire(encoder, decoder, optimizer, kl_weight) -> compiled model` and
`targets(images)`, the y of `fit`. `encoder` is images -> {z_mean, z_log_var, z}, `decoder` is z -> logits. The
objective is, in nats per image, reconstruction (cross-entropy from logits, summed over the pixels) + kl_weight × KL,
averaged over the batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parents[1] / "wirings"


@dataclass(frozen=True)
class WiringInfo:
    """`best_for`: what to take it for. `targets`: what fit is given as y. `file` is shown on the page, and it is the
    module that runs.
    """

    title: str
    best_for: str
    summary: str
    targets: str
    file: str

    def source(self) -> str:
        return (_FOLDER / self.file).read_text(encoding="utf-8")


@dataclass(frozen=True)
class CapabilityInfo:
    """A question to a wiring, answered by running it."""

    title: str
    question: str


WIRINGS: Mapping[str, WiringInfo] = MappingProxyType(
    {
        "dict_outputs": WiringInfo(
            "Dict outputs",
            "Heads with a target each",
            "Right for independent heads; a loss sees one output only, so the KL needs both its tensors in one output, "
            "and a target that is ignored.",
            "the images, and zeros for the KL",
            "dict_outputs.py",
        ),
        "concatenated": WiringInfo(
            "Concatenated",
            "A formula over all outputs; nothing checks the slices",
            "The accepted answer's way takes any formula over all outputs, by slices instead of names; a term is "
            "reported only where it is written a second time, as a metric.",
            "the images, flat",
            "concatenated.py",
        ),
        "add_loss": WiringInfo(
            "add_loss",
            "A regulariser that belongs to a layer",
            "Right for a regulariser that belongs to its layer and goes wherever the layer goes; only the total is "
            "reported.",
            "the images",
            "add_loss.py",
        ),
        "compute_loss": WiringInfo(
            "compute_loss",
            "A VAE: the least code, every term reported",
            "Any formula over named tensors, with every term reported, for everything that one optimizer can train.",
            "nothing",
            "compute_loss.py",
        ),
        "train_step": WiringInfo(
            "train_step",
            "Several optimizers, adversarial terms; Hourglass does so",
            "Everything, with as many optimizers as it takes, as a GAN needs; in return the step and the test step are "
            "yours to write.",
            "nothing",
            "train_step.py",
        ),
    }
)

CAPABILITIES: Mapping[str, CapabilityInfo] = MappingProxyType(
    {
        "named_terms": CapabilityInfo("Named terms", "Does fit report reconstruction and KL apart?"),
        "short_batch": CapabilityInfo("Short last batch", "Is what an epoch reports the mean over its images?"),
        "live_weights": CapabilityInfo("Live weights", "Does a new KL weight count at once, without a retrace?"),
        "second_optimizer": CapabilityInfo("Second optimizer", "Can encoder and decoder have an optimizer each?"),
        "evaluate": CapabilityInfo("Evaluate", "Does evaluate give the same total?"),
        "saving": CapabilityInfo("Saving", "Does a saved model come back compiled, and the same?"),
    }
)
