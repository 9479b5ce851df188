"""An experiment as one Keras script that imports nothing of ours."""

import ast
import textwrap
from collections.abc import Iterator
from typing import Any

from explorer.datasets.catalogue import DatasetInfo, dataset_info
from explorer.export.calls import PROGRAM
from explorer.export.layout import WIDTH, import_lines
from explorer.export.pruning import without_unused
from explorer.export.scope import DATASET_CONSTANTS, EXPERIMENT_CONSTANTS
from explorer.export.source import module
from explorer.export.traits import Traits
from explorer.export.values import Own, literal
from explorer.export.writer import Writer
from models.spec.catalogue import NETWORKS, PIXEL_MODELS
from models.spec.experiment import Experiment
from models.spec.schedules import SCHEDULES

# What the script is for, in its order; everything else is there because one of these needs it.
ROOTS = ("build", "load_images", "train", "evaluate", "save_pictures", "main")
_SAID = {
    "seed": "of the split, the batches, the weights and the noise",
    "validation_fraction": "of the training images",
}


def script_of(experiment: Experiment) -> str:
    """The script. Raises ExportError, with the place, where the sources say something that cannot be exported."""
    info = dataset_info(experiment.dataset)
    writer = Writer({"experiment": experiment, "info": info, "traits": Traits(experiment)})
    texts = without_unused(list(_texts(writer)))
    names = {name for text in texts for name in _names(text)}
    imports = [(name, origin) for name, origin in writer.imports.items() if name in names]
    head = [f'"""{_docstring(experiment, info, script_name(experiment))}\n"""', import_lines(imports)]
    end = 'if __name__ == "__main__":\n    main()\n'
    return "\n\n".join([*head, _constants(experiment, info, names)]) + _stacked(texts) + "\n\n\n" + end


def script_name(experiment: Experiment) -> str:
    """A good name for the file."""
    return f"{experiment.variant}_{experiment.dataset}_{experiment.network}_{experiment.latent_dim}d.py"


def _texts(writer: Writer) -> Iterator[str]:
    """Every definition once, in front of the first that needs it."""
    program, done = module(PROGRAM), set()

    def visit(name: str) -> Iterator[str]:
        if name in done:
            return
        done.add(name)
        text = writer.written[name]()
        for needed in dict.fromkeys(_names(text)):
            if needed in writer.written:
                yield from visit(needed)
        yield text

    node = program.definitions["main"]
    assert isinstance(node, ast.FunctionDef)  # noqa: S101 -- for the type checker; tests export every variant
    writer.written[writer.own(Own(program, node), {}, frozenset())]()  # how it calls the others decides what they are
    for root in ROOTS:
        yield from visit(root)


def _names(text: str) -> list[str]:
    """The names that a piece of code uses, in order; those that only its types name come last."""
    tree = ast.parse(text)
    kinds = [
        kind for node in ast.walk(tree) for kind in (getattr(node, "annotation", None), getattr(node, "returns", None))
    ]
    late = {id(part) for kind in kinds if kind is not None for part in ast.walk(kind)}
    local = _local(tree)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id not in local]
    return [node.id for node in sorted(nodes, key=lambda node: (id(node) in late, node.lineno, node.col_offset))]


def _local(tree: ast.Module) -> set[str]:
    """The names that functions keep to themselves."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    nodes = [node for function in functions for node in ast.walk(function)]
    return {n.arg for n in nodes if isinstance(n, ast.arg)} | {
        n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _stacked(texts: list[str]) -> str:
    """Definitions under each other: two lines between them, none between constants."""
    out, before = "", False
    for text in texts:
        compound = isinstance(ast.parse(text).body[0], ast.FunctionDef | ast.ClassDef)
        out += ("\n\n\n" if compound or before or not out else "\n") + text
        before = compound
    return out


def _constants(experiment: Experiment, info: DatasetInfo, names: set[str]) -> str:
    values: dict[str, Any] = {
        name: getattr(experiment, name) for name in sorted(EXPERIMENT_CONSTANTS, key="seed".__ne__)
    }
    values |= {name: getattr(info, name) for name in DATASET_CONSTANTS}
    said = {"image_shape": "height, width, channels", **_SAID}
    return "\n".join(
        f"{name.upper()} = {literal(value)}" + (f"  # {said[name]}" if name in said else "")
        for name, value in values.items()
        if name.upper() in names
    )


def _docstring(experiment: Experiment, info: DatasetInfo, name: str) -> str:
    variant, pixels = experiment.variant_info, PIXEL_MODELS[experiment.pixel_model]
    what, how = f"{variant.title} with a {experiment.latent_dim}-D code, on {info.title}", f"`python {name}` trains it."
    title = f"{what}: {how}"
    if len(title) > WIDTH - len('"""'):
        title = f"{what}.\n\n{how}"
    paragraphs = [
        f"{variant.summary} ({variant.paper})",
        f"Network: {NETWORKS[experiment.network].title}. {NETWORKS[experiment.network].summary}",
        f"Pixels: {pixels.title}. {pixels.summary}",
        f"Data: {info.description} Licence: {info.licence}.",
    ]
    wrapped = "\n".join(textwrap.fill(text, WIDTH) for text in paragraphs)
    sums = "\n\n".join(
        f"{_who(experiment, total)} the sum of\n\n{_terms(experiment, total)}" for total in variant.learners
    )
    return f"{title}\n\n{wrapped}\n\n{sums}\n\nExported by Hourglass."


def _who(experiment: Experiment, total: str) -> str:
    learner = experiment.variant_info.learners[total]
    if len(experiment.variant_info.learners) == 1:
        return "It minimises"
    moves = " and ".join(f"the {network}" for network in learner.moves)
    pace = f" at one step in {learner.every}" if learner.every > 1 else ""
    return f"{learner.title}: moves {moves}{pace}, to minimise `{total}`,"


def _terms(experiment: Experiment, total: str) -> str:
    lines = [_term(experiment, name) for name in experiment.terms_of(total)]
    return "\n".join(textwrap.fill(line, WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 8) for line in lines)


def _term(experiment: Experiment, name: str) -> str:
    setting, info = experiment.terms[name], experiment.term(name)
    schedule = SCHEDULES[setting.schedule].title.lower()
    moves = "" if setting.schedule == "constant" else f", {schedule} over {setting.schedule_epochs:g} epochs"
    return f"{setting.weight:g} × {info.title}: {info.formula}, in {info.unit}{moves}"
