"""The capabilities of a wiring, tested by small runs: one function for each entry of CAPABILITIES.

A check takes the bench, the wiring's name and a wired model, and gives whether it can and a sentence with what was
measured. What it raises is an answer too: no.
"""

import inspect
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras

from models.wirings.bench import BATCH, KL_WEIGHT, Bench, Wired

Cell = tuple[bool, str]
CLOSE = 1e-5  # relative
OTHER_WEIGHT = 50.0  # far from KL_WEIGHT, so that the KL's change is far above the rounding of the total
RATE = 1e-3
PARTS = ("reconstruction", "kl")


def _close(value: float, expected: float) -> bool:
    return abs(value - expected) <= CLOSE * abs(expected)


def _reported(logs: Mapping[str, Any], part: str) -> float | None:
    """Return a term as Keras reports it: under its own name, or as the loss of the output of that name."""
    value = logs.get(part, logs.get(f"{part}_loss"))
    return None if value is None else float(value)


def named_terms(bench: Bench, _name: str, wired: Wired) -> Cell:
    expected, logs = bench.reference_step(), bench.step(wired)
    found = {part: value for part in PARTS if (value := _reported(logs, part)) is not None}
    if not found:
        return False, f"Reports the {', '.join(logs)} only."
    words = ", ".join(f"{part} {value:.3f}" for part, value in found.items())
    if len(found) == len(PARTS) and all(_close(value, expected[part]) for part, value in found.items()):
        return True, f"Reports {words}."
    return False, f"Reports {words}, but they are {expected['reconstruction']:.3f} and {expected['kl']:.3f}."


def short_batch(bench: Bench, _name: str, wired: Wired) -> Cell:
    truth = bench.truth()
    bench.rewind()
    history = wired.model.fit(
        bench.images, wired.module.targets(bench.images), batch_size=BATCH, shuffle=False, verbose=0
    ).history
    logs = {name: values[0] for name, values in history.items()}
    wrong = [
        f"{part} {value:.4f} instead of {truth[part]:.4f}"
        for part in ("loss", *PARTS)
        if (value := _reported(logs, part)) is not None and not _close(value, truth[part])
    ]
    batches = f"{len(bench.images)} images in batches of {BATCH}"
    if wrong:
        return False, f"{batches}: {' and '.join(wrong)}."
    exact = [part for part in ("loss", *PARTS) if _reported(logs, part) is not None]
    return True, f"{batches}: exact for {', '.join(exact)}."


def _change_of_total(bench: Bench, wired: Wired, change: Callable[[], None]) -> tuple[float, int]:
    """Return by how much the change moves the next total, and how often the step was traced for it."""
    before, traces = bench.step(wired)["loss"], wired.recorder.traces
    change()
    return float(bench.step(wired)["loss"] - before), wired.recorder.traces - traces


# How each wiring's own code lets the weight be changed. That of dict outputs is an argument of `compile`.
WEIGHTS: Mapping[str, Callable[[Any], keras.Variable]] = MappingProxyType(
    {
        "concatenated": lambda model: model.loss.kl_weight,
        "add_loss": lambda model: model.get_layer("kl").kl_weight,
        "compute_loss": lambda model: model.kl_weight,
        "train_step": lambda model: model.kl_weight,
    }
)


def live_weights(bench: Bench, name: str, wired: Wired) -> Cell:
    expected = (OTHER_WEIGHT - KL_WEIGHT) * bench.reference_step()["kl"]
    as_number = ""
    if name in WEIGHTS:
        weight = WEIGHTS[name](wired.model)
    else:
        number, _ = _change_of_total(bench, wired, lambda: setattr(wired.model, "loss_weights", {"kl": OTHER_WEIGHT}))
        as_number = f" A number set in model.loss_weights moved it by {number:.2f}."
        weight = keras.Variable(KL_WEIGHT, trainable=False)
        wired = bench.wire(name, weight)
    change, traces = _change_of_total(bench, wired, lambda: weight.assign(OTHER_WEIGHT))
    weight.assign(KL_WEIGHT)
    follows = abs(change - expected) <= 1e-4 * abs(expected) and traces == 0
    moved = f"A variable moved the total by {change:.2f} of {expected:.2f} nats, {traces} retraces."
    return follows, moved + as_number


def second_optimizer(bench: Bench, name: str, _wired: Wired) -> Cell:
    """Freeze first one of two optimizers, then the other: only the network of the one that is not frozen may move."""
    optimizers = keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE)
    networks = bench.twins.encoder, bench.twins.decoder
    wired = bench.wire(name)
    if "decoder_optimizer" in inspect.signature(wired.module.wire).parameters:
        wired.model = wired.module.wire(*networks, optimizers[0], KL_WEIGHT, decoder_optimizer=optimizers[1])
    else:
        wired.model.compile(list(optimizers), jit_compile=False)
    kept = [network.get_weights() for network in networks]
    try:
        moved = [_moved(bench, wired, networks, optimizers, rates) for rates in ((RATE, 0.0), (0.0, RATE))]
    finally:
        for network, weights in zip(networks, kept, strict=True):
            network.set_weights(weights)
    if moved == [[True, False], [False, True]]:
        return True, "Each optimizer moved its own network, and the other stood still."
    return False, f"Encoder and decoder moved {moved[0]} under the first optimizer, {moved[1]} under the second."


def _moved(
    bench: Bench,
    wired: Wired,
    networks: Sequence[keras.Model],
    optimizers: Sequence[keras.optimizers.Optimizer],
    rates: tuple[float, float],
) -> list[bool]:
    """Tell for each network whether one step at these learning rates moves it."""
    for optimizer, rate in zip(optimizers, rates, strict=True):
        optimizer.learning_rate.assign(rate)
    before = [[variable.numpy() for variable in network.trainable_variables] for network in networks]
    bench.step(wired)
    return [
        any((now.numpy() != then).any() for now, then in zip(network.trainable_variables, values, strict=True))
        for network, values in zip(networks, before, strict=True)
    ]


def _evaluated(bench: Bench, model: Any, module: Any) -> float:
    bench.rewind(model)
    targets = module.targets(bench.images)
    return model.evaluate(bench.images, targets, batch_size=BATCH, return_dict=True, verbose=0)["loss"]


def evaluate(bench: Bench, _name: str, wired: Wired) -> Cell:
    total, expected = _evaluated(bench, wired.model, wired.module), bench.truth()["loss"]
    return _close(total, expected), f"{total:.3f} nats; the exact mean is {expected:.3f}."


def saving(bench: Bench, name: str, wired: Wired) -> Cell:
    model = wired.module.wire(bench.twins.encoder, bench.twins.decoder, keras.optimizers.Adam(), KL_WEIGHT)
    model.optimizer.build(model.trainable_variables)  # as after a step, so that its state is saved too
    before = _evaluated(bench, model, wired.module)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.keras"
        model.save(path)
        loaded: Any = keras.models.load_model(path)
    after = _evaluated(bench, loaded, wired.module)
    words = f"{before:.3f} nats before, {after:.3f} after"
    return loaded.compiled and _close(after, before), f"Back as a compiled {type(loaded).__name__}: {words}."


CHECKS: Mapping[str, Callable[[Bench, str, Wired], Cell]] = MappingProxyType(
    {
        "named_terms": named_terms,
        "short_batch": short_batch,
        "live_weights": live_weights,
        "second_optimizer": second_optimizer,
        "evaluate": evaluate,
        "saving": saving,
    }
)


def check(capability: str, bench: Bench, name: str, wired: Wired) -> dict[str, Any]:
    """Return one cell of the table: whether the wiring can, and what was measured or how Keras refused."""
    try:
        can, note = CHECKS[capability](bench, name, wired)
    except Exception as error:  # noqa: BLE001 (what Keras raises here is the answer)
        can, note = False, f"{type(error).__name__}: {_first_line(error)}"
    return {"ok": bool(can), "note": note}


def _first_line(error: Exception) -> str:
    line = (str(error).splitlines() or [""])[0]
    return re.sub(r"<(?:\w+\.)*(\w+) object at 0x[0-9a-f]+>", r"\1", line)[:200]
