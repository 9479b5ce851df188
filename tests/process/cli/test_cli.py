"""The command line as a person in a terminal meets it: exit codes, what is printed where, and Ctrl-C."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from explorer.cli.pretrained import MODELS
from explorer.places import size_in_words
from explorer.presets import PRESETS
from explorer.runs.layout import DATABASE, EXPERIMENT, LOG, SUMMARY, write_json
from explorer.runs.reader import Run
from explorer.runs.sizes import folder_size
from tests.support.helpers import (
    QUICK,
    ROOT,
    environment,
    first_home,
    in_python,
    quick,
    trained_home,
    trained_run,
    wait_for,
)

TOO_LARGE = [
    part
    for setting in ("variant=beta_tcvae", "dataset=mnist", "latent_dim=512", "batch_size=4096")
    for part in ("--set", setting)
]


def command(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    done = in_python("-m", "explorer", *arguments, **changes)
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["usage: hourglass", "app", "train", "script", "runs", "pretrained", "from the command line"]),
        (("app",), ["usage: hourglass app", "--server.port", "Ctrl-C", "example:"]),
        (
            ("train",),
            ["--preset", "--experiment", "--set", "--out", "Ctrl-C", "unless --out puts", "first-vae", "example:"],
        ),
        (("script",), ["--preset", "--experiment", "--set", "--out FILE", "does not import Hourglass", "example:"]),
        (("runs",), ["--in", "newest first"]),
        (("pretrained",), ["NAME", "Needs MNIST"]),
    ],
    ids=["all", "app", "train", "script", "runs", "pretrained"],
)
def test_every_command_explains_itself(arguments, words):
    done = command(*arguments, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert [word for word in words if word not in " ".join(done.stdout.split())] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("fly",), "invalid choice: 'fly'"),
        (("train", "--preset", "x"), f"--preset was 'x'; allowed are {', '.join(PRESETS)}. Choose one of these."),
        (("train", "--set", "epochs"), "--set was 'epochs'; give KEY=VALUE, for example --set latent_dim=2."),
        (
            ("train", "--set", "epochs=0", "--set", "seed=x"),
            "epochs was 0; allowed is a whole number from 1 to 10,000.",
        ),
        (("train", "--set", "dataset=cifar"), "There is no data set 'cifar'. Choose one of digits"),
        (("train", "--experiment", "absent.json"), "absent.json could not be read"),
        (("train", "--experiment", "a", "--preset", "b"), "not allowed with argument"),
        (("train", "--out", "app.py"), "--out was app.py, which already exists and is not empty. Give a new folder."),
        (("train", "--out", "app.py/x"), "--out was app.py/x, which cannot be created (Not a directory). Give another"),
        (("train", *TOO_LARGE), " latent dimensions.\nTo train it anyway, add --anyway."),
        (("script", "--set", "variant=flow"), "variant was 'flow'; allowed are ae, denoising_ae, "),
        (("script", "--out", "app.py"), "--out was app.py, which already exists. Give a new file."),
        (
            ("script", "--out", "app.py/x"),
            "--out was app.py/x, which cannot be written (Not a directory). Give",
        ),
        (("pretrained", "gpt"), f"NAME was gpt; allowed are {', '.join(MODELS)}."),
    ],
    ids=range(15),
)
def test_what_cannot_be_done_is_said_on_stderr_with_code_2(arguments, sentence, tmp_path):
    done = command(*arguments, HOURGLASS_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_training_prints_progress_and_results_that_the_run_holds():
    printed, folder = (first_home() / "printed").read_text(encoding="utf-8"), first_home() / "runs" / "quick"
    with Run(folder) as run:
        test, validation = run.summary()["test"], run.curves().validation
        assert run.experiment == quick()
    assert printed.startswith(f"Training vae on digits into {folder}\n")
    assert "building the networks ..." in printed
    assert "epoch 2.0/2" in printed
    assert "\nToo short to say: 12 steps so far. Train longer, for example 84 epochs.\n" in printed
    labels = {"reconstruction": "reconstruction", "kl": "KL", "loss": "total"}
    for title, values in (("validation", {k: v[-1] for k, v in validation.items() if k in test}), ("test", test)):
        (line,) = [line for line in printed.splitlines() if line.startswith(title)]
        said = "  ".join(f"{labels[name]} {value:.2f}" for name, value in values.items())
        assert line == f"{title:<10}  {said}  (nats per image)"
    assert f"Test reconstruction + KL {test['loss']:.1f} nats per image: " in printed


def test_a_script_is_printed_or_written_into_a_new_file(tmp_path):
    file = tmp_path / "vae.py"
    printed = command("script", "--preset", "first-vae", "--set", "latent_dim=3")
    written = command("script", "--preset", "first-vae", "--set", "latent_dim=3", "--out", str(file))
    assert (printed.returncode, written.returncode, printed.stderr) == (0, 0, "")
    assert written.stdout == f"Wrote {file}. To train: python {file}\n"
    odd = tmp_path / "s ü.py"  # what is said can be pasted into a shell
    assert in_python("-m", "explorer", "script", "--out", str(odd)).stdout.endswith(f"To train: python '{odd}'\n")
    assert printed.stdout == file.read_text(encoding="utf-8")
    epochs = PRESETS["first-vae"]["epochs"]
    assert f"LATENT_DIM, BATCH_SIZE, EPOCHS, LEARNING_RATE, SEED = 3, 128, {epochs}, 0.001, 0\n" in printed.stdout
    compile(printed.stdout, file.name, "exec")


def test_runs_are_listed_with_what_became_of_them_and_a_damaged_one_hides_no_other(tmp_path):
    shutil.copytree(trained_run(), tmp_path / "quick")
    shutil.copytree(trained_run(), tmp_path / "spoilt")
    (tmp_path / "spoilt" / SUMMARY).unlink()
    with sqlite3.connect(tmp_path / "spoilt" / DATABASE) as database:
        database.execute("UPDATE meta SET value = '{'")
    database.close()
    with sqlite3.connect(tmp_path / "spoilt" / DATABASE) as database:
        database.execute("UPDATE status SET state = 'training'")
    database.close()
    for name, content in (
        ("begun", quick().model_dump()),
        ("damaged", {"epochs": 0}),
        ("newer", {"format": 99}),
        ("no-database", {}),
    ):
        (tmp_path / name).mkdir()
        write_json(tmp_path / name / EXPERIMENT, content)
    (tmp_path / "no-database" / DATABASE).write_bytes(b"x" * 999)
    (tmp_path / "no-run").mkdir()
    done = command("runs", "--in", str(tmp_path))
    *lines, total = done.stdout.splitlines()[1:]
    rows = {line.split()[0]: line.split()[1:] for line in lines}
    summary = json.loads((tmp_path / "quick" / SUMMARY).read_text())
    assert done.returncode == 0
    assert rows["quick"][:2] == ["finished", "2.0/2"]
    assert float(rows["quick"][2]) == pytest.approx(summary["test"]["loss"], abs=20)
    size = size_in_words(folder_size(tmp_path / "quick"))
    assert rows["quick"][3:] == [*size.split(), *["Too", "short", "to", "say"]]
    assert rows["damaged"][:3] == rows["spoilt"][:3] == ["damaged", "-", "-"]
    assert rows["newer"] == ["newer", "-", "-", "1", "kB"]
    assert rows["begun"][:4] == rows["no-database"][:4] == ["not", "started", "-", "-"]
    assert re.fullmatch(r"6 runs, [0-9.]+ MB, [0-9,.]+ [GM]B free", total)
    assert len(rows) == 6


def test_without_runs_the_way_to_the_first_is_told(tmp_path):
    done = command("runs", HOURGLASS_HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"No runs in {tmp_path / 'runs'} yet. Train one: hourglass train --preset ")


def test_a_training_that_fails_before_its_data_says_why_with_code_1(tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"no archive")
    done = command("train", "--set", "dataset=mnist", "--out", str(tmp_path / "run"), HOURGLASS_DATA=str(tmp_path))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "failed after 0.0 s of training: The file mnist.npz" in done.stdout


def test_ctrl_c_stops_the_run_and_keeps_what_it_learnt(tmp_path):
    folder = tmp_path / "run"
    settings = {**QUICK, "epochs": 10_000}
    given = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer", "train", *given, "--out", str(folder)],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for((folder / EXPERIMENT).is_file)
        with Run(folder) as run:
            wait_for(lambda: run.has_started() and run.status().step > 0, 120)
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=60)
            status, snapshots = run.status(), run.snapshots()
    finally:
        process.kill()
    assert (process.returncode, "Traceback" in errors) == (0, False), errors
    assert "Stopping and saving the last snapshot." in out
    assert "of training: Stopped by you." in out
    assert status.state == "stopped"
    assert snapshots[-1].step == status.step > 0
    assert snapshots[-1].path.is_file()


@pytest.mark.parametrize("presses", [1, 2, 3])
def test_ctrl_c_before_the_trainer_has_started_and_again_gives_no_traceback(tmp_path, presses):
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer", "train", "--out", str(folder)],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for((folder / LOG).is_file)
        for press in range(presses):
            process.send_signal(signal.SIGINT)
            time.sleep(0.3 if press == 0 else 0.02)
        out, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert errors == ""
    assert "Stopping and saving the last snapshot." in out
    if presses == 1:
        assert (process.returncode, "Stopped by you." in out) == (0, True)
        with Run(folder) as run:
            assert run.status().state == "stopped"
    else:
        assert (process.returncode, out.splitlines()[-1]) == (130, "Stopped before the training started.")
        assert "Killing the run." in out


def test_a_reader_that_has_gone_is_no_fault():
    line = f"{sys.executable} -m explorer runs --in {trained_home() / 'runs'} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), "Traceback" in done.stderr) == ("0", False), done.stderr
