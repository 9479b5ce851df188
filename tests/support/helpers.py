"""What the tests of the parts below the pages share: a trained run, Python in a fresh process, waiting."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.spec.experiment import Experiment, ExperimentError
from tests.support.shared import own_home, shared_folder

ROOT = Path(__file__).resolve().parents[2]
OLD_RUN = ROOT / "tests" / "fixtures" / "run-format-1"  # written by the trainer of format 1, with tiny layers
QUICK: dict[str, Any] = {"dataset": "digits", "network": "dense", "variant": "vae", "batch_size": 256, "epochs": 2}


def quick(**changes: Any) -> Experiment:
    """An experiment that trains in seconds."""
    return Experiment.parse({**QUICK, **changes})


def node_path() -> str:
    """The Node.js that is installed beside this Python."""
    node = shutil.which("node", path=Path(sys.executable).parent)
    assert node is not None, "no Node.js beside this Python: run `make test`, or install tests/requirements.txt"
    return node


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", **changes}


def in_python(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run `python ARGUMENTS` from the repository's folder and wait for it."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """The condition's first true value. Fails after that many seconds.

    What is not there soon is asked for less often: a question to a page takes time from what is waited for.
    """
    end, pause = time.monotonic() + seconds, 0.02
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(pause)
        pause = min(1.2 * pause, 0.1)
    raise AssertionError(f"It did not come true within {seconds} s.")


def some_images(count: int, shape: tuple[int, int, int] = (28, 28, 1), seed: int = 0) -> np.ndarray:
    """Noise, uint8 (count, *shape)."""
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


def first_home() -> Path:
    """Return where the real command trained `runs/quick`, once in a session; `printed` is what it said. Read only."""
    return shared_folder("trained", _train)


def trained_home() -> Path:
    """Return a HOURGLASS_HOME of this worker's own with one finished run, `runs/quick`."""
    return own_home("trained", _train)


def _train(home: Path) -> None:
    settings = [part for key, value in QUICK.items() for part in ("--set", f"{key}={value}")]
    done = in_python("-m", "explorer", "train", *settings, "--out", str(home / "runs" / "quick"))
    assert done.returncode == 0, done.stdout + done.stderr
    (home / "printed").write_text(done.stdout, encoding="utf-8")


def trained_run() -> Path:
    """The folder of the run in `trained_home`; read only."""
    return trained_home() / "runs" / "quick"


def faults(given_values: Any) -> list[str]:
    """Return the sentences for what is wrong with an experiment."""
    with pytest.raises(ExperimentError) as caught:
        Experiment.parse(given_values)
    assert str(caught.value) == " ".join(caught.value.sentences)
    return caught.value.sentences
