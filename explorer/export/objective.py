"""The part of a script that says what is minimised: loss terms, weights, and what changes while the training lasts."""

from typing import Any

from explorer.export.source import Copied, copy_all
from explorer.export.text import WIDTH, call, entries, literal
from models.spec.catalogue import EACH_STEP, LOSS, PIXEL_MODELS
from models.spec.experiment import Experiment
from models.spec.formula.script import own_term
from models.spec.recorder import Recorder
from models.spec.schedules import SCHEDULES
from models.spec.tensors import EPOCHS, X
from models.spec.term_settings import TermSetting

_TERMS = '''def terms({batch}, tensors):
    """Return the value of every loss term for each image: {{name: (batch,)}}."""
'''
_SET_TIME = '''def set_time(epochs):
    """Set what changes while the training lasts. `Clock` calls it before every step."""
'''


def functions_of(experiment: Experiment, recorder: Recorder) -> Copied:
    """Copy the functions of the experiment's terms and of the schedules of their weights."""
    function_of, terms = recorder.load("models.losses").function_of, experiment.terms
    functions = [function_of(name, experiment.pixel_model) for name in terms if terms[name].formula is None]
    return copy_all([*functions, *(SCHEDULES[setting.schedule].factor for setting in _scheduled(experiment).values())])


def definitions(experiment: Experiment, recorder: Recorder) -> list[str]:
    """Write the function that computes every term, behind what it needs."""
    functions, lines = [], []
    for name in experiment.terms:
        formula = experiment.terms[name].formula
        if formula is not None:
            room = WIDTH - len(f'        "{name}": ,')
            value, function = own_term(name, experiment.parse_formula(formula), room)
            functions += [function] if function else []
            lines.append(f"{literal(name)}: {value}")
        else:
            lines.append(_call_of(name, experiment, recorder))
    batch, first = ("batch", '    x = batch["image"]\n') if experiment.variant_info.conditional else ("x", "")
    if PIXEL_MODELS[experiment.pixel_model].binarise == EACH_STEP:
        reads_x = any(X in experiment.term(name).needs for name in experiment.terms)
        first = '    x = tensors["x"]\n' if reads_x else ""
    body = entries("    return {", lines, indent=4)
    clock = ["epochs_so_far = keras.Variable(0.0, trainable=False)"] if EPOCHS in experiment.tensors else []
    return [*functions, *clock, _TERMS.format(batch=batch) + first + body]


def _call_of(name: str, experiment: Experiment, recorder: Recorder) -> str:
    function = recorder.load("models.losses").function_of(name, experiment.pixel_model)
    known = {X: "x", EPOCHS: "epochs_so_far"}
    tensors = [known.get(need, f"tensors[{literal(need)}]") for need in experiment.term(name).needs]
    settings = [f"{setting}={setting.upper()}" for setting in experiment.settings_of(name)]
    return call(f"{literal(name)}: {function.__name__}(", [*tensors, *settings], indent=8, tail="),")


def weights(experiment: Experiment) -> str:
    """Write the weight of every term; one that a schedule moves is a variable."""

    def entry(name: str) -> str:
        value, moves = literal(experiment.terms[name].weight_at(0.0)), name in _scheduled(experiment)
        return f"{literal(name)}: " + (f"keras.Variable({value}, trainable=False)" if moves else value)

    totals = {total: [entry(name) for name in experiment.terms_of(total)] for total in experiment.variant_info.learners}
    if len(totals) == 1:
        return call("WEIGHTS = {", totals[LOSS], tail="}")
    tables = [call(f"{literal(total)}: {{", each, indent=4, tail="},") for total, each in totals.items()]
    return entries("WEIGHTS = {", tables)


def moved(experiment: Experiment) -> list[str]:
    """Write what changes while the training lasts; nothing where nothing does."""
    lines = ["    epochs_so_far.assign(epochs)"] if EPOCHS in experiment.tensors else []
    for total in experiment.variant_info.learners:
        place = "WEIGHTS" if len(experiment.variant_info.learners) == 1 else f"WEIGHTS[{literal(total)}]"
        for name, setting in _scheduled(experiment).items():
            if name in experiment.terms_of(total):
                factor: Any = SCHEDULES[setting.schedule].factor
                now = f"{literal(setting.weight)} * {factor.__name__}(epochs, {literal(setting.schedule_epochs)})"
                lines.append(f"    {place}[{literal(name)}].assign({now})")
    return [_SET_TIME + "\n".join(lines)] if lines else []


def _scheduled(experiment: Experiment) -> dict[str, TermSetting]:
    return {name: setting for name, setting in experiment.terms.items() if setting.schedule != "constant"}
