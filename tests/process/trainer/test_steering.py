"""The hand on who moves, single steps, and what is measured of a critic: trainings inside this process."""

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.app_pages.run import steering as steer_view
from explorer.app_pages.run.steering import ways_to_move
from explorer.diagnosis import measured
from explorer.figures.change_flags import describe_change
from explorer.files import load_arrays
from explorer.runs.layout import INBOX, PREVIEW, send_command
from explorer.runs.reader import Run
from explorer.runs.results import loss_in_words
from explorer.trainer import listening
from explorer.trainer.estimates import SAMPLES
from explorer.trainer.finishing import finish_stopped
from explorer.trainer.listening import Stop
from explorer.trainer.probe import Probe
from models.program import build
from models.spec.catalogue import VARIANTS
from models.training import TrainingLoop
from tests.support.helpers import quick, some_images
from tests.support.run_helpers import moving_of, small_trainer

SHAPE = (8, 8, 1)
CRITICS = [name for name, info in VARIANTS.items() if info.critic]


@pytest.fixture(autouse=True)
def no_parent(monkeypatch):
    gone = SimpleNamespace(parent_gone=threading.Event())
    monkeypatch.setattr(listening, "Lifeline", lambda: gone)


def test_only_known_learners_move_and_at_least_one(tmp_path):
    trainer = small_trainer(tmp_path, variant="gan")
    with Run(tmp_path) as run:
        assert moving_of(run) == ("loss", "critic_loss", "encoder_loss")
        for totals in (["encoder_loss", "loss"], [], ["loss", "kl"]):
            send_command(tmp_path, "moving", totals=totals)
        trainer._process_commands()
        assert moving_of(run) == ("loss", "encoder_loss")
        assert [bool(v.numpy()) for v in trainer.program.model.moving] == [True, False, True]
        assert [event.detail["message"] for event in run.events("refused")] == [
            f"The totals whose networks are to be updated were {given}; allowed are “Total of the generator” (loss), "
            "“Total of the discriminator” (critic_loss), “Total of the encoder” (encoder_loss). "
            "Name at least one of them."
            for given in ("none", "loss, kl")
        ]
        (event,) = run.changes()
        assert event.detail == {"value": ["loss", "encoder_loss"], "before": ["loss", "critic_loss", "encoder_loss"]}
        assert describe_change(event, run.experiment) == "Discriminator frozen"
    trainer.store.close()


def test_who_does_not_wait_for_the_test_images_has_a_whole_model_and_is_told(tmp_path):
    trainer = small_trainer(tmp_path)
    trainer.train()
    send_command(tmp_path, "stop")
    assert trainer.finish() == "The model was not evaluated on the test images. Stopped by you."
    with Run(tmp_path) as run:
        assert run.summary()["steps"] == trainer.step > 0
        assert "test" not in run.summary()
        assert trainer.finish() == ""
        assert run.summary()["test_mse"] > 0
    trainer.store.close()


def test_who_does_not_wait_for_the_estimates_keeps_the_results_and_the_first_estimate(tmp_path, monkeypatch):
    trainer, stages = small_trainer(tmp_path), []
    trainer.train()
    urgent = trainer.listener.process_urgent

    def stop_at_the_second() -> None:
        stages.append(trainer.store.status["stage"])
        if stages[-1] == "estimating the total correlation":
            send_command(tmp_path, "stop")
        urgent()

    monkeypatch.setattr(trainer.listener, "process_urgent", stop_at_the_second)
    assert trainer.finish() == "Ended while estimating the total correlation. Stopped by you."
    assert {"estimating log p(x)", "estimating the total correlation"} < set(stages)
    with Run(tmp_path) as run:
        assert {"test", "log_likelihood"} < set(run.summary())
        assert "total_correlation" not in run.summary()
    trainer.store.close()


def test_a_stopped_training_gets_estimates_if_they_take_a_small_share_of_its_time(tmp_path):
    trainer = small_trainer(tmp_path)
    finish_stopped(trainer)
    with Run(tmp_path) as run:
        assert "log_likelihood" not in run.summary()
        trainer.watch._before = 60.0  # seconds of training
        finish_stopped(trainer)
        summary = run.summary()
    assert summary["log_likelihood"]["samples"] == SAMPLES
    assert summary["total_correlation"]["posteriors"] == len(trainer.images.images) + len(trainer.images.test_images)
    trainer.store.close()


def test_binarised_images_are_what_a_run_shows_measures_and_has_no_floor_for(tmp_path):
    trainer = small_trainer(tmp_path, grey=100, pixel_model="bernoulli_dynamic")
    images = trainer.images
    assert set(np.unique(images.images[trainer.training])) == {100}  # the network samples them at each step
    for seen in (images.images[trainer.validation], images.test_images, trainer.probe.images[:8]):
        assert set(np.unique(seen)) == {0, 255}
    assert trainer.summary["floor"] == {"validation": 0.0, "test": 0.0}
    trainer.train()
    assert trainer.finish() == ""
    with Run(tmp_path) as run:
        assert loss_in_words(run.experiment, run.summary())[0].startswith("test negative ELBO ")
    trainer.store.close()


def test_a_wish_to_go_on_that_came_with_the_apps_end_is_heard(tmp_path):
    trainer = small_trainer(tmp_path)
    trainer.listener.lifeline.parent_gone.set()
    send_command(tmp_path, "go_on", value=True)
    trainer.listener.check_parent()
    send_command(tmp_path, "go_on", value=False)
    with pytest.raises(Stop, match="not set to continue"):
        trainer.listener.check_parent()
    trainer.store.close()


def test_each_opponent_can_be_left_alone_and_who_has_none_always_moves():
    assert ways_to_move(VARIANTS["gan"]) == {
        "All": ("loss", "critic_loss", "encoder_loss"),
        "Generator only": ("loss", "encoder_loss"),
        "Discriminator only": ("critic_loss", "encoder_loss"),
    }
    assert list(ways_to_move(VARIANTS["aae"])) == ["All", "Autoencoder only", "Discriminator only"]


def test_a_single_step_is_one_step_and_the_pause_goes_on(tmp_path):
    """Eight images, four to train on: two steps an epoch, and the validation of the first epoch between them."""
    trainer = small_trainer(tmp_path, batch_size=2, epochs=2, validation_fraction=0.5)
    shown = []
    plan = iter(["step", "pause", "step", "step", "step", "step", "step", "stop"])

    def look(_seconds: float) -> None:
        """Whenever the trainer waits: what the page would see, and the next command."""
        with Run(tmp_path) as run:
            step = run.status().step
            history = run.curves().training["step"]
            shown.append((step, len(history), run.status().state))
            assert load_arrays(tmp_path / PREVIEW)["step"].tolist() == [step]
        command = next(plan)
        for _ in range(2 if command == "step" else 1):  # as Streamlit may call a button's function twice for one click
            send_command(tmp_path, command, **({"to": step + 1} if command == "step" else {}))
        trainer.listener.inbox.next_poll = 0.0

    send_command(tmp_path, "step", to=1)  # it trains: refused
    send_command(tmp_path, "pause")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("explorer.trainer.training.time", SimpleNamespace(sleep=look, perf_counter=time.perf_counter))
        with pytest.raises(Stop):
            trainer.train()
    assert shown == [(step, step, "paused") for step in (0, 1, 1, 2, 3, 4, 4, 4)]
    with Run(tmp_path) as run:
        refused = [event.detail["message"] for event in run.events("refused")]
        assert len(run.curves().validation["epoch"]) == 1  # the last one waits for the run to go on
    assert refused == [
        "A single step needs a paused training. Pause it first.",
        *["No step is left: the last epoch is over. Resume to finish the run."] * 4,
    ]
    trainer.store.close()


@pytest.mark.parametrize("variant", CRITICS)
def test_what_a_critic_says_is_measured_through_the_training_model(tmp_path, variant):
    images = some_images(40, SHAPE)
    program = build(quick(variant=variant, latent_dim=3), SHAPE)
    probe = Probe(program, images, np.zeros(len(images)))
    assert probe.save_preview(tmp_path / PREVIEW, 1)
    first = load_arrays(tmp_path / PREVIEW)
    assert probe.save_preview(tmp_path / PREVIEW, 2)
    again = load_arrays(tmp_path / PREVIEW)
    for name in (name for name in first if name.startswith("health/") or name == "samples"):
        np.testing.assert_array_equal(first[name], again[name])  # the noise is the same at each look
    found = measured(program.experiment, again, images, {}, ("loss",))
    assert found is not None
    assert (found.step, found.real.shape, found.made.shape) == (2, (40,), (40,))
    assert list(found.gradients) == [*program.experiment.variant_info.learners, program.experiment.variant_info.fools]
    assert all(0 < found.gradients[name] <= found.largest[name] for name in found.gradients)
    assert again["samples"].shape == (12, *SHAPE)
    seen = images.astype(np.float32) / 255
    if program.experiment.variant_info.critic == "image":
        assert program.twins.critic is not None
        np.testing.assert_allclose(found.real, program.twins.critic(seen)["critic"], rtol=1e-3, atol=1e-4)


def test_a_look_changes_nothing_of_the_training(tmp_path):
    images, values = some_images(40, SHAPE), []
    for looks in (0, 2):
        program = build(quick(variant="vae_gan", latent_dim=3), SHAPE)
        loop, probe = TrainingLoop(program.model, images), Probe(program, images, np.zeros(len(images)))
        for step in range(3):
            for _ in range(looks):
                probe.save_preview(tmp_path / PREVIEW, step)
                probe.save_snapshot(tmp_path / "snapshot", step)
            values.append(loop.train(np.arange(40, dtype=np.int32)))
    np.testing.assert_array_equal(values[:3], values[3:])


def test_samples_of_a_conditional_model_show_the_classes_in_turn(tmp_path):
    images = some_images(40, SHAPE)
    program = build(quick(variant="conditional_vae", latent_dim=3), SHAPE, classes=5)
    assert Probe(program, images, np.arange(40) % 5).save_preview(tmp_path / PREVIEW, 0)
    codes = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    told = np.concatenate([codes, np.eye(5, dtype=np.float32)[np.arange(12) % 5]], axis=1)
    shown = np.round(program.twins.generator(told).numpy() * 255)
    np.testing.assert_allclose(load_arrays(tmp_path / PREVIEW)["samples"], shown, atol=1)


def _steered() -> None:
    """A page with a weight of a run, whose newest value a test says."""
    import streamlit as st  # the function becomes a script

    from explorer.app_pages.run.steering import _number

    limits = {"min_value": 0.0, "max_value": 10.0}
    _number(st.session_state.run, "weight-kl", "KL weight", st.session_state.newest, "weight", limits, term="kl")


@pytest.fixture
def steered(tmp_path):
    page = AppTest.from_function(_steered)
    page.session_state.run, page.session_state.newest = SimpleNamespace(folder=tmp_path), 1.0
    (tmp_path / INBOX).mkdir()
    return page.run()


def test_a_field_keeps_what_the_hand_set_until_the_trainer_has_answered(steered, tmp_path, monkeypatch):
    monkeypatch.setattr(steer_view, "TO_ANSWER", 60.0)
    steered.number_input[0].set_value(3.0).run()
    (command,) = (tmp_path / INBOX).iterdir()
    steered.run()
    assert steered.number_input[0].value == 3.0
    monkeypatch.setattr(steer_view, "TO_ANSWER", 0.0)
    assert steered.run().number_input[0].value == 3.0  # a trainer that compiles reads nothing for long
    command.unlink()
    steered.session_state.newest = 3.0
    assert steered.run().number_input[0].value == 3.0
    steered.session_state.newest = 4.0  # another page
    assert steered.run().number_input[0].value == 4.0
    assert not list((tmp_path / INBOX).iterdir())  # the field sends nothing by itself


def test_a_field_shows_the_runs_value_where_a_change_came_and_went_between_two_looks(steered, tmp_path, monkeypatch):
    monkeypatch.setattr(steer_view, "TO_ANSWER", 60.0)
    steered.number_input[0].set_value(3.0).run()
    (command,) = (tmp_path / INBOX).iterdir()
    command.unlink()
    assert steered.run().number_input[0].value == 3.0
    monkeypatch.setattr(steer_view, "TO_ANSWER", 0.0)
    assert steered.run().number_input[0].value == 1.0
    assert not list((tmp_path / INBOX).iterdir())
