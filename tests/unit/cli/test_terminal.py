"""What a training says in a terminal: its progress in one line, and its results with their units."""

import sys
from types import SimpleNamespace

import pytest

from explorer.cli import progress, terminal
from explorer.cli.parser import main
from explorer.cli.progress import ProgressLine, progress_line
from explorer.cli.terminal import report_lines
from explorer.runs import memory
from explorer.runs.launcher import Launcher
from explorer.runs.layout import DISK_FULL, SILENT, write_experiment
from explorer.runs.priority import VARIABLE
from explorer.runs.reader import Run, RunError
from explorer.runs.records import Status
from tests.support.helpers import quick
from tests.support.run_helpers import written


@pytest.mark.parametrize(
    ("epoch", "losses", "shown"),
    [
        (0.0, None, "░░░░░░░░░░ epoch 0.0/4"),
        (1.0, [], "██░░░░░░░░ epoch 1.0/4  1,500 images/s  30 s left"),
        (4.0, [9.0, 8.25], "██████████ epoch 4.0/4  1,500 images/s  0 s left  validation 8.2 nats per image"),
    ],
)
def test_progress_is_one_line(epoch, losses, shown, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status = Status("training", "", "", 5, epoch, 10.0, 1500.0, False)
    experiment = quick(epochs=4)
    assert progress_line(status, losses, experiment) == shown
    waiting = Status("preparing", "loading data", "", 0, 0.0, 0.0, 0.0, False)
    assert progress_line(waiting, None, experiment) == "loading data ..."
    unmeasured = Status("finished", "", "", 5, 4.0, 0.1, 0.0, False)
    assert progress_line(unmeasured, None, experiment) == "██████████ epoch 4.0/4"


def test_a_report_says_each_learner_and_no_unit_that_is_not_the_values():
    vae = report_lines({"reconstruction": 90.0, "kl": 8.0, "loss": 98.0}, quick())
    assert vae == ["reconstruction 90.00  KL 8.00  total 98.00  (nats per image)"]
    greys = report_lines({"reconstruction": 900.0, "kl": 8.0, "loss": 908.0}, quick(pixel_model="unscaled"))
    assert greys == ["reconstruction 900.00 (grey levels² per pixel)  KL 8.00 (nats per image)  total 908.00"]
    values = dict.fromkeys(("fools_critic", "loss", "critic_real", "critic_fake", "critic_loss"), 0.5)
    assert report_lines(values, quick(variant="gan")) == [
        "Generator: fooling the discriminator 0.50  total 0.50  (nats per image, 0.69 at even odds)",
        "Discriminator: discriminator on images 0.50  discriminator on samples 0.50  total 0.50  (nats per image)",
    ]
    (parts,) = report_lines({"mutual_information": 2.0, "loss": 98.0}, quick(variant="beta_tcvae"))
    assert parts == "index-code mutual information 2.00  total 98.00  (nats per image)"
    assert report_lines({}, quick()) == []


def test_the_progress_of_several_learners_names_the_one_it_shows(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status = Status("training", "", "", 5, 4.0, 10.0, 1500.0, False)
    line = progress_line(status, [8.25], quick(variant="vae_gan", epochs=4))
    assert line.endswith("0 s left  validation Autoencoder 8.2 nats per image")


def test_the_progress_says_a_unit_that_all_terms_share_also_where_one_says_more(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status = Status("training", "", "", 5, 4.0, 10.0, 1500.0, False)
    line = progress_line(status, [8.25], quick(variant="beta_tcvae", epochs=4))
    assert line.endswith("0 s left  validation 8.2 nats per image")


def stage(state: str, name: str = "", message: str = "") -> Status:
    return Status(state, name, message, 0, 0.0, 0.0, 0.0, False)


STAGES = [
    None, None, stage("preparing", "loading data"), stage("preparing", "compiling"), stage("preparing", "compiling"),
    stage("training"), stage(SILENT, message="Not heard for 20 s."), stage(SILENT, message="Not heard for 22 s."),
    stage("training"), stage("stopped"),
]  # fmt: skip


@pytest.fixture
def follow(monkeypatch, capsys):
    """Return what is printed of STAGES, two seconds apart, in a terminal or not."""

    def printed(in_terminal: bool) -> str:
        seconds = iter(range(1000))
        monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: in_terminal)
        following = ProgressLine(quick(epochs=4))
        for status in STAGES:
            following.show(status)
        following.end()
        return capsys.readouterr().out

    return printed


def test_a_line_that_waits_moves_and_says_for_how_long(follow, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    bar = "░░░░░░░░░░ epoch 0.0/4"
    assert follow(True).split("\r\033[K")[1:] == [
        "starting the trainer ... 1 s", "starting the trainer ... 2 s", "loading data ... 1 s",
        "compiling ... 1 s", "compiling ... 2 s", bar, "Not heard for 20 s.", "Not heard for 22 s.", f"{bar}\n",
    ]  # fmt: skip


def test_without_a_terminal_each_stage_is_one_line(follow, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = ["loading data ... 1 s", "compiling ... 1 s", "Not heard for 20 s.", "░░░░░░░░░░ epoch 0.0/4"]
    assert follow(False).splitlines() == lines


def test_what_does_not_fit_into_memory_is_started_only_where_that_is_wanted(tmp_path, monkeypatch, capsys):
    def start(*_):
        raise RunError("It would start now.")

    monkeypatch.setattr(memory, "free_memory", lambda: 10**8)
    monkeypatch.setattr(Launcher, "start", start)
    out = tmp_path / "run"
    assert main(["train", "--out", str(out)]) == 2
    assert not out.exists()
    refused, remedy = capsys.readouterr().err.splitlines()
    assert refused.startswith("This training needs about ")
    assert remedy == "To train it anyway, add --anyway."
    assert main(["train", "--out", str(out), "--anyway"]) == 2
    assert capsys.readouterr().err == "It would start now.\n"


def test_a_priority_that_is_none_is_said_before_there_is_a_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, "low")
    assert main(["train", "--out", str(tmp_path / "out")]) == 2
    assert f"{VARIABLE} was 'low'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_run_that_cannot_be_read_for_a_moment_is_followed_on(tmp_path, monkeypatch, capsys):
    writer, _ = written(tmp_path, 3)
    writer.set_state("finished")
    writer.close()
    read, faults = Run.status, [RunError("The database is locked.")] * 2

    def status(run: Run) -> Status:
        if faults:
            raise faults.pop()
        return read(run)

    monkeypatch.setattr(Run, "status", status)
    monkeypatch.setattr(terminal, "POLL_SECONDS", 0.0)
    found = terminal._watch(Run(tmp_path), Launcher(), quick(), terminal._CtrlC())
    assert found is not None
    assert found.state == "finished"
    monkeypatch.setattr(Launcher, "has_ended", lambda *_: True)
    faults.append(RunError("It is damaged."))
    with pytest.raises(RunError, match="It is damaged"):
        terminal._watch(Run(tmp_path), Launcher(), quick(), terminal._CtrlC())
    capsys.readouterr()


def test_one_run_is_listed_as_one(tmp_path, capsys):
    (tmp_path / "one").mkdir()
    write_experiment(tmp_path / "one", quick())
    assert main(["runs", "--in", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 run, ")


def test_a_run_that_waits_for_its_disk_says_so_in_a_line_and_that_it_goes_on(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    following = ProgressLine(quick(epochs=4))
    going = Status("training", "", "", 5, 1.0, 10.0, 1500.0, False)
    full = Status("paused", DISK_FULL, "The disk of run is full. Make room on it.", 5, 1.0, 10.0, 1500.0, False)
    for status in (going, full, full, going, going):
        following.show(status)
    assert capsys.readouterr().out.splitlines() == [
        "paused: The disk of run is full. Make room on it.",
        "██░░░░░░░░ epoch 1.0/4  1,500 images/s  30 s left",
    ]
