"""Runs a session of the pairing lab, inside the lab's process: all cases in step, on the same batches."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from explorer.analyst.answers import Answer, Report
from explorer.datasets.catalogue import DatasetError
from explorer.datasets.loading import Images, load_images
from explorer.diagnosis.findings import Finding
from explorer.diagnosis.pairing_measures import Measured, errors_of, measure
from explorer.diagnosis.pairing_outcomes import diagnose
from explorer.files import save_arrays, write_json
from explorer.lab.session import ARRAYS, STATE, Session, read_session
from explorer.runs.commands import Inbox, Simple
from models.pairing_runs import Inspector, build
from models.spec.pairing_measurement import Measurement
from models.spec.pairings import Pairing, seen_as
from models.spec.unit_range import to_bytes, to_unit
from models.training import TrainingLoop, epoch_batches

SHOWN = 8  # pictures of each case
LIVE, FINAL = 200, 1000  # test images that it is measured on while it trains, and at the end
TURN_SECONDS = 0.15  # of training between two cases
MEASURE_SECONDS, MEASURE_SHARE = 0.5, 0.25  # between two measurements; of the time at most
HOPELESS = 10  # steps in a row whose loss is not finite
BINS = 60


class _Stopped(Exception):  # noqa: N818 (a way out of the loops, no fault)
    """Somebody pressed Stop."""


class Case:
    """One pairing: its model, how far it is, and what was seen of it."""

    def __init__(self, pairing: Pairing, session: Session, images: tf.Tensor):
        self.pairing = pairing
        model = build(
            pairing, session.network, session.latent_dim, session.learning_rate, session.seed, tuple(images.shape[1:])
        )
        self.loop, self.inspector = TrainingLoop(model, images), Inspector(model)
        self.state, self.note = "waiting", ""
        self.losses: list[float] = []
        self.measurements: list[tuple[int, float, Mapping[str, float]]] = []  # (step, gradient, error under each link)
        self.first_losses: dict[int, float] = {}  # by the number of images measured
        self.arrays: dict[str, np.ndarray] = {}
        self.measured: Measured | None = None
        self.diagnosis: Finding | None = None

    def begin(self, *samples: np.ndarray) -> None:
        """Measure each sample of images before the first step, (n, height, width, channels) in 0..1."""
        for images in samples:
            now = self.inspector.inspect(images)
            self.first_losses[len(images)] = now.loss
        self.measurements.append((0, float(np.abs(now.gradient).mean()), errors_of(images, now.outputs)))
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
        earlier = next(errors for step, _, errors in reversed(self.measurements) if step <= steps / 2)
        self.measured = measure(self.pairing, images, steps, self.first_losses[len(images)], now, earlier)
        self.diagnosis = diagnose(self.pairing, self.measured)
        self.measurements.append((steps, self.measured.gradient, self.measured.errors))
        self._see(now)

    def _see(self, now: Measurement) -> None:
        shown = to_bytes(seen_as(self.pairing.link, now.outputs[:SHOWN]))
        counts, edges = _histogram(now.logits)
        self.arrays = {"shown": shown, "counts": counts, "edges": edges}

    def as_arrays(self) -> dict[str, np.ndarray]:
        steps, gradients, _ = zip(*self.measurements, strict=True)
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


def _histogram(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return counts (BINS,) and edges (BINS + 1,) over the range of all but the outermost thousandths."""
    finite = logits[np.isfinite(logits)]
    if not finite.size:
        return np.zeros(BINS, np.float32), np.linspace(-1, 1, BINS + 1, dtype=np.float32)
    low, high = np.quantile(finite, [0.001, 0.999])
    reach = max(1e-3, float(high - low))
    counts, edges = np.histogram(finite.clip(low, high), BINS, (low - 0.02 * reach, high + 0.02 * reach))
    return counts.astype(np.float32), edges.astype(np.float32)


class Bench:
    """A session while it runs. `run` trains to the end; whatever happens, the folder says what."""

    def __init__(self, folder: Path, report: Report):
        self.folder, self.report = folder, report
        self.session: Session = read_session(folder)
        self.inbox = Inbox(folder)
        self.cases: list[Case] = []
        self.state, self.message = "preparing", ""
        self.shown: np.ndarray | None = None
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
        except (DatasetError, MemoryError, tf.errors.ResourceExhaustedError) as error:
            self.state = "failed"
            self.message = str(error) if isinstance(error, DatasetError) else _no_memory(self.session)
        except Exception as error:
            self.state, self.message = "failed", f"The lab met an unexpected fault: {error!r}. Its log is lab.log."
            raise
        finally:
            self._save()

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
        images = tf.convert_to_tensor(self.data.images)
        for number, pairing in enumerate(self.session.pairings, start=1):
            self._say(f"building network {number} of {len(self.session.pairings)}", 0.0)
            case = Case(pairing, self.session, images)
            case.begin(self.live, self.final)
            self.cases.append(case)
            self._save()

    def _train(self) -> None:
        self.state = "training"
        batches = _batches(self.data, self.session)
        while active := [case for case in self.cases if case.state == "training"]:
            behind = min(active, key=lambda case: len(case.losses))
            self._turn(behind, batches)
            done = sum(len(case.losses) if case.state == "training" else len(batches) for case in self.cases)
            self._say("training", done / (len(batches) * len(self.cases)))
            self._measure_if_due(active)
        self._measure_finally()

    def _turn(self, case: Case, batches: list[np.ndarray]) -> None:
        """Train a case for a while; a diagnosis wants a measurement at half of the steps."""
        done, half = len(case.losses), len(batches) // 2
        case.train(batches[done : half if done < half else None])
        if done < half <= len(case.losses):
            case.inspect(self.live)
        if len(case.losses) >= len(batches):
            case.state = "finished"

    def _measure_finally(self) -> None:
        for case in self.cases:
            if case.losses:
                case.inspect(self.final)

    def _measure_if_due(self, cases: list[Case]) -> None:
        now = time.perf_counter()
        if now - self.last_measured < self.pause:
            return
        for case in cases:
            case.inspect(self.live)
        self._save()
        self.last_measured = time.perf_counter()
        self.pause = max(MEASURE_SECONDS, (self.last_measured - now) / MEASURE_SHARE)

    def _save(self) -> None:
        """Write the arrays before the file that says that they are there."""
        arrays = {f"{n}/{name}": a for n, case in enumerate(self.cases) for name, a in case.as_arrays().items()}
        if self.shown is not None:
            save_arrays(self.folder / ARRAYS, arrays | {"images": self.shown}, durable=False)
        write_json(
            self.folder / STATE,
            {
                "state": self.state,
                "message": self.message,
                "seconds": time.perf_counter() - self.began,
                "cases": [case.as_json() for case in self.cases],  # those that are not here yet are waiting
            },
        )


def _no_memory(session: Session) -> str:
    return (
        f"There was not enough memory for {len(session.pairings)} networks and batches of {session.batch_size}. "
        "Choose fewer cases, a smaller batch or another network."
    )


def _batches(data: Images, session: Session) -> list[np.ndarray]:
    """Yield as many batches as there are steps, epoch after epoch."""
    indices = np.arange(len(data.images), dtype=np.int32)
    epochs = count(0)
    batches: list[np.ndarray] = []
    while len(batches) < session.steps:
        batches += epoch_batches(indices, session.batch_size, session.seed, next(epochs))
    return batches[: session.steps]


def answer(header: dict[str, Any], _payload: bytes, report: Report) -> Answer:
    """Run the session of `folder` to its end; its files hold what came of it."""
    run_session(Path(header["folder"]), report)
    return {}, b""


def run_session(folder: Path, report: Report) -> None:
    """Run the session of a folder to its end."""
    Bench(folder, report).run()
