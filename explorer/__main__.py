"""`python -m explorer`: training, scripts and listing runs without the page."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from explorer.cli import terminal
from explorer.places import runs_folder
from explorer.presets import PRESETS, from_command_line
from models.spec.experiment import ExperimentError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m explorer", description="Hourglass without the page.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    train = commands.add_parser(
        "train",
        help="train an experiment, with a progress bar",
        description="Train an experiment. The run appears in the app too, unless --out puts it elsewhere. "
        "Ctrl-C stops it and keeps what it learnt.",
        epilog="example: python -m explorer train --set dataset=mnist --set variant=vae --set latent_dim=2",
    )
    _add_experiment(train)
    train.add_argument(
        "--out", metavar="DIR", type=Path, help="the run folder to make (default: beside the app's runs)"
    )
    script = commands.add_parser(
        "script",
        help="write an experiment as one Keras script",
        description="Print an experiment as one Keras script that imports nothing of Hourglass: networks, loss terms, "
        "training, data. `python THE_SCRIPT` trains it.",
        epilog="example: python -m explorer script --preset first-vae --out vae.py",
    )
    _add_experiment(script)
    script.add_argument("--out", metavar="FILE", type=Path, help="the new file to write (default: print the script)")
    runs = commands.add_parser("runs", help="list the runs", description="List the runs, the newest first.")
    runs.add_argument("--in", metavar="DIR", type=Path, dest="folder", help="the folder of runs (default: the app's)")
    made = commands.add_parser(
        "pretrained",
        help="train the bundled models again",
        description="Train the bundled models and replace assets/pretrained. Needs MNIST and Fashion-MNIST.",
    )
    made.add_argument("names", nargs="*", metavar="NAME", help="only these models")
    return parser


def _add_experiment(command: argparse.ArgumentParser) -> None:
    """The arguments that say which experiment is meant."""
    source = command.add_mutually_exclusive_group()
    source.add_argument("--preset", metavar="NAME", help=f"start from one of: {', '.join(PRESETS)}")
    source.add_argument("--experiment", metavar="FILE", type=Path, help="start from an experiment.json")
    command.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], dest="settings",
        help="change one setting, such as latent_dim=16 or terms.kl.weight=4; may be repeated",
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 where all went well, 1 where a training failed, 2 where what was given cannot be done."""
    given = _parser().parse_args(arguments)
    try:
        if given.command in {"train", "script"}:
            experiment = from_command_line(given.preset, given.experiment, given.settings)
            return {"train": terminal.train, "script": terminal.script}[given.command](experiment, given.out)
        if given.command == "runs":
            return terminal.list_all(given.folder or runs_folder())
        from explorer.cli import pretrained  # reads no Keras, but only this command needs it

        return pretrained.make(given.names)
    except ExperimentError as error:
        for sentence in error.sentences:
            print(sentence, file=sys.stderr)  # noqa: T201
        return 2
    except BrokenPipeError:  # the reader of our output has gone, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
