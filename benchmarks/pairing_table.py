"""The measurements of the whole space of the pairing lab, as a table on disk: one line a training.

The display takes no part in a training, so a line has what each link shows. What no rule reads is left out, and is NaN
in the measurements that a line gives back.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from explorer.diagnosis.pairing_measures import LossCourse, PairingMeasured
from models.spec.pairing_fit import targets_of
from models.spec.pairings import DATA_RANGES, LAST_LAYERS, LINKS, LOSSES, Pairing

_NAMES = ("network", "dataset", "data", "last", "loss")
_WHOLE = ("steps", "images")
_NUMBERS = (
    "learning_rate", "mean_error", "first_loss", "last_loss", "lowest_output", "highest_output", "gradient", "clipped",
    "variation",
    "course_first", "course_highest", "course_least", "course_half", "course_last",
)  # fmt: skip
_BY_LINK = ("error", "saturation")
COLUMNS = (*_NAMES, *_WHOLE, *_NUMBERS, *(f"{name} {link}" for link, name in product(LINKS, _BY_LINK)))


@dataclass(frozen=True)
class Training:
    """One training of the space, with what was measured of it under every link."""

    network: str
    dataset: str
    measured: Mapping[str, PairingMeasured]  # by link
    pairing: Pairing  # with any link

    @property
    def learning_rate(self) -> float:
        return self.measured["p"].learning_rate or 0.0

    @property
    def steps(self) -> int:
        return self.measured["p"].steps

    def under(self, link: str) -> Pairing:
        """Return the pairing of this training with a link."""
        return self.pairing.model_copy(update={"link": link})


def all_trainings() -> list[Pairing]:
    """Return every range, last layer and loss, each once."""
    return [Pairing(data=d, last=a, loss=o) for d, a, o in product(DATA_RANGES, LAST_LAYERS, LOSSES)]


def write_table(path: Path, trainings: Iterable[Training]) -> None:
    """Write a line for each training, four digits a number."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(line_of, trainings))


def read_table(path: Path) -> list[Training]:
    """Read what `write_table` wrote. Raises KeyError or ValueError for another table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [training_of(line) for line in csv.DictReader(file)]


def line_of(training: Training) -> list[str]:
    """Return the cells of a training, four digits a number."""
    any_link = training.measured["p"]
    course = any_link.course
    assert course is not None
    names = [training.network, training.dataset, *(getattr(training.pairing, name) for name in _NAMES[2:])]
    numbers = [
        any_link.learning_rate, any_link.mean_error, any_link.first_loss, any_link.last_loss, *any_link.outputs,
        any_link.gradient, any_link.clipped, any_link.variation,
        course.first, course.highest, course.least, course.half, course.last,
    ]  # fmt: skip
    for link, found in training.measured.items():
        numbers += [found.errors[link], found.saturation]
    return [*names, str(any_link.steps), str(any_link.images), *("" if n is None else f"{n:.4g}" for n in numbers)]


def training_of(line: Mapping[str, str]) -> Training:
    """Return the training of a line, by column. Raises KeyError or ValueError for a line of another table."""
    pairing = Pairing(data=line["data"], last=line["last"], loss=line["loss"])
    measured = {link: _measured(line, link, pairing) for link in LINKS}
    return Training(line["network"], line["dataset"], measured, pairing)


def _measured(line: Mapping[str, str], link: str, pairing: Pairing) -> PairingMeasured:
    def number(name: str) -> float | None:
        return float(line[name]) if line[name] else None

    course = LossCourse(*(float(line[f"course_{name}"]) for name in ("first", "highest", "least", "half", "last")))
    return PairingMeasured(
        images=int(line["images"]),
        steps=int(line["steps"]),
        first_loss=float(line["first_loss"]),
        last_loss=float(line["last_loss"]),
        targets=targets_of(pairing),
        outputs=(float(line["lowest_output"]), float(line["highest_output"])),
        saturation=number(f"saturation {link}"),
        gradient=float(line["gradient"]),
        errors={other: float(line[f"error {other}"]) for other in LINKS},
        ink=float("nan"),
        background=float("nan"),
        contrast=float("nan"),
        mean_error=number("mean_error"),
        learning_rate=number("learning_rate"),
        course=course,
        clipped=number("clipped"),
        variation=number("variation"),
    )
