"""The commands of `python -m explorer`, their arguments, and what runs each of them."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from explorer.cli import terminal
from explorer.places import runs_folder
from explorer.presets import PRESETS, from_command_line
from models.spec.experiment import ExperimentError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 for success, 1 for a failed training, 2 for arguments with an error."""
    given = build_parser().parse_args(arguments)
    try:
        return _run(given)
    except ExperimentError as error:
        for sentence in error.sentences:
            print(sentence, file=sys.stderr)  # noqa: T201
        return 2
    except BrokenPipeError:  # the reader of our output has gone, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(given: argparse.Namespace) -> int:
    if given.command in {"train", "script"}:
        experiment = from_command_line(given.preset, given.experiment, given.settings)
        return {"train": terminal.train, "script": terminal.script}[given.command](experiment, given.out)
    if given.command == "runs":
        return terminal.list_all(given.folder or runs_folder())
    from explorer.cli import pretrained  # imports no Keras, but only this command needs it

    return pretrained.make(given.names)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="python -m explorer", description="Use Hourglass from the command line.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_script(commands)
    _add_runs(commands)
    _add_pretrained(commands)
    return parser


def _add_train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    train = commands.add_parser(
        "train",
        help="train an experiment",
        description="Train an experiment and show its progress. The app lists the run too, unless --out puts it in "
        "another folder. Ctrl-C stops the training and saves a last snapshot.",
        epilog="example: python -m explorer train --set dataset=mnist --set variant=vae --set latent_dim=2",
    )
    _add_experiment(train)
    train.add_argument("--out", metavar="DIR", type=Path, help="new run folder (default: among the app's runs)")


def _add_script(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    script = commands.add_parser(
        "script",
        help="write an experiment as a Keras script",
        description="Write an experiment as one Keras script that does not import Hourglass: data, networks, loss "
        "terms, training. Run the script with Python to train the model.",
        epilog="example: python -m explorer script --preset first-vae --out vae.py",
    )
    _add_experiment(script)
    script.add_argument("--out", metavar="FILE", type=Path, help="new file (default: print the script)")


def _add_runs(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    runs = commands.add_parser("runs", help="list the runs", description="List the runs, newest first.")
    runs.add_argument("--in", metavar="DIR", type=Path, dest="folder", help="folder of runs (default: the app's)")


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
    source.add_argument("--preset", metavar="NAME", help=f"use a preset: {', '.join(PRESETS)}")
    source.add_argument("--experiment", metavar="FILE", type=Path, help="use the experiment.json of a run")
    command.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], dest="settings",
        help="change a setting, such as latent_dim=16 or terms.kl.weight=4; may be repeated",
    )  # fmt: skip
