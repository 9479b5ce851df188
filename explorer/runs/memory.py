"""The memory that a training needs beside what this machine has left for one, and the sentence that refuses it."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from explorer.datasets.catalogue import dataset_info, validation_count
from explorer.places import size_in_words
from models.spec.experiment import Experiment, ExperimentError
from models.spec.need import Need, need_of

RESERVED = 1_800_000_000  # bytes of addresses that a trainer takes and never fills, which `ulimit -v` counts
PROC, CGROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
# Of the two versions of control groups: limit, use, and in `memory.stat` the part of it that the kernel gives back.
_V2 = ("memory.max", "memory.current", "inactive_file")
_V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
HALVINGS = 12


@dataclass(frozen=True)
class Memory:
    """The need of an experiment, and what is free for it, in bytes."""

    experiment: Experiment
    need: Need
    free: int

    @property
    def fits(self) -> bool:
        return self.need.total <= self.free

    @property
    def refusal(self) -> str:
        """The sentences that say why it cannot be trained here, and what to make smaller."""
        part, most = max(self.need.parts.items(), key=lambda each: each[1])
        share = f", most of it for {part}" if most > self.need.total / 2 else ""
        need, free = size(self.need.total), size(self.free)
        return f"This training needs about {need} of memory{share}. {free} are free. {self._remedy()}"

    @property
    def parts(self) -> str:
        """The parts of the need in words, those that are next to nothing left out."""
        return ", ".join(f"{name} {size(count)}" for name, count in self.need.parts.items() if count > 1e6)

    def _remedy(self) -> str:
        smaller = {name: _largest_that_fits(self.experiment, name, self.free) for name in ("batch_size", "latent_dim")}
        words = {"batch_size": "a batch size of {:,}", "latent_dim": "{:,} latent dimensions"}
        fitting = [words[name].format(value) for name, value in smaller.items() if value is not None]
        if fitting:
            return f"It fits with {' or '.join(fitting)}."
        return "Choose a smaller batch size, network or data set, or close other programs."


def size(count: float) -> str:
    """Return a number of bytes in two digits, as no estimate has more: `640 MB`, `1.2 GB`, `24 GB`."""
    return size_in_words(float(f"{count:.2g}"))


def memory_of(experiment: Experiment, promised: int = 0) -> Memory:
    """Return what an experiment needs, and what this machine has left.

    `promised`: bytes that are free, but that trainings which have begun will still take.
    """
    return Memory(experiment, _need(experiment), max(0, free_memory() - promised))


def still_to_take(experiment: Experiment, pid: int) -> int:
    """Return how many bytes the trainer of an experiment will take at its peak beyond those that it has now."""
    try:
        return max(0, _need(experiment).total - psutil.Process(pid).memory_info().rss)
    except psutil.Error:  # it has gone
        return 0


def largest_batch(experiment: Experiment) -> int:
    """Return how many images a step of the experiment has at most: there may be fewer than its batch size."""
    count = dataset_info(experiment.dataset).training
    return min(experiment.batch_size, count - validation_count(count, experiment.validation_fraction))


def _need(experiment: Experiment) -> Need:
    info = dataset_info(experiment.dataset)
    return need_of(experiment, info.image_shape, info.classes, largest_batch(experiment), info.examples)


def _largest_that_fits(experiment: Experiment, field: str, free: int) -> int | None:
    """Return the field's largest value, halved from the experiment's own, with which it fits; None where none does."""
    value = getattr(experiment, field)
    for _ in range(HALVINGS):
        value //= 2
        with contextlib.suppress(ExperimentError):
            smaller = Experiment.parse({**experiment.model_dump(), field: value})
            if _need(smaller).total <= free:
                return value
    return None


def free_memory() -> int:
    """Return how many bytes a new process can have: of the machine, its control groups and the limits of this one."""
    return max(0, min([psutil.virtual_memory().available, *_group_room(), *_address_room()]))


def _group_room() -> Iterator[int]:
    """Yield what is left under the limit of each control group that this process is in, and of those above it."""
    with contextlib.suppress(OSError):
        for line in PROC.read_text(encoding="utf-8").splitlines():
            number, _, rest = line.partition(":")
            controllers, _, path = rest.partition(":")
            if number == "0":
                yield from _rooms(CGROUPS, path, _V2)
            elif "memory" in controllers.split(","):
                yield from _rooms(CGROUPS / "memory", path, _V1)


def _rooms(root: Path, path: str, names: tuple[str, str, str]) -> Iterator[int]:
    limit, use, reclaimable = names
    below = root / path.lstrip("/")
    # In a container the root is the group itself, and its path, as the machine sees it, is not there.
    for folder in (below, *below.parents):
        with contextlib.suppress(OSError, ValueError):  # no limit is "max", or no file at all
            most, used = (int((folder / name).read_text(encoding="ascii")) for name in (limit, use))
            stat = dict(line.split() for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines())
            yield most - used + int(stat.get(reclaimable, 0))
        if folder == root:
            return


def _address_room() -> Iterator[int]:
    """Yield what a new process can have under `ulimit -v`, which the system counts in addresses."""
    if sys.platform != "win32":
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            yield most - RESERVED
