"""What a training says in a terminal: its progress in one line, and its results with their units."""

import pytest

from explorer.cli.terminal import progress_line, report_lines
from explorer.runs.records import Status
from tests.support.helpers import quick


@pytest.mark.parametrize(
    ("epoch", "losses", "shown"),
    [
        (0.0, None, "░░░░░░░░░░ epoch 0.0/4  1,500 images/s  0 s left"),
        (1.0, [], "██░░░░░░░░ epoch 1.0/4  1,500 images/s  30 s left"),
        (4.0, [9.0, 8.25], "██████████ epoch 4.0/4  1,500 images/s  0 s left  validation 8.2 nats per image"),
    ],
)
def test_progress_is_one_line(epoch, losses, shown, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status = Status("training", "", "", 5, epoch, 10.0, 1500.0, False, 0.0)
    experiment = quick(epochs=4)
    assert progress_line(status, losses, experiment) == shown
    waiting = Status("preparing", "loading data", "", 0, 0.0, 0.0, 0.0, False, 0.0)
    assert progress_line(waiting, None, experiment) == "loading data ..."


def test_a_report_says_each_learner_and_no_unit_that_is_not_the_values():
    vae = report_lines({"reconstruction": 90.0, "kl": 8.0, "loss": 98.0}, quick())
    assert vae == ["reconstruction 90.00  kl 8.00  loss 98.00  (nats per image)"]
    greys = report_lines({"reconstruction": 900.0, "kl": 8.0, "loss": 908.0}, quick(pixel_model="unscaled"))
    assert greys == ["reconstruction 900.00 (grey levels² per pixel)  kl 8.00 (nats per image)  loss 908.00"]
    values = dict.fromkeys(("fools_critic", "loss", "critic_real", "critic_fake", "critic_loss"), 0.5)
    assert report_lines(values, quick(variant="gan")) == [
        "Generator: fools_critic 0.50  loss 0.50  (nats per image, 0.69 at even odds)",
        "Discriminator: critic_real 0.50  critic_fake 0.50  critic_loss 0.50  (nats per image)",
    ]
    (parts,) = report_lines({"mutual_information": 2.0, "loss": 98.0}, quick(variant="beta_tcvae"))
    assert parts == "mutual_information 2.00  loss 98.00  (nats per image)"
    assert report_lines({}, quick()) == []


def test_the_progress_of_several_learners_names_the_one_it_shows(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status = Status("training", "", "", 5, 4.0, 10.0, 1500.0, False, 0.0)
    line = progress_line(status, [8.25], quick(variant="vae_gan", epochs=4))
    assert line.endswith("0 s left  validation Autoencoder 8.2 nats per image")


def test_the_progress_says_a_unit_that_all_terms_share_also_where_one_says_more(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status = Status("training", "", "", 5, 4.0, 10.0, 1500.0, False, 0.0)
    line = progress_line(status, [8.25], quick(variant="beta_tcvae", epochs=4))
    assert line.endswith("0 s left  validation 8.2 nats per image")
