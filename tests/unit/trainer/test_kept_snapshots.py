"""Of too many snapshots every second one goes, but those that a link points to."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from explorer.runs.layout import SNAPSHOTS, keep_snapshot, list_snapshots, snapshot_file
from explorer.trainer.snapshots import MOST_SNAPSHOTS, Snapshots


def _snapshots(folder: Path) -> Snapshots:
    """The snapshots of a run whose model is nothing."""

    def remove(step: int) -> None:
        (folder / SNAPSHOTS / snapshot_file(step)).unlink()

    (folder / SNAPSHOTS).mkdir()
    probe = SimpleNamespace(save_snapshot=lambda path, _step: path.touch())
    store = SimpleNamespace(flush=lambda **_place: None, add_snapshot=lambda _step: None, remove_snapshot=remove)
    return Snapshots(folder, cast("Any", probe), cast("Any", store))


def test_kept_ones_stay_and_the_others_are_thinned(tmp_path):
    snapshots, kept = _snapshots(tmp_path), (1, 13, 90)
    for step in range(200):
        snapshots.save(step, {})
        if step in kept:
            keep_snapshot(tmp_path, step)
            keep_snapshot(tmp_path, step)
    steps = list_snapshots(tmp_path).steps
    assert list(steps) == snapshots.steps
    assert {0, *kept, 199} <= set(steps)
    assert len(steps) <= MOST_SNAPSHOTS + len(kept)


def test_even_if_all_are_kept_none_goes(tmp_path):
    snapshots = _snapshots(tmp_path)
    for step in range(2 * MOST_SNAPSHOTS):
        snapshots.save(step, {})
        keep_snapshot(tmp_path, step)
    assert list_snapshots(tmp_path).steps == tuple(range(2 * MOST_SNAPSHOTS))
