"""Runs a session of the pairing lab, inside the lab's process: all cases in step, on the same batches."""

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from explorer.analyst.answers import Answer, Report
from explorer.datasets.catalogue import DatasetError
from explorer.datasets.loading import load_images
from explorer.diagnosis.findings import Finding
from explorer.diagnosis.pairing_measures import PairingMeasured, histogram_of, measure
from explorer.diagnosis.pairing_outcomes import diagnose
from explorer.files import save_arrays, write_json
from explorer.lab.session import ARRAYS, STATE, Session, read_session
from explorer.places import writing
from explorer.runs.commands import Inbox, Simple
from models.memory import OUT_OF_MEMORY
from models.pairing_runs import Inspector, build
from models.spec.experiment import ExperimentError
from models.spec.memory import out_of_memory
from models.spec.pairing_measurement import Measurement
from models.spec.pairings import Pairing, seen_as
from models.spec.unit_range import to_bytes, to_unit
from models.training import TrainingLoop, batches_of_steps

SHOWN = 8  # pictures of each case
LIVE, FINAL = 200, 1000  # test images that it is measured on while it trains, and at the end
TURN_SECONDS = 0.15  # of training between two cases
MEASURE_SECONDS, MEASURE_SHARE = 0.5, 0.25  # between two measurements; of the time at most
HOPELESS = 10  # steps in a row whose loss is not finite


class _Stopped(Exception):  # noqa: N818 (a way out of the loops, no fault)
    """Somebody pressed Stop."""


class CaseTraining:
    """One pairing: its model, how far it is, and what was seen of it."""

    def __init__(self, pairing: Pairing, session: Session, images: tf.Tensor, mean_image: np.ndarray):
        self.pairing, self.mean_image, self.learning_rate = pairing, mean_image, session.learning_rate
        model = build(
            pairing, session.network, session.latent_dim, session.learning_rate, session.seed, tuple(images.shape[1:])
        )
        self.loop, self.inspector = TrainingLoop(model, images), Inspector(model)
        self.state, self.note = "waiting", ""
        self.losses: list[float] = []
        self.measurements: list[tuple[int, float]] = []  # (step, gradient)
        self.first_losses: dict[int, float] = {}  # by the number of images measured
        self.arrays: dict[str, np.ndarray] = {}
        self.measured: PairingMeasured | None = None
        self.diagnosis: Finding | None = None

    def begin(self, *samples: np.ndarray) -> None:
        """Measure each sample of images before the first step, (n, height, width, channels) in 0..1."""
        for images in samples:
            now = self.inspector.inspect(images)
            self.first_losses[len(images)] = now.loss
        self.measurements.append((0, float(np.abs(now.gradient).mean())))
        self._see(now)
        self.state = "training"

    def train(self, batches: list[np.ndarray]) -> None:
        """Train on as many of the batches as take about TURN_SECONDS."""
        until = time.perf_counter() + TURN_SECONDS
        for batch in batches:
            self.losses.append(float(self.loop.train(batch)[0]))
            if time.perf_counter() >= until:
                break
        if len(self.losses) >= HOPELESS and not np.isfinite(self.losses[-HOPELESS:]).any():
            self.state = "stopped"
            self.note = f"Stopped after {len(self.losses):,} steps: its loss is not finite."

    def inspect(self, images: np.ndarray) -> None:
        """Measure and diagnose with one of the samples that `begin` measured."""
        now, steps = self.inspector.inspect(images), len(self.losses)
        first, rate = self.first_losses[len(images)], self.learning_rate
        self.measured = measure(self.pairing, images, self.mean_image, self.losses, rate, first, now)
        self.diagnosis = diagnose(self.pairing, self.measured)
        self.measurements.append((steps, self.measured.gradient))
        self._see(now)

    def _see(self, now: Measurement) -> None:
        shown = to_bytes(seen_as(self.pairing.link, now.outputs[:SHOWN]))
        counts, edges = histogram_of(now.logits)
        self.arrays = {"shown": shown, "counts": counts, "edges": edges}

    def as_arrays(self) -> dict[str, np.ndarray]:
        steps, gradients = zip(*self.measurements, strict=True)
        curves = {"losses": self.losses, "look_steps": steps, "gradients": gradients}
        return {name: np.array(values, np.float32) for name, values in curves.items()} | self.arrays

    def as_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "note": self.note,
            "steps": len(self.losses),
            "mean_loss": float(np.mean(self.losses)) if self.losses else float("nan"),
            "measured": asdict(self.measured) if self.measured else None,
            "diagnosis": asdict(self.diagnosis) if self.diagnosis else None,
        }


class SessionRun:
    """A session while it runs. `run` trains to the end; whatever happens, the folder says what."""

    def __init__(self, folder: Path, report: Report, where: str):
        self.folder, self.report, self.where = folder, report, where
        self.session: Session = read_session(folder)
        self.inbox = Inbox(folder)
        self.cases: list[CaseTraining] = []
        self.state, self.message = "preparing", ""
        self.shown: np.ndarray | None = None
        self.live = self.final = np.empty(0, np.float32)  # until the data are there
        self.began = time.perf_counter()
        self.pause, self.last_measured = MEASURE_SECONDS, -np.inf

    def run(self) -> None:
        try:
            self._prepare()
            self._train()
            self.state = "finished"
        except _Stopped:
            self.state, self.message = "stopped", "Stopped by you."
            for case in self.cases:
                case.state = "stopped" if case.state == "training" else case.state
            self._measure_finally()
        except BrokenPipeError:  # nobody reads the progress
            self.state, self.message = "failed", "Hourglass was closed in the middle of it. Run it again."
        except (DatasetError, ExperimentError) as error:
            self.state, self.message = "failed", str(error)
        except OUT_OF_MEMORY:
            self.state = "failed"
            self.message = out_of_memory(self.session.batch_size, len(self.session.pairings))
        except Exception as error:
            name = type(error).__name__
            self.state, self.message = "failed", f"The lab met an unexpected error ({name}). {self.where}."
            raise
        finally:
            self._save_finally()

    def _say(self, stage: str, share: float) -> None:
        """Tell how far it is, and listen."""
        self.report(stage, share)
        if any(isinstance(command, Simple) for command in self.inbox.take_urgent()):
            raise _Stopped

    def _prepare(self) -> None:
        self._say(f"loading {self.session.dataset}", 0.0)
        self.data = load_images(self.session.dataset)
        test = self.data.test_images[:FINAL]
        self.live, self.final = to_unit(test[:LIVE]), to_unit(test)
        self.shown = test[:SHOWN]
        self._save()
        images, mean_image = tf.convert_to_tensor(self.data.images), to_unit(self.data.images.mean(axis=0))
        for number, pairing in enumerate(self.session.pairings, start=1):
            self._say(f"building network {number} of {len(self.session.pairings)}", 0.0)
            case = CaseTraining(pairing, self.session, images, mean_image)
            case.begin(self.live, self.final)
            self.cases.append(case)
            self._save()

    def _train(self) -> None:
        self.state = "training"
        asked = self.session
        batches = batches_of_steps(len(self.data.images), asked.batch_size, asked.seed, asked.steps)
        while active := [case for case in self.cases if case.state == "training"]:
            behind = min(active, key=lambda case: len(case.losses))
            self._turn(behind, batches)
            done = sum(len(case.losses) if case.state == "training" else len(batches) for case in self.cases)
            self._say("training", done / (len(batches) * len(self.cases)))
            self._measure_if_due(active)
        self._measure_finally()

    def _turn(self, case: CaseTraining, batches: list[np.ndarray]) -> None:
        """Train a case for a while."""
        case.train(batches[len(case.losses) :])
        if len(case.losses) >= len(batches):
            case.state = "finished"

    def _measure_finally(self) -> None:
        self._measure(self.cases, self.final)

    def _measure(self, cases: list[CaseTraining], images: np.ndarray) -> None:
        """Measure those that have begun."""
        for case in cases:
            if case.losses:
                case.inspect(images)

    def _measure_if_due(self, cases: list[CaseTraining]) -> None:
        now = time.perf_counter()
        if now - self.last_measured < self.pause:
            return
        self._measure(cases, self.live)
        self._save()
        self.last_measured = time.perf_counter()
        self.pause = max(MEASURE_SECONDS, (self.last_measured - now) / MEASURE_SHARE)

    def _save(self) -> None:
        """Keep what there is so far. A full disk ends no session: the next time may do it."""
        try:
            self._save_arrays()
            self._save_state()
        except OSError as error:
            print(f"The session {self.folder.name} could not be saved: {error}", file=sys.stderr)  # noqa: T201 (the log)

    def _save_finally(self) -> None:
        """Keep how it ended, also where there is room for that alone. Raises UnwritableError where there is not."""
        with writing(self.folder):
            try:
                self._save_arrays()
            except OSError as error:
                self.state = "failed"
                self.message = f"The measurements could not be saved ({error}). Make room on the disk. Run it again."
            self._save_state()

    def _save_arrays(self) -> None:
        """Write the arrays, always before the file that says that they are there."""
        arrays = {f"{n}/{name}": a for n, case in enumerate(self.cases) for name, a in case.as_arrays().items()}
        if self.shown is not None:
            save_arrays(self.folder / ARRAYS, arrays | {"images": self.shown}, durable=False)

    def _save_state(self) -> None:
        write_json(
            self.folder / STATE,
            {
                "state": self.state,
                "message": self.message,
                "seconds": time.perf_counter() - self.began,
                "cases": [case.as_json() for case in self.cases],  # those that are not here yet are waiting
            },
        )


def answer(header: dict[str, Any], _payload: bytes, report: Report) -> Answer:
    """Run the session of `folder` to its end; its files hold what came of it."""
    run_session(Path(header["folder"]), report, header["where"])
    return {}, b""


def run_session(folder: Path, report: Report, where: str = "Its messages are in the terminal") -> None:
    """Run the session of a folder to its end. `where` says where the process prints."""
    SessionRun(folder, report, where).run()
