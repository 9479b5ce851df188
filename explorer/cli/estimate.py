"""Estimates for a model that is trained already, with as many samples as somebody has time for."""
# ruff: noqa: T201 (printing is this module's job)

import subprocess
import sys
from pathlib import Path

from explorer.runs.launcher import child_command, child_options
from explorer.runs.layout import list_snapshots
from explorer.runs.reader import Run, RunError
from explorer.runs.results import results_in_words

SAMPLES, IMAGES = 500, 500
CANNOT = 2  # the exit code of a process that has said why


def estimate(folder: Path, samples: int, images: int) -> int:
    """Measure the newest snapshot of a run, write the results into its summary, print them, and return the exit code.

    Raises RunError where there is no model, or one that is still being trained.
    """
    with Run(folder) as run:
        if not list_snapshots(folder).steps:
            raise RunError(f"{folder} has no snapshot. Give the folder of a run, such as runs/NAME.")
        if run.has_started() and run.status().active:
            raise RunError(f"{run.name} is still training. Wait for its end, or stop it.")
    asked = [str(folder.resolve()), str(samples), str(images)]
    command = child_command("explorer.trainer.complete", *asked)
    done = subprocess.run(command, env=child_options()["env"], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == CANNOT:
        raise RunError(done.stderr.strip().rpartition("\n")[2])  # TensorFlow says something above
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return 1
    with Run(folder) as run:
        print("\n".join(results_in_words(run.experiment, run.summary())))
    return 0
