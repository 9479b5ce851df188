"""The course of one training: its steps, what it reports and keeps, and the commands that change it."""

import time
from pathlib import Path

import numpy as np

from explorer.datasets.binary import as_read
from explorer.datasets.loading import Images, split
from explorer.library.sprites import most_sprites
from explorer.runs.commands import Command, SetLearningRate, SetMoving, SetWeight, Simple, StepTo
from explorer.runs.layout import history_row, weighted_terms
from explorer.runs.writer import RunWriter
from explorer.trainer.disk import Disk
from explorer.trainer.finishing import finish
from explorer.trainer.guard import LossGuard
from explorer.trainer.holding import Hold
from explorer.trainer.listening import Listener
from explorer.trainer.pace import Pace
from explorer.trainer.probe import SIZE, Probe
from explorer.trainer.snapshots import Snapshots
from explorer.trainer.steering import Steering
from explorer.trainer.summary import describe, probe_set, save_description
from models.program import build
from models.spec.experiment import Experiment
from models.spec.term_settings import weights_at
from models.training import TrainingLoop, epoch_batches

CALL_SECONDS = 0.04  # of steps between two polls of the inbox; a call into TensorFlow costs a millisecond
MOST_STEPS_A_CALL = 16
FLUSH_EVERY = 0.2  # seconds
VALIDATION_BATCH = 1000


class Trainer:
    """An experiment on its data, with its store. `train` runs to the end."""

    def __init__(self, folder: Path, experiment: Experiment, images: Images, store: RunWriter, listener: Listener):
        self.folder, self.experiment, self.store, self.listener = folder, experiment, store, listener
        self.training, self.validation = split(len(images.images), experiment.validation_fraction, experiment.seed)
        self.images = images = as_read(images, experiment, self.training)
        self.program = build(experiment, images.images.shape[1:], len(images.class_names))
        model = self.program.model
        self.loop = TrainingLoop(model, images.images, images.labels)
        self.guard = LossGuard.of(experiment, model.series)
        self.warning = ""  # the first thing that was wrong and did not end the run
        self.disk = Disk(store, self.warn)
        self.probe = self._make_probe()
        self.snapshots = Snapshots(folder, self.probe, store)
        self.steering = Steering(self.program, store)
        self.terms = self.steering.terms
        # What is one number for a batch is only compared with that of a batch of the same size.
        of_batch = any(experiment.term(name).of_batch for name in self.terms)
        self.validation_batch = experiment.batch_size if of_batch else VALIDATION_BATCH
        self.weights = dict.fromkeys(self.terms, 0.0)  # in force at the last step, by term
        self.steps_a_call = 1
        self.step, self.epoch, self.watch = 0, 0.0, Pace()
        self.hold = Hold(store, self.disk, self.watch, self.place)
        self.last_flush = -np.inf

    def _make_probe(self) -> Probe:
        parts = (self.training, self.validation)
        size = min(SIZE, most_sprites(self.images.images.shape[1:]))  # what is saved can be read again
        images, labels = probe_set(self.images, parts, size)
        probe = Probe(self.program, images, labels)
        self.summary = describe(self.program, self.images, parts, labels)
        self.disk.write("The images that are followed", lambda: save_description(self.folder, probe, self.summary))
        return probe

    def train(self) -> None:
        self.store.open_history(self.loop.series, list(self.terms))
        self.store.set_state("preparing", "compiling")
        self.snapshot()
        self.listener.process_urgent()
        self.watch.start()
        for epoch in range(self.experiment.epochs):
            self._train_epoch(epoch)
            self._validate(epoch + 1)
        self.snapshot()
        self.wait_for_disk()
        self.watch.stop()

    def _train_epoch(self, epoch: int) -> None:
        batches = epoch_batches(self.training, self.experiment.batch_size, self.experiment.seed, epoch)
        done = 0
        while done < len(batches):
            self._process_commands()
            some = self._next(batches, done)
            epochs = epoch + (done + np.arange(len(some) + 1)) / len(batches)
            self._train_steps(some, epochs)
            if self.store.status["state"] == "preparing":  # until now, the first step was being compiled
                self.store.set_state("training", message=self.warning)
            done += len(some)
            if self.hold.paused:
                self._end_single_step()
            else:
                self._report()

    def _next(self, batches: list[np.ndarray], done: int) -> list[np.ndarray]:
        """Return the batches of the next call: as many as take about CALL_SECONDS; a short last batch goes alone."""
        some = batches[done : done + (1 if self.hold.paused else self.steps_a_call)]
        return some[:-1] if len(some) > 1 and len(some[-1]) < len(some[0]) else some

    def _train_steps(self, batches: list[np.ndarray], epochs: np.ndarray) -> None:
        """Train on the batches; `epochs` says where each begins and, with one more value, where the last one ends."""
        weights = [weights_at(self.terms, begin) for begin in epochs[:-1]]
        table = np.array([list(each.values()) for each in weights], np.float32)
        began = self.watch.seconds
        rows = self.loop.train_many(np.stack(batches), table, epochs[:-1])
        self.weights = weights[-1]
        seconds = np.linspace(began, self.watch.seconds, len(rows) + 1)[1:]
        a_step = max((self.watch.seconds - began) / len(rows), 1e-6)
        self.steps_a_call = int(np.clip(CALL_SECONDS / a_step, 1, MOST_STEPS_A_CALL))
        rates = map(self.steering.rate_at, epochs[:-1])
        each = zip(batches, rows, weights, rates, epochs[1:], seconds, strict=True)
        for batch, values, in_force, rate, epoch, second in each:
            self.step, self.epoch = self.step + 1, float(epoch)
            self.watch.images += len(batch)
            clock = {"epoch": epoch, "seconds": second, "learning_rate": rate}
            self.store.log_step(self.step, history_row(clock, self._by_series(values), in_force))
            if (fault := self.guard.check(self.step, values, self.steering.learning_rate, in_force)) is not None:
                raise FloatingPointError(fault)

    def _report(self) -> None:
        """Write status, live snapshot and snapshot, each when it is due and within its share of the time."""
        now = time.perf_counter()
        if now - self.last_flush > FLUSH_EVERY:
            self.store.flush(**self.place(), images_per_second=self.watch.rate(), message=self.message)
            self.last_flush = now
        if self.snapshots.preview_is_due():
            self._preview()
            self.snapshots.pace(now)
        if self.snapshots.is_due():
            self.snapshot()

    def place(self) -> dict[str, float]:
        """Return how far the training is, as the store's status says it."""
        return {"step": self.step, "epoch": self.epoch, "seconds": self.watch.seconds}

    def _validate(self, epoch: int) -> None:
        values = self.loop.evaluate(self.validation, self.validation_batch, between=self._process_commands)
        held_out = self._by_series(values)
        weighted = weighted_terms(held_out, self.weights)
        self.store.log_validation(self.step, float(epoch), {**held_out, **weighted})
        self.warn(self.guard.check_held_out("validation", held_out, epoch))
        last = epoch == self.experiment.epochs
        if not last and self.snapshots.is_due_after_an_epoch():
            self.snapshot()

    def _by_series(self, values: np.ndarray) -> dict[str, float]:
        return dict(zip(self.loop.series, values.tolist(), strict=True))

    def warn(self, sentence: str) -> None:
        """Say in the status, from now to the end, what is wrong. The first warning stays: what follows is its doing."""
        if sentence and not self.warning:
            self.warning = sentence
            self.store.log_event("warning", message=sentence)
            self.store.flush(message=self.message)

    @property
    def message(self) -> str:
        """The sentences on what is wrong, for the status of a training that goes on."""
        return " ".join(filter(None, [self.warning, self.snapshots.trouble]))

    def _preview(self) -> None:
        """Write the preview, unless the weights that a step moved to give values that are not finite."""
        if not self.snapshots.preview(self.step):
            raise FloatingPointError(self.guard.weights_are_gone(self.step, self.steering.learning_rate))

    def snapshot(self) -> None:
        """Keep the model as it is at this step, unless it is kept already."""
        if self.step not in self.snapshots.steps:
            self._preview()
            step, place = self.step, self.place()
            self.disk.write_or_warn(f"The snapshot of step {step:,}", lambda: self.snapshots.save(step, place))

    def _process_commands(self) -> None:
        """Take commands; while paused, do nothing else until a single step is wanted, and while the disk is full."""
        while True:
            for command in self.listener.inbox.take():
                if isinstance(command, ValueError):
                    self.steering.refuse(str(command))
                else:
                    self._handle(command)
            self.listener.check_parent()
            if self.hold.look_at_disk():
                self.hold.show(self.message)
            if not self.hold.stands:
                return
            time.sleep(0.05)

    def wait_for_disk(self) -> None:
        """Let the end wait until everything is written."""
        if self.disk.full():
            self._process_commands()

    def _handle(self, command: Command) -> None:
        match command:
            case StepTo():
                self._want_step(command.to)
            case Simple(command="pause" | "resume"):
                self._pause(command.command == "pause")
            case SetWeight() | SetLearningRate() | SetMoving():
                self.store.status |= self.place()
                self.steering.change(command)
                if isinstance(command, SetWeight):
                    self.guard.renew()
            case _:
                self.listener.handle_urgent(command)

    def _pause(self, wanted: bool) -> None:
        if self.hold.pause(wanted):
            if wanted and self.step:
                self.snapshot()
            self.hold.show(self.message)

    def _want_step(self, to: int) -> None:
        """Go on to that step, then pause again. If the epoch is over, it is validated first."""
        if why_not := self.hold.why_no_step(self.epoch >= self.experiment.epochs):
            self.steering.refuse(why_not)
        elif to > self.step:
            self.hold.want_steps(to)

    def _end_single_step(self) -> None:
        """Show what the step did; behind the last epoch there is none to wait for."""
        if self.epoch >= self.experiment.epochs:
            self.hold.want_steps(None)
        self._preview()
        self.hold.keep_time()
        self.store.flush(**self.place())

    def finish(self) -> str:
        """Measure the model and write its results. Return what somebody should know of them, see `finish`."""
        return finish(self)
