"""Runs: the history and its pyramid, the guard, and real trainers that finish, are steered, stopped, killed or left."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from explorer.datasets.loading import Images, load_images
from explorer.runs import launcher as launching
from explorer.runs import listening
from explorer.runs import probe as probing
from explorer.runs import trainer as training
from explorer.runs.commands import Inbox, SetLearningRate, SetWeight, Simple, parse_command
from explorer.runs.guard import PATIENCE, LossGuard
from explorer.runs.launcher import Launcher, new_run_folder
from explorer.runs.layout import (
    CLOCK,
    DATABASE,
    EXPERIMENT,
    INBOX,
    LOG,
    PREVIEW,
    SNAPSHOTS,
    SUMMARY,
    WEIGHT_PREFIX,
    WEIGHTED_PREFIX,
    send_command,
    write_json,
)
from explorer.runs.reader import Curves, Run, RunError, Status, list_runs
from explorer.runs.writer import RunWriter
from models.arrays import load_arrays
from models.checkpoints import assign_weights
from models.experiment import Experiment
from models.twins import build_twins
from tests.helpers import quick, trained_run, wait_for

SERIES, TERMS = ("reconstruction", "kl", "loss"), ("reconstruction", "kl")
LONG = {"epochs": 10_000}
MNIST = (Path(os.environ.get("HOURGLASS_DATA") or ".") / "mnist.npz").is_file()


def written(folder: Path, steps: int) -> tuple[RunWriter, np.ndarray]:
    """A run of that many steps, flushed and still open, and its rows (steps, columns)."""
    folder.mkdir(exist_ok=True)
    write_json(folder / EXPERIMENT, quick().model_dump())
    writer = RunWriter(folder)
    writer.open_history(SERIES, TERMS)
    rows = np.random.default_rng(0).normal(size=(steps, len(CLOCK) + len(SERIES) + 2 * len(TERMS)))
    for step, row in enumerate(rows, 1):
        writer.log_step(step, row)
    writer.flush(step=steps)
    return writer, rows


@pytest.mark.parametrize("steps", [0, 1, 3, 4, 5, 1000, 5000])
@pytest.mark.parametrize("points", [1, 100, 1000])
def test_a_curve_of_any_length_is_few_points_and_right_means(tmp_path, steps, points):
    writer, rows = written(tmp_path, steps)
    with Run(tmp_path) as run:
        curves = run.curves(points).training
    writer.close()
    places = curves["step"].astype(int)
    assert len(places) <= points + 16
    assert (np.diff(places) > 0).all()
    assert (places[-1] if steps else 0) == steps == places.max(initial=0)
    names = [*CLOCK, *SERIES, *(prefix + term for prefix in (WEIGHT_PREFIX, WEIGHTED_PREFIX) for term in TERMS)]
    assert list(curves) == ["step", *names]
    for first, last, *values in zip([0, *places[:-1]], places, *(curves[name] for name in names), strict=False):
        np.testing.assert_allclose(values, rows[first:last].mean(axis=0), atol=1e-12)
    if steps <= points:
        assert len(places) == steps


def test_a_reader_sees_what_was_flushed_and_no_more(tmp_path):
    writer, _ = written(tmp_path, 10)
    with Run(tmp_path) as run:
        writer.log_step(11, np.zeros(10))
        writer.log_event("weight", term="kl", value=2.0)
        assert run.curves().training["step"].max() == 10
        assert run.events() == []
        writer.flush(step=11)
        assert run.curves().training["step"].max() == run.status().step == 11
        writer.log_validation(11, 1.0, np.array([3.0, 2.0, np.nan, 3.0, 0.5]))
        writer.add_snapshot(11)
        writer.log_event("pause")
        writer.flush()
        curves = run.curves().validation
        assert (curves["kl"].tolist(), np.isnan(curves["loss"]).tolist()) == ([2.0], [True])
        assert (curves["weighted_reconstruction"].tolist(), curves["weighted_kl"].tolist()) == ([3.0], [0.5])
        assert [(e.kind, dict(e.detail), e.step) for e in run.events()] == [
            ("weight", {"term": "kl", "value": 2.0}, 10), ("pause", {}, 11),
        ]  # fmt: skip
        assert [e.kind for e in run.events("pause")] == ["pause"]
        assert [s.path.name for s in run.snapshots()] == ["000000011.safetensors"]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            run._database.execute("DELETE FROM events")
    writer.close()


def test_after_close_the_database_alone_is_the_whole_run(tmp_path):
    writer, rows = written(tmp_path / "run", 50)
    writer.set_state("finished")
    (tmp_path / "copy").mkdir()
    with Run(tmp_path / "run") as reader:  # SQLite tidies up by itself only where nobody reads
        assert reader.status().state == "finished"
        writer.close()
        for name in (EXPERIMENT, DATABASE):
            shutil.copyfile(tmp_path / "run" / name, tmp_path / "copy" / name)
    with Run(tmp_path / "copy") as run:
        assert run.status().state == "finished"
        np.testing.assert_array_equal(run.curves().training["loss"], rows[:, 5])


@pytest.mark.parametrize(("count", "points"), [(0, 100), (1, 100), (100, 100), (20_000, 1000), (20_000, 1)])
def test_validation_is_thinned_and_keeps_its_first_and_its_last(tmp_path, count, points):
    writer, _ = written(tmp_path, 0)
    for step in range(1, count + 1):
        writer.log_validation(3 * step, float(step), np.full(5, float(step)))
    writer.flush()
    with Run(tmp_path) as run:
        seen = run.curves(points).validation
    writer.close()
    assert len(seen["step"]) <= points + 1
    assert len(seen["step"]) >= min(count, points // 2)
    assert (np.diff(seen["step"]) > 0).all()
    assert (seen["step"] == 3 * seen["loss"]).all()
    if count:
        assert (seen["epoch"][0], seen["epoch"][-1]) == (1, count)


def test_the_mean_of_weighted_values_is_kept_where_weight_and_value_move_together(tmp_path):
    writer, _ = written(tmp_path, 0)
    for step in range(1, 65):
        weight, value = (0.0, 8.0) if step % 2 else (1.0, 2.0)
        writer.log_step(step, np.array([0, 0, 1, 0, value, value, 1, weight, 0, weight * value], np.float64))
    writer.flush()
    with Run(tmp_path) as run:
        curves = run.curves(4).training
    writer.close()
    assert set(curves["weighted_kl"]) == {1.0}  # 5 × 0.5 would be 2.5


def test_a_run_of_an_earlier_version_is_read_without_the_columns_that_it_lacks(tmp_path):
    writer, _ = written(tmp_path, 9)
    writer.log_validation(9, 1.0, np.arange(5.0))
    writer.close()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        for table in ("history", "validation"):
            for term in TERMS:
                database.execute(f"ALTER TABLE {table} DROP COLUMN weighted_{term}")
    database.close()
    with Run(tmp_path) as run:
        curves = run.curves()
    assert list(curves.training) == ["step", *CLOCK, *SERIES, "weight_reconstruction", "weight_kl"]
    assert list(curves.validation) == ["step", "epoch", *SERIES]
    assert curves.validation["loss"].tolist() == [2.0]
    assert len(curves.training["loss"]) == 9


def test_a_removed_snapshot_is_forgotten_before_its_file_goes(tmp_path):
    writer, _ = written(tmp_path, 1)
    (tmp_path / SNAPSHOTS / "000000001.safetensors").touch()
    writer.add_snapshot(1)
    writer.remove_snapshot(1)
    with Run(tmp_path) as run:
        assert run.snapshots() == []
    assert list((tmp_path / SNAPSHOTS).iterdir()) == []
    writer.close()


def test_folders_that_are_no_whole_runs_are_said_or_passed_over(tmp_path):
    with pytest.raises(RunError, match=r"is no run: it has no experiment\.json\. Choose a folder"):
        Run(tmp_path)
    for name, content in (("begun", None), ("empty", b""), ("broken", b"no database" * 99)):
        write_json(new := tmp_path / f"{name}.json", quick().model_dump())
        (tmp_path / name).mkdir()
        new.rename(tmp_path / name / EXPERIMENT)
        if content is not None:
            (tmp_path / name / DATABASE).write_bytes(content)
        with Run(tmp_path / name) as run:
            assert not run.has_started()
            with pytest.raises(RunError, match=f"The run {name} has not begun"):
                run.status()
            with pytest.raises(RunError, match=f"The run {name} has loaded no data yet"):
                run.summary()
    assert {run.name for run in list_runs(tmp_path)} == {"begun", "empty", "broken"}
    assert list_runs(tmp_path / "absent") == []


READS = ["status", "snapshots", "events", "curves"]


@pytest.mark.parametrize("content", [None, b"", b"no database" * 99], ids=["missing", "empty", "foreign"])
@pytest.mark.parametrize("read", READS)
def test_a_history_that_cannot_be_read_is_said_in_a_sentence(tmp_path, content, read):
    write_json(tmp_path / EXPERIMENT, quick().model_dump())
    if content is not None:
        (tmp_path / DATABASE).write_bytes(content)
    with Run(tmp_path) as run:
        if read == "curves" and content == b"":
            assert run.curves() == Curves({}, {})
            return
        with pytest.raises(
            RunError, match=r"has not begun|The history of the run .* cannot be read \(.*\)\. Try again"
        ):
            getattr(run, read)()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b"[" * 100_000, b'{"epochs": 0}', b"{}x"], ids=range(7)
)
@pytest.mark.parametrize(("file", "read"), [(EXPERIMENT, lambda run: run.experiment), (SUMMARY, Run.summary)])
def test_a_damaged_file_is_said_in_a_sentence(tmp_path, file, read, content):
    write_json(tmp_path / EXPERIMENT, quick().model_dump())
    (tmp_path / file).write_bytes(content)
    with Run(tmp_path) as run:
        if file == SUMMARY and content == b'{"epochs": 0}':
            assert read(run) == {"epochs": 0}
            return
        with pytest.raises(RunError, match=rf"^The run {tmp_path.name} has a damaged {file}"):
            read(run)


@pytest.mark.parametrize(("table", "read"), [("meta", lambda run: run.meta), ("events", Run.events)])
def test_damaged_json_in_the_database_is_said(tmp_path, table, read):
    writer, _ = written(tmp_path, 1)
    writer.log_event("pause")
    writer.close()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute(f"UPDATE {table} SET {'value' if table == 'meta' else 'detail'} = '{{'")  # noqa: S608
    database.close()
    with Run(tmp_path) as run, pytest.raises(RunError, match=r"has a damaged run\.db"):
        read(run)


def test_run_folders_of_one_second_have_their_own_names(tmp_path):
    folders = [new_run_folder(quick(), tmp_path) for _ in range(3)]
    assert len(set(folders)) == 3
    assert all(Run(folder).experiment == quick() for folder in folders)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 9999,
        b'{"command": "delete"}',
        b'{"command": "weight", "term": "kl"}',
        b'{"command": "weight", "term": "kl", "value": NaN}',
        b'{"command": "weight", "term": "kl", "value": -1}',
        b'{"command": "learning_rate", "value": 2}',
        b'{"command": "stop", "now": 1}',
        b'{"command": "go_on"}',
    ],
    ids=range(12),
)
def test_damaged_commands_are_refused_and_the_next_is_taken(tmp_path, text):
    with pytest.raises(ValueError, match=r"^No command of a run: "):
        parse_command(text)
    inbox = Inbox(tmp_path)
    send_command(tmp_path, "weight", term="kl", value=2)
    (inbox.folder / "0.json").write_bytes(text)
    send_command(tmp_path, "stop")
    refused, weight, stop = inbox.take()
    assert isinstance(refused, ValueError)
    assert (weight, stop) == (SetWeight(command="weight", term="kl", value=2), Simple(command="stop"))
    assert list(inbox.folder.iterdir()) == []


def guard() -> LossGuard:
    return LossGuard(SERIES, ("loss",))


@pytest.mark.parametrize(("bad", "column"), [(np.nan, 2), (np.inf, 2), (-np.inf, 2), (np.nan, 1), (np.inf, 0)])
def test_a_number_that_is_none_ends_the_run_with_advice(bad, column):
    values = np.array([200.0, 5.0, 205.0])
    watch = guard()
    assert watch.check(1, values, 0.1) is None
    values[column] = bad
    sentence = watch.check(1234, values, 0.1) or ""
    assert sentence.startswith("The loss is no longer a number at step 1,234 (reconstruction ")
    assert "last good snapshot is kept. Try a learning rate below 0.1" in sentence


def test_a_spike_passes_and_a_runaway_ends_the_run():
    calm, high = np.array([200.0, 5.0, 205.0]), np.array([200.0, 1e9, 1e9])
    watch = guard()
    seen = [watch.check(step, values, 0.5) for step, values in enumerate([calm, high, high, calm, high, high, calm])]
    assert seen == [None] * 7
    sentences = [watch.check(step, -high, 0.5) for step in range(PATIENCE)]
    assert sentences[:-1] == [None] * (PATIENCE - 1)
    assert (sentences[-1] or "").startswith("The loss ran away: -1e+09 at step 2, over 1,000 times where it began.")


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


def start(home: Path, launcher: Launcher, name: str, **settings) -> Run:
    folder = home / name
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / EXPERIMENT, quick(**settings).model_dump())
    return launcher.start(quick(**settings), folder)


def reached(run: Run, *states: str, step: int = 0) -> Status:
    """Wait until the run is in one of the states and at that step."""

    def now() -> Status | None:
        if not run.has_started():
            return None
        status = run.status()
        wrong = not status.active and status.state not in states
        assert not wrong, f"{status}\n{(run.folder / LOG).read_text()}"
        return status if status.state in states and status.step >= step else None

    return wait_for(now, 120)


@pytest.fixture(scope="module")
def trainers(tmp_path_factory):
    """Real trainers, all at once, for loading TensorFlow is most of their time; ended with the module."""
    home, launcher, other = tmp_path_factory.mktemp("runs"), Launcher(), Launcher()
    # Paused before its first step, so that it takes no time from the others.
    (home / "steered").mkdir()
    send_command(home / "steered", "pause")
    started = SimpleNamespace(
        launcher=launcher,
        other=other,
        killed=start(home, other, "killed", **LONG),
        left=start(home, other, "left", **LONG),
        staying=start(home, other, "staying", **LONG),
        steered=start(home, launcher, "steered", **LONG),
        mnist=start(home, launcher, "mnist", dataset="mnist", batch_size=128, epochs=1) if MNIST else None,
    )
    yield started
    for one in (launcher, other):
        for process in one.processes.values():
            process.kill()
        one.close()
        one.reap()
    for run in vars(started).values():
        if isinstance(run, Run):
            run.close()


def snapshot_is_whole(run: Run) -> bool:
    arrays = load_arrays(run.snapshots()[-1].path)
    return all(np.isfinite(array).all() for array in arrays.values())


def test_a_killed_trainer_is_called_crashed_and_what_was_shown_is_still_there(trainers):
    run = trainers.killed
    reached(run, "training", step=1)
    shown, snapshots = run.curves(10**9).training, run.snapshots()
    process = trainers.other.processes[run.folder]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    run.close()
    with Run(run.folder) as again:
        status = again.status()
        assert (status.state, status.active) == ("crashed", False)
        assert status.message == "The trainer ended without a word; its last snapshot is kept."
        kept = again.curves(10**9).training
        for name, values in shown.items():
            np.testing.assert_array_equal(kept[name][: len(values)], values)
        assert again.snapshots()[: len(snapshots)] == snapshots
        assert snapshot_is_whole(again)


def test_a_run_stops_when_its_parent_goes_unless_it_was_told_to_go_on(trainers):
    left, staying = trainers.left, trainers.staying
    for run in (left, staying):
        reached(run, "training", step=1)
    send_command(staying.folder, "go_on", value=True)
    wait_for(lambda: staying.status().goes_on)
    process = psutil.Process(trainers.other.processes[staying.folder].pid)
    trainers.other.close()
    status = left.status()
    assert (status.state, status.message) == ("stopped", "Hourglass was closed; the run was not told to go on.")
    assert left.snapshots()[-1].step == status.step
    step = reached(staying, "training").step
    reached(staying, "training", step=step + 20)
    send_command(staying.folder, "stop")
    reached(staying, "stopped")
    wait_for(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def test_a_run_is_steered_paused_resumed_and_stopped(trainers):
    run = trainers.steered
    assert reached(run, "paused").step == 0
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
    assert stopped.message == "Stopped by hand."
    assert trainers.launcher.processes[run.folder].wait(30) == 0
    assert run.snapshots()[-1].step == stopped.step > paused.step
    assert snapshot_is_whole(run)

    events = {event.kind: event for event in run.events()}
    assert dict(events["weight"].detail) == {"term": "kl", "value": 7.5, "before": 1.0}
    assert dict(events["learning_rate"].detail) == {"value": 0.0005, "before": 0.001}
    assert "There is no term sparsity; there are reconstruction, kl." in [
        e.detail["message"] for e in run.events("refused")
    ]
    assert {"pause", "resume"} <= set(events)
    curves = run.curves(10**9).training
    assert curves["step"].tolist() == list(range(1, stopped.step + 1))
    after = curves["step"] > events["weight"].step
    for column, before, later in (("weight_kl", 1, 7.5), ("learning_rate", 0.001, 0.0005)):
        assert set(curves[column][~after]) == {before}
        assert set(curves[column][after]) == {later}
    expected = curves["reconstruction"] + curves["weight_kl"] * curves["kl"]
    np.testing.assert_allclose(curves["loss"], expected, rtol=1e-5)
    np.testing.assert_allclose(curves["weighted_kl"], curves["weight_kl"] * curves["kl"], rtol=1e-12)


@pytest.fixture
def no_parent_needed(monkeypatch):
    """The trainer's code can run in this process, whose standard input is no lifeline."""
    monkeypatch.setattr(listening, "Lifeline", lambda: SimpleNamespace(parent_gone=threading.Event()))


def test_a_training_that_explodes_fails_in_words_and_keeps_the_last_good_snapshot(tmp_path, no_parent_needed):
    write_json(tmp_path / EXPERIMENT, quick(optimizer="sgd", learning_rate=1.0, terms={"kl": 1e6}).model_dump())
    assert training.main(tmp_path) == 1
    with Run(tmp_path) as run:
        failed = run.status()
        assert failed.state == "failed"
        assert "no longer" in failed.message or "ran away" in failed.message
        assert "The last good snapshot is kept. Try a learning rate below 1" in failed.message
        assert snapshot_is_whole(run)
        assert 1 <= run.curves().training["step"][-1] < 12
        assert failed.step == run.curves().training["step"][-1]


def test_a_stop_before_the_first_step_ends_the_run_and_what_steers_waits(tmp_path, no_parent_needed):
    write_json(tmp_path / EXPERIMENT, quick().model_dump())
    for command in ("pause", "stop"):
        send_command(tmp_path, command)
    (tmp_path / INBOX / "0.json").write_bytes(b"nonsense")
    assert training.main(tmp_path) == 0
    with Run(tmp_path) as run:
        assert (run.status().state, run.status().message, run.status().step) == ("stopped", "Stopped by hand.", 0)
        assert not (tmp_path / SUMMARY).exists()  # not even its data was loaded
    assert len(list((tmp_path / INBOX).iterdir())) == 2


@pytest.mark.parametrize("stage", ["load_images", "build", "Probe.save_snapshot"])
@pytest.mark.parametrize("told", [False, True])
def test_between_the_stages_of_the_preparation_commands_are_obeyed(tmp_path, monkeypatch, told, stage):
    gone = threading.Event()
    monkeypatch.setattr(listening, "Lifeline", lambda: SimpleNamespace(parent_gone=gone))
    monkeypatch.setattr(training.Trainer, "_train_epoch", lambda *_: pytest.fail("It went on to train."))
    write_json(tmp_path / EXPERIMENT, quick().model_dump())
    owner = training.Probe if "." in stage else training
    name = stage.rpartition(".")[2]
    real = getattr(owner, name)

    def then_the_app_closes(*given):
        made = real(*given)
        gone.set()
        if told:
            send_command(tmp_path, "go_on", value=True)
            send_command(tmp_path, "stop")
        return made

    monkeypatch.setattr(owner, name, then_the_app_closes)
    assert training.main(tmp_path) == 0
    with Run(tmp_path) as run:
        status = run.status()
    assert (status.state, status.goes_on) == ("stopped", told)
    assert status.message == ("Stopped by hand." if told else "Hourglass was closed; the run was not told to go on.")


def test_between_the_batches_of_a_validation_commands_are_obeyed(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path)
    trainer.store.open_history(trainer.loop.series, list(trainer.terms))
    trainer.loop.train_many = lambda rows, _: send_command(tmp_path, "stop") or np.ones((len(rows), 3))  # ty: ignore
    trainer._obey()  # the next look is 50 ms away: the one before validation finds nothing
    trainer._train_epoch(0)
    time.sleep(0.06)
    with pytest.raises(training.Stop, match="Stopped by hand"):
        trainer._validate(1)
    trainer.store.close()


def test_validation_is_weighted_as_it_was_at_that_moment(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path, terms={"kl": {"weight": 2, "schedule": "warm_up", "schedule_epochs": 4}})
    trainer.store.open_history(trainer.loop.series, list(trainer.terms))
    trainer._train_steps([np.arange(4, dtype=np.int32)], np.array([1.0, 1.5]))
    trainer._change(SetWeight(command="weight", term="kl", value=8))  # counts from the next step on
    trainer._validate(1)
    trainer.store.close()
    with Run(tmp_path) as run:
        seen = {name: float(value[0]) for name, value in run.curves().validation.items()}
    assert seen["weighted_kl"] == pytest.approx(0.5 * seen["kl"])
    assert seen["loss"] == pytest.approx(seen["weighted_reconstruction"] + seen["weighted_kl"], rel=1e-5)


def test_closing_minds_a_wish_to_go_on_that_the_trainer_has_not_read(tmp_path):
    launcher, told, taken_back = Launcher(), Stubborn(), Stubborn()
    for name, wishes in (("told", [True]), ("taken_back", [True, False])):
        written(tmp_path / name, 0)[0].close()
        for wish in wishes:
            send_command(tmp_path / name, "go_on", value=wish)
    (tmp_path / "told" / INBOX / "9.json").write_bytes(b"nonsense")
    launcher.processes = {tmp_path / "told": told}  # ty: ignore
    launcher.close()
    assert (told.killed, list(launcher.processes)) == (False, [tmp_path / "told"])
    assert not launching._goes_on(tmp_path / "taken_back")
    assert taken_back.killed is False


def test_children_are_out_of_reach_of_ctrl_c_on_every_system(monkeypatch):
    assert launching.detached_options() == {"start_new_session": True, "creationflags": 0}
    subprocess.run(["true"], **launching.detached_options(), check=True)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200, raising=False)
    assert launching.detached_options()["creationflags"] == 0x200


def test_the_strip_of_a_denoising_model_is_its_noisy_input(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path, variant="denoising_ae", corruption=0.5)
    trainer._snapshot()
    preview = load_arrays(tmp_path / PREVIEW)
    snapshot = load_arrays(tmp_path / SNAPSHOTS / "000000000.safetensors")
    trainer.store.close()
    noisy, twins = trainer.probe._noisy.numpy(), trainer.program.twins
    spread = noisy - np.float32(1)  # the images are white
    assert 0.4 < spread.std() < 0.6
    np.testing.assert_array_equal(preview["corrupted"], np.round(noisy.clip(0, 1) * 255))
    assert preview["corrupted"].dtype == np.uint8
    for images, arrays, prefix in ((noisy, preview, ""), (np.ones_like(noisy), snapshot, "probe/")):
        expected = twins.inference(images)["reconstruction"].numpy() * 255
        np.testing.assert_allclose(arrays[f"{prefix}reconstruction"], expected, atol=0.6)
    assert not [name for name in snapshot if "corrupted" in name]
    (tmp_path / "again").mkdir()
    again = small_trainer(tmp_path / "again", variant="denoising_ae", corruption=0.5)
    np.testing.assert_array_equal(again.probe._noisy.numpy(), noisy)
    again.store.close()


def test_a_preview_that_cannot_be_written_is_skipped(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path)
    trainer._preview()
    (tmp_path / PREVIEW).unlink()
    (tmp_path / PREVIEW).mkdir()
    trainer.step = 3
    trainer._preview()
    trainer.store.close()


def test_previews_of_a_slow_network_have_fewer_points(tmp_path, no_parent_needed, monkeypatch):
    images = np.zeros((600, 4, 4, 1), np.uint8)
    program = training.build(quick(latent_dim=5), (4, 4, 1))
    for slow, points in ((1e-9, 250), (60.0, 500)):
        monkeypatch.setattr(probing, "SLOW", slow)
        probe = probing.Probe(program, images)
        for _ in range(4):
            assert probe.save_preview(tmp_path / "p", 1)
        assert load_arrays(tmp_path / "p")["plane"].shape == (points, 2)


class Stubborn:
    """A trainer that does not end when its lifeline closes."""

    stdin, killed = None, False

    def poll(self):
        return None

    def kill(self):
        self.killed = True

    def wait(self, timeout=None):
        if timeout is not None:
            raise launching.subprocess.TimeoutExpired("trainer", timeout)


def test_closing_kills_what_does_not_end_and_minds_a_late_wish_to_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(launching, "GRACE", 0.1)
    launcher, one, late, gone = Launcher(), Stubborn(), Stubborn(), Stubborn()
    wishes = iter([False, True])
    monkeypatch.setattr(Run, "has_started", lambda run: run.name == "late" and next(wishes))
    monkeypatch.setattr(Run, "status", lambda _run: SimpleNamespace(goes_on=True))
    for name in ("one", "late"):
        written(tmp_path / name, 0)[0].close()
    launcher.processes = {tmp_path / "one": one, tmp_path / "late": late, tmp_path / "gone": gone}  # ty: ignore
    launcher.close()
    assert (one.killed, late.killed, gone.killed) == (True, False, True)
    assert list(launcher.processes) == [tmp_path / "late"]


def test_a_trainer_that_cannot_read_its_experiment_leaves_a_log(tmp_path):
    launcher = Launcher()
    run = start(tmp_path, launcher, "bad")
    process = launcher.processes[run.folder]
    process.kill()
    process.wait()
    (run.folder / DATABASE).unlink(missing_ok=True)
    assert launcher.died_before_starting(run.folder)
    launcher.reap()
    assert launcher.processes == {}
    assert launcher.died_before_starting(run.folder)
    after_restart = Launcher()
    assert not after_restart.died_before_starting(run.folder)
    old = time.time() - 61
    os.utime(run.folder / EXPERIMENT, (old, old))
    assert after_restart.died_before_starting(run.folder)
    written(run.folder, 0)[0].close()
    os.utime(run.folder / EXPERIMENT, (old, old))
    assert not launcher.died_before_starting(run.folder)
    assert not after_restart.died_before_starting(run.folder)
    assert not after_restart.died_before_starting(tmp_path / "absent")
    run.close()
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


def small_trainer(folder: Path, **settings) -> training.Trainer:
    images = np.full((8, 4, 4, 1), 255, np.uint8)
    data = Images(images, np.zeros(8, np.int64), ("0",), images, np.zeros(8, np.int64))
    store = unfinished(folder, quick(**settings))
    return training.Trainer(folder, quick(**settings), data, store, training.Listener(folder, store))


def unfinished(folder: Path, experiment: Experiment) -> RunWriter:
    folder.mkdir(exist_ok=True)
    write_json(folder / EXPERIMENT, experiment.model_dump())
    return RunWriter(folder)


def test_a_command_reaches_the_optimizer_and_the_objective_and_keeps_to_the_schedule(tmp_path, no_parent_needed):
    schedule = {"kl": {"weight": 2, "schedule": "warm_up", "schedule_epochs": 4}}
    trainer = small_trainer(tmp_path, terms=schedule)
    (learner,) = trainer.program.model.learners
    trainer.store.open_history(trainer.loop.series, list(trainer.terms))
    batch = np.arange(4, dtype=np.int32)
    trainer._train_steps([batch, batch], np.array([0.0, 1.0, 1.5]))
    assert float(learner.objective.term_weights["kl"].numpy()) == 0.5  # a weight of its own for each step of a call
    trainer._change(SetWeight(command="weight", term="kl", value=8))
    trainer._change(SetLearningRate(command="learning_rate", value=0.25))
    trainer._train_steps([batch], np.array([2.0, 2.5]))
    assert float(learner.objective.term_weights["kl"].numpy()) == trainer.weights[1] == 4
    assert float(learner.objective.term_weights["reconstruction"].numpy()) == 1
    assert float(learner.optimizer.learning_rate.numpy()) == trainer.learning_rate == 0.25
    trainer.store.close()


@pytest.mark.parametrize("value", [np.inf, np.nan, 3e38], ids=str)  # finite weights can give infinite codes
@pytest.mark.parametrize("act", ["_snapshot", "_report"])
def test_a_model_that_gives_no_numbers_is_never_saved_or_shown(tmp_path, no_parent_needed, value, act):
    trainer = small_trainer(tmp_path, latent_dim=3)
    trainer._snapshot()
    trainer.step = 3
    weight = trainer.program.twins.encoder.get_layer("z_mean").kernel
    weight.assign(np.full(weight.shape, value))
    with pytest.raises(FloatingPointError, match=r"weights are no longer numbers at step 3\. The last good"):
        getattr(trainer, act)()
    with Run(tmp_path) as run:
        assert [snapshot.step for snapshot in run.snapshots()] == [0]
        assert snapshot_is_whole(run)
    assert load_arrays(tmp_path / PREVIEW)["step"] == 0
    trainer.store.close()
