"""An experiment as one Keras script that imports nothing of ours: all its parts, put together."""

import re
import textwrap

from explorer.datasets.catalogue import DatasetInfo, dataset_info, validation_count
from explorer.export import data, objective
from explorer.export.lines import layers_in, lines_of, text_of
from explorer.export.source import copy, copy_all, import_lines
from explorer.export.text import WIDTH, call, constant, entries, joined, literal
from models.spec.catalogue import NETWORKS, SETTINGS
from models.spec.experiment import Experiment
from models.spec.recorder import Name, RecordedCall, Recorder
from models.spec.schedules import LEAST_RATE, SCHEDULES

# What the script's own lines import, where they use it; copied definitions bring their own.
IMPORTS = ("from datetime import datetime", "from pathlib import Path", "import keras", "import numpy as np",
           "from keras import layers", "from keras import ops")  # fmt: skip
SIZES = {name for network in NETWORKS.values() for name in network.settings}  # of layers, which say them themselves
NAMED = ("latent_dim", "seed", *(name for name in SETTINGS if name not in SIZES))  # built with, by name of a constant
TWINS = ("training", "inference", "generator")  # not saved: they share every layer with networks that are


def script_name(experiment: Experiment) -> str:
    """Return a good name for the file."""
    return f"{experiment.variant}_{experiment.dataset}_{experiment.network}_{experiment.latent_dim}d.py"


def script_of(experiment: Experiment) -> str:
    """Return the script. Raises ExportError, with the place, where a source of ours cannot stand in one."""
    info, recorder = dataset_info(experiment.dataset), Recorder()
    networks = _networks(experiment, info, recorder)
    layers, functions = copy_all(layers_in(networks.values())), objective.functions_of(experiment, recorder)
    loading, moved = data.functions_of(experiment, info), objective.moved(experiment)
    trained = copy("models.standalone", [_class(experiment)]) | copy("models.clock", ["Clock"] if moved else [])
    *built, twins = _lines(networks)
    saved = [name for name in networks if name not in TWINS]
    parts = {
        "Networks: images in 0..1 -> code -> linear output": [*layers.blocks, *built],
        "Loss: every term has a value for each image": [
            *functions.blocks,
            *objective.definitions(experiment, recorder),
            *moved,
            *trained.blocks,
            f"# Twins: the model is trained, the others show images and codes through the same layers.\n{twins}",
            _compiled(experiment, recorder),
        ],
        f"Data: {info.licence}": [
            *loading.blocks,
            *data.definitions(experiment, info),
            data.main(experiment, info, saved, timed=bool(moved)),
        ],
    }
    body = joined(
        f"# ---- {title} ".ljust(WIDTH, "-") + f"\n{block}" if block is blocks[0] else block
        for title, blocks in parts.items()
        for block in blocks
    )
    used = set(re.findall(r"\w+", body))
    copied = layers | functions | trained | loading
    imports = import_lines({*copied.imports, *(line for line in IMPORTS if line.split()[-1] in used)})
    return joined([_docstring(experiment, info), imports, _constants(experiment, info, used), body])


def _networks(experiment: Experiment, info: DatasetInfo, recorder: Recorder) -> dict[str, RecordedCall]:
    """Record how the networks are built; those that are saved come first."""
    named = {name: constant(getattr(experiment, name), name.upper()) for name in NAMED}
    build = recorder.load("models.twins").build_twins
    twins = build(experiment.model_copy(update=named), info.image_shape, constant(info.classes, "CLASSES"))
    twins.training.function, twins.training.kwargs["name"] = Name(recorder, _class(experiment)), "model"
    return {**twins.networks, **{name: getattr(twins, name) for name in TWINS}}


def _lines(networks: dict[str, RecordedCall]) -> list[str]:
    """Write the networks that are saved, a block each, and in the last block the twins."""
    blocks = [""]
    for made, line in lines_of(networks.values()):
        blocks[-1] += line + "\n"
        if made.is_model and made.kwargs["name"] in networks and made.kwargs["name"] not in TWINS:
            blocks.append("")
    return [block.rstrip() for block in blocks]


def _class(experiment: Experiment) -> str:
    """Return the name of the class of the model that trains."""
    if len(experiment.variant_info.learners) == 1:
        return "Autoencoder"
    return "PacedLearners" if _pauses(experiment) else "Learners"


def _pauses(experiment: Experiment) -> dict[str, int]:
    learners = experiment.variant_info.learners
    return {total: learner.every for total, learner in learners.items() if learner.every > 1}


def _compiled(experiment: Experiment, recorder: Recorder) -> str:
    """Write how the model is compiled."""
    make = recorder.load("models.program").OPTIMIZERS[experiment.optimizer]
    optimizer = text_of(make(learning_rate=constant(experiment.learning_rate, _rate(experiment))))
    learners, given = experiment.variant_info.learners, [optimizer, "terms", "WEIGHTS"]
    if len(learners) > 1:
        moves = ", ".join(f"{literal(total)}: [{', '.join(learner.moves)}]" for total, learner in learners.items())
        given = [f"{{total: {optimizer} for total in WEIGHTS}}", "terms", "WEIGHTS", f"moves={{{moves}}}"]
    if every := _pauses(experiment):
        given.append(f"every={{{', '.join(f'{literal(total)}: {steps}' for total, steps in every.items())}}}")
    # XLA takes seconds to compile, and gains nothing for networks this small.
    return call("model.compile(", [*given, "jit_compile=False"])


def _rate(experiment: Experiment) -> str:
    """Return what the script calls the learning rate of an optimizer."""
    if experiment.rate_schedule == "constant":
        return "LEARNING_RATE"
    return "RATES[total]" if _pauses(experiment) else "RATE"


def _schedules(experiment: Experiment, steps: int) -> list[str]:
    """Write the schedule of the learning rate over so many steps an epoch; a learner that pauses counts fewer."""
    if experiment.rate_schedule == "constant":
        return []

    def falling(every: int) -> str:
        share = f" / {every}" if every > 1 else ""
        steps_of = f"EPOCHS * {literal(steps)}{share}"
        return f"keras.optimizers.schedules.CosineDecay(LEARNING_RATE, {steps_of}, alpha={literal(LEAST_RATE)})"

    if not _pauses(experiment):
        return [f"RATE = {falling(1)}"]
    learners = experiment.variant_info.learners.items()
    return [entries("RATES = {", [f"{literal(total)}: {falling(learner.every)}" for total, learner in learners])]


def _constants(experiment: Experiment, info: DatasetInfo, used: set[str]) -> str:
    held_out = validation_count(info.training, experiment.validation_fraction)
    usual = ("latent_dim", "batch_size", "epochs", "learning_rate", "seed")
    values = {name.upper(): getattr(experiment, name) for name in SETTINGS} | {"CLASSES": info.classes}
    steps = -(-(info.training - held_out) // experiment.batch_size)
    return "\n".join(
        [
            f"{', '.join(usual).upper()} = {', '.join(literal(getattr(experiment, name)) for name in usual)}",
            *(f"{name} = {literal(value)}" for name, value in values.items() if name in used),
            f"HELD_OUT = {literal(held_out)}  # training images kept for validation",
            *_schedules(experiment, steps),
            objective.weights(experiment),
            "keras.utils.set_random_seed(SEED)",
        ]
    )


def _docstring(experiment: Experiment, info: DatasetInfo) -> str:
    variant = experiment.variant_info
    title = f"{variant.title} with a {experiment.latent_dim}-D code on {info.title}, in plain Keras, from Hourglass"
    how = f"`python {script_name(experiment)}` trains it."
    first = f'"""{title}: {how}' if len(title + how) < WIDTH - 5 else f'"""{title}.\n\n{how}'
    sums = [_sum(experiment, total) for total in variant.learners]
    return "\n\n".join([first, textwrap.fill(f"{variant.summary} ({variant.paper})", WIDTH), *sums]) + '\n"""'


def _sum(experiment: Experiment, total: str) -> str:
    """Write what a learner minimises, term by term."""
    learner = experiment.variant_info.learners[total]
    moves = " and ".join(learner.moves)
    who = (
        "Loss" if len(experiment.variant_info.learners) == 1 else f"{learner.title}, which trains {moves} on `{total}`"
    )
    if learner.turns:
        who += f" at {learner.turns}"
    terms = [textwrap.fill(_term(experiment, name), WIDTH, initial_indent="    ", subsequent_indent=" " * 8)
             for name in experiment.terms_of(total)]  # fmt: skip
    return "\n".join([f"{who}, the sum of", *terms])


def _term(experiment: Experiment, name: str) -> str:
    setting, info = experiment.terms[name], experiment.term(name)
    schedule = SCHEDULES[setting.schedule].title.lower()
    moves = "" if setting.schedule == "constant" else f", {schedule} over {setting.schedule_epochs:g} epochs"
    return f"{setting.weight:g} × {info.title}: {info.formula}, in {info.unit}{moves}"
