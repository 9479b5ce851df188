"""The commands of `hourglass`, their arguments, and what runs each of them."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from explorer.cli import terminal
from explorer.cli.app import open_app
from explorer.cli.estimate import IMAGES, SAMPLES, estimate
from explorer.cli.listing import list_all
from explorer.files import is_folder
from explorer.places import UnwritableError, runs_folder
from explorer.presets import PRESETS, from_command_line
from explorer.runs.reader import RunError
from models.spec.catalogue import QUESTION
from models.spec.experiment import ExperimentError

_PRESETS = (
    f"use a preset: {', '.join(PRESETS)}; question and answer train the model of {QUESTION}, unchanged and corrected"
)

MOST_COUNTED = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 for success, 1 for a failed training, 2 where it cannot be done."""
    parser = build_parser()
    given, others = parser.parse_known_args(arguments)
    if given.command == "app":
        open_app(others)
    if others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    try:
        return _run(given)
    except ExperimentError as error:
        return _refuse(*error.sentences)
    except (UnwritableError, RunError) as error:
        return _refuse(str(error))
    except BrokenPipeError:  # the reader of our output has gone, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _refuse(*sentences: str) -> int:
    """Print why a command cannot be done, and return its exit code."""
    for sentence in sentences:
        print(sentence, file=sys.stderr)  # noqa: T201
    return 2


def _run(given: argparse.Namespace) -> int:
    if given.command in {"train", "script"}:
        experiment = from_command_line(given.preset, given.experiment, given.settings)
        if given.command == "script":
            return terminal.script(experiment, given.out)
        return terminal.train(experiment, given.out, anyway=given.anyway)
    if given.command == "runs":
        return list_all(given.folder or runs_folder())
    if given.command == "estimate":
        return estimate(_run_folder(given.folder), given.samples, given.images)
    from explorer.cli import pretrained  # imports no Keras, but only this command needs it

    return pretrained.make(given.names)


def _run_folder(given: Path) -> Path:
    """Return the folder of a run, which may be given by its name in the list of runs alone."""
    named = runs_folder() / given
    return named if is_folder(named) and not is_folder(given) else given


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="hourglass", description="Use Hourglass from the command line.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_app(commands)
    _add_train(commands)
    _add_script(commands)
    _add_runs(commands)
    _add_estimate(commands)
    _add_pretrained(commands)
    return parser


def _add_app(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser(
        "app",
        help="open the app in a browser",
        usage="%(prog)s [-h] [OPTION ...]",
        description="Open the app in a browser. Ctrl-C ends it. OPTIONs are those of `streamlit run`, such as "
        "--server.port 8502 or --server.headless true.",
        epilog="example: hourglass app --server.port 8502",
        allow_abbrev=False,
    )


def _add_train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    train = commands.add_parser(
        "train",
        help="train an experiment",
        description="Train an experiment and show its progress. The app lists the run too, unless --out puts it in "
        "another folder. Ctrl-C stops the training and saves a last snapshot.",
        epilog="example: hourglass train --set dataset=mnist --set variant=vae --set latent_dim=2",
    )
    _add_experiment(train)
    train.add_argument("--out", metavar="DIR", type=Path, help="new run folder (default: among the app's runs)")
    train.add_argument("--anyway", action="store_true", help="train although the memory may not be enough")


def _add_script(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    script = commands.add_parser(
        "script",
        help="write an experiment as a Keras script",
        description="Write an experiment as one Keras script that does not import Hourglass: data, networks, loss "
        "terms, training. Run the script with Python to train the model.",
        epilog="example: hourglass script --preset first-vae --out vae.py",
    )
    _add_experiment(script)
    script.add_argument("--out", metavar="FILE", type=Path, help="new file (default: print the script)")


def _add_runs(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    runs = commands.add_parser("runs", help="list the runs", description="List the runs, newest first.")
    runs.add_argument("--in", metavar="DIR", type=Path, dest="folder", help="folder of runs (default: the app's)")


def _add_estimate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "estimate",
        help="estimate log p(x) and the total correlation of a trained model",
        description="Estimate log p(x) of test images by importance sampling, and the total correlation of the codes "
        "of up to 10,000 images, and write both into the run's summary. A training ends with a quick estimate; this "
        "takes as long as it needs. A thousand samples of 500 images take about a minute.",
    )
    command.add_argument("folder", metavar="RUN", type=Path, help="a run: its name in `hourglass runs`, or its folder")
    command.add_argument(
        "--samples", metavar="K", type=_count, default=SAMPLES,
        help=f"codes for each image (default: {SAMPLES}); the bound tightens with more",
    )  # fmt: skip
    command.add_argument(
        "--images", metavar="N", type=_count, default=IMAGES,
        help=f"test images (default: {IMAGES}); the error shrinks with more",
    )  # fmt: skip


def _count(text: str) -> int:
    """Return a whole number from 1. Raises ArgumentTypeError for another."""
    if text.isdecimal() and 1 <= (count := int(text)) <= MOST_COUNTED:
        return count
    raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from 1 to {MOST_COUNTED:,}")


def _add_pretrained(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    pretrained = commands.add_parser(
        "pretrained",
        help="train the bundled models again",
        description="Train the bundled models again and replace assets/pretrained. Needs MNIST and Fashion-MNIST.",
    )
    pretrained.add_argument("names", nargs="*", metavar="NAME", help="models to train (default: all)")


def _add_experiment(command: argparse.ArgumentParser) -> None:
    """Add the arguments that define an experiment."""
    source = command.add_mutually_exclusive_group()
    source.add_argument("--preset", metavar="NAME", help=_PRESETS)
    source.add_argument("--experiment", metavar="FILE", type=Path, help="use the experiment.json of a run")
    command.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], dest="settings",
        help="change a setting, such as latent_dim=16 or terms.kl.weight=4; may be repeated",
    )  # fmt: skip
