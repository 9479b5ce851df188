"""What ends a training, or does not: too little memory, and files that cannot be written. Inside this process."""

from pathlib import Path

import tensorflow as tf

from explorer.runs.layout import EXPERIMENT, SUMMARY, write_json
from explorer.runs.reader import Run
from explorer.trainer import process as trainer
from explorer.trainer import training
from models.spec.memory import out_of_memory
from tests.support.helpers import quick
from tests.support.run_helpers import small_trainer


def test_too_little_memory_is_said_and_not_called_unexpected(tmp_path, no_parent_needed, monkeypatch):
    monkeypatch.setattr(training.TrainingLoop, "train_many", lambda *_: tf.fill([2**40], 1.0))
    write_json(tmp_path / EXPERIMENT, quick(batch_size=4096).model_dump())
    assert trainer.main(tmp_path) == 1
    status = Run(tmp_path).status()
    assert (status.state, status.step) == ("failed", 0)
    assert status.message == out_of_memory(4096)


def _block(folder: Path) -> None:
    """Let no summary be written any more: a folder stands in its place."""
    (folder / SUMMARY).unlink(missing_ok=True)
    (folder / SUMMARY).mkdir()


def test_results_that_cannot_be_saved_are_said_and_the_run_has_finished(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path)
    trainer.train()
    _block(tmp_path)
    assert trainer.finish().startswith("The results on the test images could not be saved ([Errno 21] Is a directory")
    trainer.store.close()


def test_a_run_that_nobody_could_explore_fails_in_words_before_it_trains(tmp_path, no_parent_needed):
    write_json(tmp_path / EXPERIMENT, quick().model_dump())
    _block(tmp_path)
    assert trainer.main(tmp_path) == 1
    with Run(tmp_path) as run:
        status = run.status()
    assert (status.state, status.step) == ("failed", 0)
    assert status.message.startswith(f"{tmp_path} cannot be written (Is a directory). ")
