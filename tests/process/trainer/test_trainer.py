"""Real trainers that finish, are steered, stopped, killed or left, and what their runs hold then."""

import json
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from explorer.datasets.loading import load_images
from explorer.files import load_arrays
from explorer.runs import liveness
from explorer.runs.commands import stop_is_waiting
from explorer.runs.heartbeat import BEAT_EVERY
from explorer.runs.launcher import Launcher
from explorer.runs.layout import CRASHED, DATABASE, ENDING, EXPERIMENT, HEARTBEAT, LOG, SILENT, TRAINER, send_command
from explorer.runs.reader import Run, RunError
from models.checkpoints import assign_weights
from models.twins import build_twins
from tests.support.helpers import trained_run, wait_for
from tests.support.run_helpers import SERIES, reached, snapshot_is_whole, start, written

LONG = {"epochs": 10_000}
MNIST = (Path(os.environ.get("HOURGLASS_DATA") or ".") / "mnist.npz").is_file()


def test_a_finished_run_holds_its_results_and_every_step():
    with Run(trained_run()) as run:
        status, summary, curves = run.status(), run.summary(), run.curves()
        steps, snapshots, experiment = status.step, run.snapshots(), run.experiment
    assert (status.state, status.epoch, status.active) == ("finished", 2, False)
    assert steps == summary["steps"] == 2 * -(-summary["training_images"] // 256)
    assert curves.training["step"].tolist() == list(range(1, steps + 1))
    assert curves.validation["epoch"].tolist() == [1, 2]
    assert set(summary["test"]) == set(SERIES)
    assert summary["test"]["loss"] == pytest.approx(summary["test"]["reconstruction"] + summary["test"]["kl"], rel=1e-5)
    assert summary["test"]["loss"] < curves.training["loss"][0]
    assert "probe_mse" not in summary
    assert summary["probe_test"] == 297
    test_images = load_images("digits").test_images
    grey = np.clip(test_images / 255, 1e-12, 1 - 1e-12)
    entropy = -(grey * np.log(grey) + (1 - grey) * np.log1p(-grey)).sum(axis=(1, 2, 3)).mean()
    assert summary["floor"]["test"] == pytest.approx(entropy, rel=1e-5)
    likelihood, correlation = summary["log_likelihood"], summary["total_correlation"]
    # As many images and codes as there was time for.
    assert likelihood["samples"] == 50
    assert 50 <= likelihood["images"] <= 297
    assert abs(summary["test"]["loss"] + likelihood["value"]) < 4 * likelihood["error"] + 0.1 * summary["test"]["loss"]
    assert correlation["posteriors"] == 1797
    assert 1 < correlation["codes"] <= 1000
    assert 0 < summary["floor"]["validation"] < curves.validation["reconstruction"].min()
    assert (summary["training_images"], summary["validation_images"], summary["test_images"]) == (1350, 150, 297)
    assert [snapshots[0].step, snapshots[-1].step] == [0, steps]
    arrays = load_arrays(snapshots[-1].path)
    twins = build_twins(experiment, (28, 28, 1))
    assign_weights(twins, arrays)
    seen = test_images.astype(np.float32) / 255
    assert summary["test_mse"] == pytest.approx(
        np.square(seen - twins.inference(seen)["reconstruction"].numpy()).mean(), rel=1e-5
    )
    shown = np.round(twins.generator(arrays["probe/z_mean"][:12]).numpy() * 255)
    np.testing.assert_allclose(shown, arrays["probe/reconstruction"], atol=1)
    assert len(arrays["probe/z_mean"]) == len(summary["labels"]) == summary["probe"] == 1000


@pytest.fixture(scope="module")
def trainers(tmp_path_factory):
    """Real trainers, all at once, for loading TensorFlow is most of their time; ended with the module."""
    home, launcher, other = tmp_path_factory.mktemp("runs"), Launcher(), Launcher()
    for name in ("killed", "left", "staying", "steered"):
        # Paused before its first step, so that it takes no time from the others.
        (home / name).mkdir()
        send_command(home / name, "pause")
    (home / "unwanted").mkdir()
    send_command(home / "unwanted", "stop")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOURGLASS_NICENESS", "7")
        steered = start(home, launcher, "steered", **LONG)
    started = SimpleNamespace(
        launcher=launcher,
        other=other,
        killed=start(home, other, "killed", **LONG),
        left=start(home, other, "left", **LONG),
        staying=start(home, other, "staying", **LONG),
        steered=steered,
        unwanted=start(home, launcher, "unwanted", **LONG),
        mnist=start(home, launcher, "mnist", dataset="mnist", batch_size=128, epochs=1) if MNIST else None,
    )
    yield started
    for one in (launcher, other):
        for process in one.processes.values():
            process.kill()
        one.close()
        one.reap()


def test_a_stop_that_came_before_the_trainer_began_is_honoured_before_the_first_step(trainers):
    run = trainers.unwanted
    status = reached(run, "stopped")
    assert (status.message, status.step, status.epoch) == ("Stopped by you.", 0, 0.0)
    assert trainers.launcher.processes[run.folder].wait(30) == 0
    assert not (run.folder / HEARTBEAT).exists()
    assert not stop_is_waiting(run.folder)
    assert run.snapshots() == []


def test_a_suspended_trainer_is_not_said_to_train_and_one_that_is_paused_beats(trainers, monkeypatch):
    run = trainers.killed
    pid = trainers.other.processes[run.folder].pid
    reached(run, "paused")
    monkeypatch.setattr(liveness, "SILENT_AFTER", 1.5 * BEAT_EVERY)
    end = time.monotonic() + 2 * BEAT_EVERY
    while time.monotonic() < end:
        assert run.status().state == "paused"
        time.sleep(0.2)
    os.kill(pid, signal.SIGSTOP)
    status = wait_for(lambda: (now := run.status()).state == SILENT and now)
    assert status.message.endswith(f"s. Its process is suspended. Let it go on: kill -CONT {pid}")
    os.kill(pid, signal.SIGCONT)
    reached(run, "paused")


def test_a_killed_trainer_is_called_crashed_and_what_was_shown_is_still_there(trainers):
    run = trainers.killed
    send_command(run.folder, "resume")
    reached(run, "training", step=1)
    shown, snapshots = run.curves(10**9).training, run.snapshots()
    process = trainers.other.processes[run.folder]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with Run(run.folder) as again:
        status = again.status()
        assert (status.state, status.active) == (CRASHED, False)
        last = snapshots[-1].step
        kept = f"Its snapshot at step {last:,} is kept." if last else "It had not saved a trained model yet."
        assert status.message == f"The trainer ended without a message. {kept}"
        assert trainers.other.has_ended(run.folder)
        killed = "signal 9, SIGKILL: most often the system's, because memory ran out"
        assert again.status().message == f"The trainer ended without a message ({killed}). {kept}"
        kept = again.curves(10**9).training
        for name, values in shown.items():
            np.testing.assert_array_equal(kept[name][: len(values)], values)
        assert again.snapshots()[: len(snapshots)] == snapshots
        assert snapshot_is_whole(again)


def test_a_run_stops_when_its_parent_goes_unless_it_was_told_to_go_on(trainers):
    left, staying = trainers.left, trainers.staying
    for run in (left, staying):
        send_command(run.folder, "resume")
    for run in (left, staying):
        reached(run, "training", step=1)
    send_command(staying.folder, "go_on", value=True)
    wait_for(lambda: staying.status().goes_on)
    process = psutil.Process(trainers.other.processes[staying.folder].pid)
    trainers.other.close()
    status = left.status()
    assert (status.state, status.message) == ("stopped", "Hourglass was closed, and the run was not set to continue.")
    assert left.snapshots()[-1].step == status.step
    step = reached(staying, "training").step
    reached(staying, "training", step=step + 20)
    send_command(staying.folder, "stop")
    reached(staying, "stopped")
    wait_for(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def test_a_run_is_steered_paused_resumed_and_stopped(trainers):
    run = trainers.steered
    assert reached(run, "paused").step == 0
    own = psutil.Process().nice()
    pid = trainers.launcher.processes[run.folder].pid
    assert psutil.Process(pid).nice() == min(own + 7, 19)
    group = Path(f"/proc/{pid}/autogroup")
    assert not group.exists() or group.read_text(encoding="ascii").endswith(" nice 7\n")
    send_command(run.folder, "resume")
    reached(run, "training", step=1)
    send_command(run.folder, "weight", term="kl", value=7.5)
    send_command(run.folder, "weight", term="sparsity", value=1)
    send_command(run.folder, "learning_rate", value=0.0005)
    (run.folder / "inbox" / "1.json").write_bytes(b"{")
    send_command(run.folder, "pause")
    paused = reached(run, "paused", step=1)
    assert run.snapshots()[-1].step == paused.step
    (run.folder / "inbox" / "2.json").write_bytes(b"nonsense")
    wait_for(lambda: len(run.events("refused")) == 3)  # said at once, not when the run goes on
    assert run.status().step == paused.step
    send_command(run.folder, "resume")
    reached(run, "training", step=paused.step + 20)
    send_command(run.folder, "stop")
    stopped = reached(run, "stopped")
    assert stopped.message == "Stopped by you."
    assert trainers.launcher.processes[run.folder].wait(30) == 0
    assert run.snapshots()[-1].step == stopped.step > paused.step
    assert snapshot_is_whole(run)

    events = {event.kind: event for event in run.events()}
    assert dict(events["weight"].detail) == {"term": "kl", "value": 7.5, "before": 1.0}
    assert dict(events["learning_rate"].detail) == {"value": 0.0005, "before": 0.001}
    assert "There is no term sparsity; there are “Reconstruction” (reconstruction), “KL” (kl). Name one of them." in [
        e.detail["message"] for e in run.events("refused")
    ]
    assert {"pause", "resume"} <= set(events)
    curves = run.curves(10**9).training
    assert curves["step"].tolist() == list(range(1, stopped.step + 1))
    for event, column, before, later in (
        ("weight", "weight_kl", 1, 7.5),
        ("learning_rate", "learning_rate", 0.001, 0.0005),
    ):
        after = curves["step"] > events[event].step
        assert set(curves[column][~after]) == {before}
        assert set(curves[column][after]) == {later}
    expected = curves["reconstruction"] + curves["weight_kl"] * curves["kl"]
    np.testing.assert_allclose(curves["loss"], expected, rtol=1e-5)
    np.testing.assert_allclose(curves["weighted_kl"], curves["weight_kl"] * curves["kl"], rtol=1e-12)


def test_a_trainer_that_cannot_read_its_experiment_leaves_a_log(tmp_path):
    launcher = Launcher()
    run = start(tmp_path, launcher, "bad")
    process = launcher.processes[run.folder]
    process.kill()
    process.wait()
    (run.folder / DATABASE).unlink(missing_ok=True)
    killed = "signal 9, SIGKILL: most often the system's, because memory ran out"
    why = f"The trainer ended before it could begin ({killed}). Its log is {run.folder / LOG}."
    assert launcher.why_it_did_not_start(run.folder) == why
    launcher.reap()
    assert launcher.processes == {}
    assert launcher.why_it_did_not_start(run.folder) == why
    after_restart = Launcher()
    assert after_restart.why_it_did_not_start(run.folder) == why
    (run.folder / ENDING).unlink()  # the app that started it ended before
    assert "before it could begin. Its log is" in (after_restart.why_it_did_not_start(run.folder) or "")
    (run.folder / TRAINER).unlink()  # the app that started it was an earlier version's
    assert after_restart.why_it_did_not_start(run.folder) is None
    old = time.time() - 61
    os.utime(run.folder / EXPERIMENT, (old, old))
    assert "before it could begin. Its log is" in (after_restart.why_it_did_not_start(run.folder) or "")
    written(run.folder, 0)[0].close()
    os.utime(run.folder / EXPERIMENT, (old, old))
    for one, folder in ((launcher, run.folder), (after_restart, run.folder), (after_restart, tmp_path / "absent")):
        assert one.why_it_did_not_start(folder) is None
    (run.folder / EXPERIMENT).write_text(json.dumps({"epochs": 0}), encoding="utf-8")
    with pytest.raises(RunError, match=r"The run bad has a damaged experiment\.json: epochs was 0"):
        _ = Run(run.folder).experiment


@pytest.mark.skipif(not MNIST, reason="no mnist.npz: set HOURGLASS_DATA to the folder that holds it")
def test_the_2d_dense_vae_learns_mnist_in_one_epoch(trainers):
    """Measured: 173.6 nats of validation loss after the first epoch, batches of 128, seed 0."""
    run = trainers.mnist
    reached(run, "finished")
    validation, summary = run.curves().validation, run.summary()
    assert validation["loss"][-1] < 180
    assert validation["kl"][-1] > 3  # no posterior collapse
    assert summary["test"]["loss"] == pytest.approx(validation["loss"][-1], abs=3)
