"""The list of models: what can be opened, under which title, and in sentences what cannot.

A page lists at every rerun. What was read of a folder is kept as long as its files are the same by time, size and
number, so that listing a thousand runs again opens none of their files.
"""

import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from explorer.library import models as library
from explorer.library.keys import can_be_said
from explorer.library.models import LibraryError, title_of
from explorer.places import ANOTHER_HOME, runs_folder
from explorer.runs.label import LABEL, read_label
from explorer.runs.layout import EXPERIMENT, SNAPSHOTS, SUMMARY, list_snapshots, snapshot_file
from explorer.runs.reader import Run, RunError
from models.spec.catalogue import LOSS, unit_of_total
from models.spec.experiment import Experiment

SETTLED = 2.0  # seconds: a clock of files may be as coarse, so what changed just now may change again unseen
Stamp = tuple[int, ...]  # of a file: two equal ones mean the same content
_NOWHERE: Stamp = ()


@dataclass(frozen=True)
class Listing:
    """The models that can be opened. `titles`: key -> title, in the order to offer. `passed_over`: a sentence for each
    file or folder that was left out of the list.
    """

    titles: Mapping[str, str]
    passed_over: tuple[str, ...]

    def title(self, key: str) -> str:
        """Return what a list of choices calls a model; its key where it was deleted since."""
        return self.titles.get(key, key)


@dataclass(frozen=True)
class _Model:
    """A folder that holds a model. `title` is empty where the experiment cannot be read, `key` where the model cannot
    be opened, or has no snapshot yet.
    """

    name: str
    began: int  # when the experiment was written, in ns
    title: str
    label: str  # the name that a person gave it
    loss: tuple[str, ...]  # what a loss is comparable by
    key: str
    order: int
    passed_over: tuple[str, ...]


class _Folder:
    """The models in one folder, by the folders' paths; `kind` is what their keys begin with."""

    def __init__(self, kind: str):
        self._kind = kind
        self._known: dict[str, tuple[tuple[Stamp, ...], bool, _Model]] = {}  # stamps, whether they were settled
        self.unreadable = ""  # why the folder could not be listed, in a sentence

    def look(self, parent: Path) -> list[_Model]:
        """Return the models in `parent` as they are now, in no order. What was deleted is forgotten."""
        known, now = {}, time.time()
        try:
            folders, self.unreadable = _folders(parent), ""
        except OSError as error:
            folders, self.unreadable = [], f"{parent} cannot be listed ({error.strerror}). {ANOTHER_HOME}"
        for folder in folders:
            stamps = tuple(_stamp(f"{folder}/{file}") for file in (EXPERIMENT, SUMMARY, SNAPSHOTS, LABEL))
            if not stamps[0]:
                continue  # no run
            before = self._known.get(folder)
            if before is None or before[0] != stamps or not before[1]:
                settled = max(max(stamp[:2], default=0) for stamp in stamps) < (now - SETTLED) * 1e9
                before = (stamps, settled, _read(self._kind, Path(folder), stamps[0][0]))
            known[folder] = before
        self._known = known
        return [model for _, _, model in known.values()]


_BUNDLED, _RUNS = _Folder("bundled"), _Folder("run")


def listing() -> Listing:
    """Return every model that can be opened: the bundled ones, then the runs, the newest first."""
    models = [*_bundled(), *_runs()]
    titles = {each.key: each.title if each.key == f"bundled/{each.name}" else _with_name(each) for each in models}
    titles.pop("", None)
    passed_over = (sentence for each in models for sentence in each.passed_over)
    return Listing(titles, tuple(filter(None, (_RUNS.unreadable, *passed_over))))


def run_titles(said: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a list of choices calls each run, by its folder, the newest first: also those without a snapshot.

    `said`: what is to be said of some of them besides.
    """
    besides = said or {}
    return {each.name: _with_name(each, besides.get(each.name, "")) for each in _runs()}


def runs_to_compare(experiment: Experiment) -> list[str]:
    """Return the names of the runs whose total loss is of the same images, pixel model and unit, the newest first."""
    return [each.name for each in _runs() if each.loss == _loss_of(experiment)]


def _loss_of(experiment: Experiment) -> tuple[str, ...]:
    unit = unit_of_total(experiment.term(name) for name in experiment.terms_of(LOSS))
    return experiment.dataset, experiment.pixel_model, unit


def _bundled() -> list[_Model]:
    return sorted(_BUNDLED.look(library.PRETRAINED), key=lambda model: (model.order, model.name))


def _runs() -> list[_Model]:
    return sorted(_RUNS.look(runs_folder()), key=lambda model: (model.began, model.name), reverse=True)


def _with_name(model: _Model, besides: str = "") -> str:
    """Return a model's title with the name that a person gave it first, and the one of its folder last."""
    return " · ".join(filter(None, [model.label, model.title or "cannot be read", besides, model.name]))


def _folders(parent: Path) -> list[str]:
    if not parent.is_dir():
        return []
    with os.scandir(parent) as found:
        return [each.path for each in found if not each.name.startswith(".")]


def _stamp(path: str) -> Stamp:
    """Return (written, changed, size, number) of a file or folder, times in ns; empty where there is none.

    An experiment that is a folder counts as none.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 (a third of the time of a Path's, three thousand times a rerun)
    except (OSError, ValueError):
        return _NOWHERE
    if path.endswith(EXPERIMENT) and not stat.S_ISREG(found.st_mode):
        return _NOWHERE
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _read(kind: str, folder: Path, began: int) -> _Model:
    """Open one folder. A damaged one, or one of another version, must not hide the others."""
    names, key, order = list_snapshots(folder), f"{kind}/{folder.name}", 0
    passed_over = [_stray(folder, name) for name in names.strays]
    try:
        experiment = Run(folder).experiment
        title, loss = title_of(experiment), _loss_of(experiment)
    except RunError:
        title, loss = "", ()
    try:
        _check_name(folder.name)
        if names.steps:
            order = library.find(key).summary.get("order", 0)
    except LibraryError as error:
        passed_over.append(f"{key} is not listed. {error}")
        key = ""
    label = read_label(folder).name
    return _Model(folder.name, began, title, label, loss, key if names.steps else "", order, tuple(passed_over))


def _check_name(name: str) -> None:
    if not can_be_said(name):
        raise LibraryError(
            f"The folder was named {name[:80]!r}; allowed are names without control characters, a dot at the "
            "beginning, and @ with a number at the end. Rename it."
        )


def _stray(folder: Path, name: str) -> str:
    return (
        f"{folder.name}/{SNAPSHOTS}/{name} is not listed: a snapshot is a file named by a step of nine digits, such as "
        f"{snapshot_file(250)}. Rename the file, or move it elsewhere."
    )
