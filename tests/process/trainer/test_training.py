"""The course of a training, inside this process: its stages, what it keeps and shows, and what changes it."""

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from explorer.datasets import loading
from explorer.files import load_arrays
from explorer.runs.commands import SetLearningRate, SetWeight
from explorer.runs.layout import EXPERIMENT, INBOX, PREVIEW, SNAPSHOTS, SUMMARY, send_command, write_json
from explorer.runs.reader import Run
from explorer.trainer import listening, training
from explorer.trainer import probe as probing
from explorer.trainer import process as trainer
from explorer.trainer.listening import Stop
from models.spec.schedules import rate_factor
from tests.support.helpers import quick
from tests.support.run_helpers import small_trainer, snapshot_is_whole


def test_a_training_that_explodes_fails_in_words_and_keeps_the_last_good_snapshot(tmp_path, no_parent_needed):
    write_json(tmp_path / EXPERIMENT, quick(optimizer="sgd", learning_rate=1.0, terms={"kl": 1e6}).model_dump())
    assert trainer.main(tmp_path) == 1
    with Run(tmp_path) as run:
        failed = run.status()
        assert failed.state == "failed"
        assert "not finite" in failed.message or "diverged" in failed.message
        assert "Try a learning rate of 0.001 (it was 1)" in failed.message
        assert failed.message.endswith("It had not saved a trained model yet.")
        assert snapshot_is_whole(run)
        assert 1 <= run.curves().training["step"][-1] < 12
        assert failed.step == run.curves().training["step"][-1]


def test_a_loss_on_held_out_images_that_is_not_finite_is_said_to_the_end(tmp_path, no_parent_needed, monkeypatch):
    """Its weights are finite: one image unlike the others is enough. The run finishes, but not in silence."""
    real = training.TrainingLoop.evaluate
    seen = []

    def evaluate(loop, *given, **named):
        values = real(loop, *given, **named)
        seen.append(len(values))
        values[0] = np.inf if len(seen) == 1 else values[0]
        return values

    monkeypatch.setattr(training.TrainingLoop, "evaluate", evaluate)
    write_json(tmp_path / EXPERIMENT, quick(epochs=2).model_dump())
    assert trainer.main(tmp_path) == 0
    with Run(tmp_path) as run:
        status, (warning,) = run.status(), run.events("warning")
    assert status.state == "finished"
    assert status.message == warning.detail["message"]
    assert status.message.startswith("The loss on the validation images is not finite at epoch 1 (reconstruction inf).")


def test_test_values_that_are_not_finite_are_said(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path)
    trainer.train()
    trainer.loop.model.weight_of("kl").assign(np.nan)
    message = trainer.finish()
    assert message.startswith("The loss on the test images is not finite at epoch ")
    assert "(total nan)" in message  # the title of the total
    trainer.store.close()


def test_a_weight_of_a_million_by_hand_does_not_end_a_run(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path)
    ones, weights = np.ones(len(trainer.loop.series)), {"reconstruction": 1.0, "kl": 1.0}
    assert trainer.guard.check(1, ones, 1e-3, weights) is None
    trainer._handle(SetWeight(command="weight", term="kl", value=1e6))
    assert [trainer.guard.check(step, 1e10 * ones, 1e-3, weights | {"kl": 1e6}) for step in range(2, 9)] == [None] * 7
    trainer.store.close()


def test_a_stop_before_the_first_step_ends_the_run_and_what_steers_waits(tmp_path, no_parent_needed):
    write_json(tmp_path / EXPERIMENT, quick().model_dump())
    for command in ("pause", "stop"):
        send_command(tmp_path, command)
    (tmp_path / INBOX / "0.json").write_bytes(b"nonsense")
    assert trainer.main(tmp_path) == 0
    with Run(tmp_path) as run:
        assert (run.status().state, run.status().message, run.status().step) == ("stopped", "Stopped by you.", 0)
        assert not (tmp_path / SUMMARY).exists()  # not even its data was loaded
    assert len(list((tmp_path / INBOX).iterdir())) == 2


@pytest.mark.parametrize("stage", ["load_images", "build", "Probe.save_snapshot"])
@pytest.mark.parametrize("told", [False, True])
def test_between_the_stages_of_the_preparation_commands_are_obeyed(tmp_path, monkeypatch, told, stage):
    gone = threading.Event()
    monkeypatch.setattr(listening, "Lifeline", lambda: SimpleNamespace(parent_gone=gone))
    monkeypatch.setattr(training.Trainer, "_train_epoch", lambda *_: pytest.fail("It went on to train."))
    write_json(tmp_path / EXPERIMENT, quick().model_dump())
    owner = {"load_images": loading, "build": training, "Probe.save_snapshot": training.Probe}[stage]
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
    assert trainer.main(tmp_path, loading.load_images) == 0
    with Run(tmp_path) as run:
        status = run.status()
    assert (status.state, status.goes_on) == ("stopped", told)
    assert status.message == (
        "Stopped by you." if told else "Hourglass was closed, and the run was not set to continue."
    )


def test_between_the_batches_of_a_validation_commands_are_obeyed(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path)
    trainer.store.open_history(trainer.loop.series, list(trainer.terms))
    trainer.loop.train_many = lambda rows, *_: send_command(tmp_path, "stop") or np.ones((len(rows), 3))  # ty: ignore
    trainer._process_commands()  # the next look is 50 ms away: the one before validation finds nothing
    trainer._train_epoch(0)
    time.sleep(0.06)
    with pytest.raises(Stop, match="Stopped by you"):
        trainer._validate(1)
    trainer.store.close()


def test_validation_is_weighted_as_it_was_at_that_moment(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path, terms={"kl": {"weight": 2, "schedule": "warm_up", "schedule_epochs": 4}})
    trainer.store.open_history(trainer.loop.series, list(trainer.terms))
    trainer._train_steps([np.arange(4, dtype=np.int32)], np.array([1.0, 1.5]))
    trainer.steering.change(SetWeight(command="weight", term="kl", value=8))  # counts from the next step on
    trainer._validate(1)
    trainer.store.close()
    with Run(tmp_path) as run:
        seen = {name: float(value[0]) for name, value in run.curves().validation.items()}
    assert seen["weighted_kl"] == pytest.approx(0.5 * seen["kl"])
    assert seen["loss"] == pytest.approx(seen["weighted_reconstruction"] + seen["weighted_kl"], rel=1e-5)


def test_the_strip_of_a_denoising_model_is_its_noisy_input(tmp_path, no_parent_needed):
    trainer = small_trainer(tmp_path, variant="denoising_ae", corruption=0.5)
    trainer.snapshot()
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
        probe = probing.Probe(program, images, np.zeros(len(images)))
        for _ in range(4):
            assert probe.save_preview(tmp_path / "p", 1)
        assert load_arrays(tmp_path / "p")["probe/z_mean"].shape == (points, 5)


def test_a_command_reaches_the_optimizer_and_the_objective_and_keeps_to_the_schedule(tmp_path, no_parent_needed):
    schedule = {"kl": {"weight": 2, "schedule": "warm_up", "schedule_epochs": 4}}
    trainer = small_trainer(tmp_path, terms=schedule, rate_schedule="cosine", epochs=4)
    (learner,) = trainer.program.model.learners
    trainer.store.open_history(trainer.loop.series, list(trainer.terms))
    batch = np.arange(4, dtype=np.int32)
    trainer._train_steps([batch, batch], np.array([0.0, 1.0, 1.5]))
    assert float(learner.objective.term_weights["kl"].numpy()) == 0.5  # a weight of its own for each step of a call
    trainer.steering.change(SetWeight(command="weight", term="kl", value=8))
    trainer.steering.change(SetLearningRate(command="learning_rate", value=0.25))
    trainer._train_steps([batch], np.array([2.0, 2.5]))
    assert float(learner.objective.term_weights["kl"].numpy()) == trainer.weights["kl"] == 4
    assert float(learner.objective.term_weights["reconstruction"].numpy()) == 1
    assert trainer.steering.learning_rate == 0.25
    assert float(learner.optimizer.learning_rate.numpy()) == pytest.approx(0.25 * 0.505)  # half-way down
    trainer.store.close()
    with Run(tmp_path) as run:
        rates = run.curves(points=10).training["learning_rate"]
    assert rates == pytest.approx([1e-3, 1e-3 * rate_factor("cosine", 1, 4), 0.25 * 0.505])


@pytest.mark.parametrize("value", [np.inf, np.nan, 3e38], ids=str)  # finite weights can give infinite codes
@pytest.mark.parametrize("act", ["snapshot", "_report"])
def test_a_model_that_gives_no_numbers_is_never_saved_or_shown(tmp_path, no_parent_needed, value, act):
    trainer = small_trainer(tmp_path, latent_dim=3)
    trainer.snapshot()
    trainer.step = 3
    weight = trainer.program.twins.encoder.get_layer("z_mean").kernel
    weight.assign(np.full(weight.shape, value))
    with pytest.raises(FloatingPointError, match=r"weights are not finite at step 3\. Try a learning rate"):
        getattr(trainer, act)()
    with Run(tmp_path) as run:
        assert [snapshot.step for snapshot in run.snapshots()] == [0]
        assert snapshot_is_whole(run)
    assert load_arrays(tmp_path / PREVIEW)["step"] == 0
    trainer.store.close()
