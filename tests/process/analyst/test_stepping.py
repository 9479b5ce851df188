"""A walk through one step: the analyst's answer, and what the stages say of it."""

import json
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from explorer.analyst.answers import inspect
from explorer.analyst.batches import MOST, batch_rows
from explorer.figures.step_pipeline import Pipeline
from explorer.figures.stepping import Question, Walk, walk
from explorer.library import models as library
from explorer.runs.layout import SNAPSHOTS
from models.inspection import inspect_step
from models.program import build
from models.spec import tensors
from models.spec.catalogue import PIXEL_MODELS, VARIANTS, flow_of
from models.spec.errors import CheckpointError
from tests.support.helpers import some_images

SHAPE = (8, 8, 1)
FIRST = {"batch": 0, "draws": 0, "chosen": 0}


@pytest.fixture(scope="module")
def entry(trained) -> library.ModelEntry:
    return library.find("run/quick")


def _question(entry: library.ModelEntry, **changes) -> dict:
    weights = (("reconstruction", 1.0), ("kl", 0.5))
    question = Question(entry.key, str(entry.folder), str(entry.snapshot), weights, 0.01, 2.0)
    return {**question.as_json(), **changes}


def _ask(question: dict) -> tuple[dict, np.ndarray]:
    reports: list[tuple[str, float]] = []
    header, payload = inspect.answer(question, b"", lambda *report: reports.append(report))
    assert reports
    header = json.loads(json.dumps(header))
    return header, np.frombuffer(payload, np.uint8)


def _walk(entry: library.ModelEntry, header: dict) -> Walk:
    return walk(entry.experiment, header, "It is the first image.")


def test_the_analyst_answers_with_numbers_and_pictures(entry):
    header, pixels = _ask(_question(entry))
    shown = _walk(entry, header)
    assert shown.pictures == (tensors.X, tensors.LOGITS, tensors.RECONSTRUCTION)
    pictures = pixels.reshape(len(shown.pictures), *entry.image_shape)
    np.testing.assert_array_equal(pictures[0], entry.images()[0])
    assert header["weights"] == {"reconstruction": 1.0, "kl": 0.5}
    z, mean, sigma, epsilon = (
        np.array(header["tensors"][name]["values"])
        for name in (tensors.Z, tensors.Z_MEAN, tensors.SIGMA, tensors.EPSILON)
    )
    np.testing.assert_allclose(z, mean + sigma * epsilon, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(mean, entry.codes().mean[0], rtol=1e-4, atol=1e-5)
    assert header["learners"]["loss"]["rate"] == pytest.approx(0.01)
    codes, terms = header["tensors"], header["terms"]
    assert header["learners"]["loss"]["total"]["chosen"] == pytest.approx(
        terms["reconstruction"]["chosen"] + 0.5 * terms["kl"]["chosen"], rel=1e-5
    )
    assert _ask(_question(entry))[0] == header, "the same question has the same answer"
    for other, same in (("chosen", None), ("draws", tensors.Z_MEAN), ("batch", None)):
        changed = _ask(_question(entry, **{**FIRST, other: 1}))[0]["tensors"]
        assert changed[tensors.Z]["values"] != codes[tensors.Z]["values"]
        if same:
            assert changed[same] == codes[same]


def test_a_snapshot_that_is_gone_is_a_sentence(entry):
    gone = str(entry.folder / SNAPSHOTS / "000000999.safetensors")
    with pytest.raises(CheckpointError, match="snapshot"):
        inspect.answer(_question(entry, snapshot=gone), b"", print)


def test_the_walk_goes_forward_to_the_loss_and_back(entry):
    stages = _walk(entry, _ask(_question(entry))[0]).stages
    assert [stage.key for stage in stages] == [
        "tensor:x", "network:encoder", "tensor:z_mean", "tensor:z_log_var", "tensor:sigma", "tensor:epsilon",
        "tensor:z", "network:decoder", "tensor:logits", "tensor:reconstruction", "term:reconstruction", "term:kl",
        "total:loss", "moved:loss:decoder", "moved:loss:encoder",
    ]  # fmt: skip
    by_key = {stage.key: stage for stage in stages}
    z, kl, back = by_key["tensor:z"], by_key["term:kl"], by_key["moved:loss:encoder"]
    assert (z.formula, z.numbers, z.shows) == (
        "z_mean + sigma · epsilon", True, ("z_mean", "sigma", "epsilon", "z")
    )  # fmt: skip
    assert (kl.formula, kl.numbers) == ("½ Σ exp(z_log_var) + z_mean² − 1 − z_log_var", False)
    assert by_key["total:loss"].formula == "1 · Reconstruction + 0.5 · KL"
    assert [row["label"] for row in back.moved] == ["z_log_var", "z_mean", "dense_1", "dense"]
    for row in back.moved:
        assert row["update"] == pytest.approx(row["gradient"] * 0.01 / row["weights"])


def _is_drawn_clearly(drawn: Pipeline, stages: list[str]) -> None:
    """Every stage has a box, no two boxes touch, and every arrow ends at its box and passes through no other."""
    assert set(drawn.stages.values()) == set(stages)
    assert {part.key for part in drawn.parts} == set(drawn.boxes)
    for one, other in combinations(drawn.boxes.values(), 2):
        assert one.right < other.x or other.right < one.x or one.bottom < other.y or other.bottom < one.y
    for box in drawn.boxes.values():
        assert 0 <= box.x < box.right <= drawn.width
        assert 0 <= box.y < box.bottom <= drawn.height
    for edge, line in zip(drawn.edges, drawn.lines, strict=True):
        target = drawn.boxes[edge.target]
        assert target.x <= line[-1][0] <= target.right
        assert target.y <= line[-1][1] <= target.bottom
        others = [box for key, box in drawn.boxes.items() if key not in (edge.source, edge.target)]
        for (x0, y0), (x1, y1) in pairwise(line):
            (low, high), (top, bottom) = sorted((x0, x1)), sorted((y0, y1))
            assert not [b for b in others if low < b.right and high > b.x and top < b.bottom and bottom > b.y], edge


@pytest.mark.parametrize("variant", ["conditional_vae", "vq_vae", "vae_gan", "wgan_gp", "denoising_ae", "beta_tcvae"])
def test_every_stage_knows_what_it_shows(variant):
    from explorer.analyst.answers.inspect import _numbers
    from models.spec.experiment import Experiment

    own = {"own": {"weight": 1.0, "formula": "sum(square(z_mean))"}} if variant == "conditional_vae" else {}
    experiment = Experiment.parse({"network": "conv", "variant": variant, "latent_dim": 4, "terms": own})
    seen = inspect_step(build(experiment, SHAPE, 10), some_images(5, SHAPE), np.arange(5))
    shown = walk(experiment, _numbers(seen, experiment), "It is the first image.")
    keys = [stage.key for stage in shown.stages]
    assert len(set(keys)) == len(keys)
    json.dumps(shown.as_json(), allow_nan=False)
    _is_drawn_clearly(shown.pipeline, keys)
    for stage in shown.stages:
        assert set(stage.shows) <= set(shown.tensors)
        assert stage.sentence.endswith(".")
        if stage.part != "forward":  # tensors have their names, terms and totals their titles
            said = f"{stage.title} {stage.sentence} {stage.makes} {stage.formula if stage.total or stage.moved else ''}"
            names = (*experiment.variant_info.learners, *experiment.variant_info.weights)
            assert not [name for name in names if "_" in name and name in said]
        if stage.key.startswith("term:"):  # of a batch's density each image has its own number
            of_batch = experiment.term(stage.key.partition(":")[2]).of_batch
            assert ("It depends on the whole batch." in stage.sentence) == of_batch
    assert {f"term:{name}" for name in experiment.terms} | {
        f"total:{name}" for name in experiment.variant_info.learners
    } == {key for key in keys if key.startswith(("term:", "total:"))}


@pytest.mark.parametrize(
    ("every", "turns"),
    [(1, ""), (2, "2nd"), (3, "3rd"), (4, "4th"), (5, "5th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"),
     (22, "22nd"), (112, "112th")],
)  # fmt: skip
def test_how_often_a_learner_moves_is_said_in_words(every, turns):
    learner = replace(VARIANTS["wgan_gp"].learners["loss"], every=every)
    assert learner.turns == (f"every {turns} step" if turns else "")


def test_what_is_no_number_is_left_empty():
    nothing = Pipeline((), {}, (), (), {}, 0.0, 0.0)
    assert Walk([], {"z": {"mean": float("nan"), "values": [1.0, float("inf")]}}, nothing).as_json()["tensors"] == {
        "z": {"mean": None, "values": [1.0, None]}
    }


def test_a_batch_is_of_the_size_that_trains_and_every_one_has_other_images():
    np.testing.assert_array_equal(batch_rows(100, 10, 0), np.arange(10))
    assert len(batch_rows(100, 128, 1)) == 100
    assert len(batch_rows(1000, 1000, 3)) == MOST
    assert len(set(batch_rows(100, 30, 2))) == 30
    assert list(batch_rows(100, 10, 1)) != list(batch_rows(100, 10, 2))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("pixel_model", PIXEL_MODELS)
def test_every_tensor_of_a_flow_comes_behind_its_sources(variant, pixel_model):
    flow = flow_of(VARIANTS[variant], PIXEL_MODELS[pixel_model])
    order = list(flow)
    for name, info in flow.items():
        assert info.hint
        assert all(order.index(source) < order.index(name) for source in info.sources), name
