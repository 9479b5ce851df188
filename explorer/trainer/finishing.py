"""The end of a training: what is measured of its model, and put where readers find it."""

from typing import TYPE_CHECKING

from explorer.runs.layout import write_summary
from explorer.trainer.estimates import effort_after, estimates, is_cheap
from explorer.trainer.listening import Stop
from explorer.trainer.summary import measure

if TYPE_CHECKING:
    from explorer.trainer.training import Trainer


def finish(trainer: "Trainer") -> str:
    """Measure the model on the held-out test images and write the summary.

    Return what somebody should know of the result: that a loss is not finite, or that nobody waited for a measurement.
    The model is whole in any case.
    """
    missing, data, urgent = [], trainer.images, trainer.listener.process_urgent
    try:
        trainer.summary |= measure(
            trainer.program, data.test_images, data.test_labels, trainer.validation_batch, urgent
        )
        trainer.warn(trainer.guard.check_held_out("test", trainer.summary["test"], trainer.epoch))
        missing.append(_estimate(trainer))
    except Stop as reason:
        missing.append(f"The model was not evaluated on the test images. {reason}")
    trainer.summary |= {"seconds": trainer.watch.seconds, "steps": trainer.step}
    trainer.disk.write_or_warn("The results on the test images", lambda: write_summary(trainer.folder, trainer.summary))
    try:
        trainer.wait_for_disk()
    except Stop:
        missing.append(trainer.disk.lost())
    trainer.watch.stop()
    return " ".join(filter(None, [trainer.warning, *missing]))


def finish_stopped(trainer: "Trainer") -> None:
    """Measure what can be within a small share of the time that a training took until somebody stopped it."""
    if is_cheap(trainer.watch.seconds):
        _estimate(trainer)
        trainer.disk.write_or_warn("The estimates", lambda: write_summary(trainer.folder, trainer.summary))


def _estimate(trainer: "Trainer") -> str:
    """Put the estimates into the summary. Return what was left out since somebody did not wait; else nothing."""
    effort, urgent = effort_after(trainer.watch.seconds), trainer.listener.process_urgent
    stage = ""

    def tell(said: str) -> None:
        nonlocal stage
        stage = said
        trainer.store.flush(stage=said)

    try:
        for entry in estimates(trainer.program, trainer.images, effort, urgent, tell):
            trainer.summary |= entry
    except Stop as reason:
        return f"Ended while {stage}. {reason}"
    return ""
