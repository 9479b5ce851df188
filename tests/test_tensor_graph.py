"""The picture of an experiment: what is in it, that it follows the tables, and that nothing lies on anything else."""

import json
from itertools import combinations, pairwise, product

import pytest

import models.experiment
from explorer import graph_layout
from explorer.app_pages.terms_view import learner_in_words, newest_values, shares, term_rows
from explorer.runs.reader import Run
from explorer.tensor_graph import TOTAL, Graph, tensor_graph
from models import catalogue
from models.experiment import Experiment
from tests.helpers import in_python, trained_run

EVERY = list(product(catalogue.VARIANTS, catalogue.PIXEL_MODELS, catalogue.NETWORKS))


def graph(**settings) -> Graph:
    return tensor_graph(Experiment.parse({"dataset": "mnist", **settings}))


def titles(drawn: Graph) -> dict[str, str]:
    return {node.key: node.title for node in drawn.nodes}


def read_by(drawn: Graph, term: str) -> list[str]:
    names = titles(drawn)
    return [names[edge.source] for edge in drawn.edges if edge.term == term and edge.target == f"term:{term}"]


def assert_tidy(drawn: Graph) -> None:
    """Every node and line is inside, no two nodes touch, and each line ends at the two nodes it joins."""
    for drawing in (drawn.wide, drawn.narrow):
        assert set(drawing.boxes) == {node.key for node in drawn.nodes}
        for box in drawing.boxes.values():
            assert 0 <= box.x <= box.right <= drawing.width
            assert 0 <= box.y <= box.bottom <= drawing.height
        for one, other in combinations(drawing.boxes.values(), 2):
            apart = one.right < other.x or other.right < one.x or one.bottom < other.y or other.bottom < one.y
            assert apart, (one, other)
        for edge, line in zip(drawn.edges, drawing.lines, strict=True):
            assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in line)
            for (x, y), key in ((line[0], edge.source), (line[-1], edge.target)):
                box = drawing.boxes[key]
                assert x in (box.x, box.right) or y in (box.y, box.bottom), edge
                assert box.x <= x <= box.right, edge
                assert box.y <= y <= box.bottom, edge


@pytest.mark.parametrize(("variant", "pixel_model", "network"), EVERY)
def test_every_experiment_is_drawn_with_the_tensors_that_its_terms_need(variant, pixel_model, network):
    drawn = graph(variant=variant, pixel_model=pixel_model, network=network, latent_dim=100)
    assert_tidy(drawn)
    info = catalogue.VARIANTS[variant]
    for term in info.weights:
        needed = catalogue.needs_of(term, pixel_model)
        assert read_by(drawn, term) == list(needed)
        assert [edge.target for edge in drawn.edges if edge.source == f"term:{term}"] == [TOTAL]
    assert ("step:noise" in titles(drawn)) == info.uses_corruption
    assert ("tensor:z_log_var" in titles(drawn)) == info.stochastic
    assert catalogue.PIXEL_MODELS[pixel_model].output in titles(drawn).values()
    assert json.loads(json.dumps(drawn.as_json()))["sentence"] == drawn.sentence


def test_what_a_vae_reads_in_words_and_shapes():
    drawn = graph(variant="beta_vae", latent_dim=2)
    assert read_by(drawn, "kl") == ["z_mean", "z_log_var"]
    assert read_by(drawn, "reconstruction") == ["x", "logits"]
    details = {node.title: node.detail for node in drawn.nodes}
    assert (details["x"], details["z"], details["logits"]) == ("(batch, 28, 28, 1)", "(batch, 2)", "(batch, 28, 28, 1)")
    assert drawn.sentence == (
        "From image to picture: x, encoder, z_mean, z_log_var, z, decoder, logits, link, shown. "
        "Reconstruction reads x and logits. KL reads z_mean and z_log_var. "
        "The total is 1 × Reconstruction + 4 × KL."
    )


def test_the_layers_follow_the_data():
    layers = {node.key: node.layer for node in graph(variant="denoising_ae").nodes}
    order = ["tensor:x", "step:noise", "network:encoder", "tensor:z", "network:decoder", "tensor:logits", "step:link"]
    assert [layers[key] for key in order] == list(range(7))
    assert layers[TOTAL] == layers["tensor:shown"] == 7


def test_an_unknown_data_set_has_sides_without_numbers():
    drawn = graph(dataset="somebodys_own")
    assert next(node.detail for node in drawn.nodes if node.title == "x") == "(batch, height, width, channels)"


def test_a_code_without_a_distribution_is_one_tensor_of_two_names(monkeypatch):
    _with_terms(monkeypatch, "ae", sparse=("z_mean",))
    drawn = graph(variant="own")
    assert read_by(drawn, "sparse") == ["z = z_mean"]
    assert_tidy(drawn)


def _with_terms(monkeypatch, base: str, **terms: tuple[str, ...]) -> None:
    """A variant "own": another with terms that read those tensors, by entries of the tables alone."""
    info = catalogue.VARIANTS[base]
    more = {name: catalogue.TermInfo(name.replace("_", " "), "f", "p", needs) for name, needs in terms.items()}
    weights = {**info.weights, **dict.fromkeys(terms, 0.5)}
    own = catalogue.VariantInfo("Own", "s", "p", weights, info.stochastic, info.uses_corruption)
    monkeypatch.setattr(catalogue, "TERMS", {**catalogue.TERMS, **more})
    variants = {**catalogue.VARIANTS, "own": own}
    monkeypatch.setattr(catalogue, "VARIANTS", variants)
    monkeypatch.setattr(models.experiment, "VARIANTS", variants)


@pytest.mark.parametrize("base", ["vae", "denoising_ae"])
def test_terms_and_tensors_of_later_variants_become_nodes_of_their_own(monkeypatch, base):
    needs = {
        "critic_is_fooled": ("critic_on_code",),
        "critic_tells_apart": ("critic_on_prior_with_a_long_name", "critic_on_code"),
        "total_correlation": ("z", "z_mean"),
        "sharpness": ("x", "reconstruction", "logits"),
    }
    _with_terms(monkeypatch, base, **needs)
    drawn = graph(variant="own")
    assert_tidy(drawn)
    assert read_by(drawn, "critic_tells_apart") == ["critic_on_prior_with_a_long_name", "critic_on_code"]
    assert [node.title for node in drawn.nodes].count("critic_on_code") == 1
    assert "critic is fooled reads critic_on_code." in drawn.sentence


def test_the_phones_drawing_fits_a_phone_and_the_wide_one_a_page():
    for variant, pixel_model in product(catalogue.VARIANTS, catalogue.PIXEL_MODELS):
        drawn = graph(variant=variant, pixel_model=pixel_model)
        assert drawn.narrow.width <= 360
        assert drawn.wide.width <= 1220
        assert drawn.wide.height <= 260


def test_lines_of_two_terms_do_not_lie_on_each_other():
    drawn = graph(variant="vae")
    lines = dict(zip(drawn.edges, drawn.wide.lines, strict=True))
    ups = {
        edge.term: {one[0] for one, other in pairwise(line) if one[0] == other[0]}
        for edge, line in lines.items()
        if edge.target.startswith("term:")
    }
    assert ups["kl"]
    assert not ups["kl"] & ups["reconstruction"]
    assert graph_layout.TRACK > 2


def test_a_row_says_formula_unit_paper_and_weight():
    settings = {"kl": {"weight": 4, "schedule": "warm_up", "schedule_epochs": 10}}
    experiment = Experiment.parse({"variant": "beta_vae", "pixel_model": "unscaled", "terms": settings})
    reconstruction, kl = term_rows(experiment)
    assert reconstruction == {
        "name": "reconstruction", "title": "Reconstruction", "formula": "mean (255 x − grey_levels)²",
        "unit": "grey levels² per pixel", "paper": "The question's own code", "reads": "x, grey_levels", "weight": "1",
    }  # fmt: skip
    assert (kl["unit"], kl["weight"]) == ("nats per image", "4 · linear warm-up, 10 epochs")
    assert learner_in_words(experiment, 5e-4) == (
        "The total is minimised by one learner: Adam at 0.0005, which moves encoder and decoder."
    )


def test_shares_are_of_the_sizes_and_unknown_where_there_is_no_size():
    assert shares({"a": 3.0, "b": 1.0}) == {"a": 0.75, "b": 0.25}
    assert shares({"a": -3.0, "b": 1.0}) == {"a": 0.75, "b": 0.25}
    assert shares({"a": 0.0}) == {"a": None}
    assert shares({"a": float("nan"), "b": 1.0}) == {"a": None, "b": None}


def test_the_newest_values_of_a_run_add_up():
    with Run(trained_run()) as run:
        values = newest_values(run)
    assert values is not None
    assert set(values["raw"]) == {"reconstruction", "kl"}
    for term, value in values["weighted"].items():
        assert value == pytest.approx(values["weight"][term] * values["raw"][term], rel=1e-5)
    assert values["total"] == pytest.approx(sum(values["weighted"].values()))
    assert values["step"] > 0
    assert values["learning_rate"] == 1e-3


def test_nothing_here_loads_keras():
    code = (
        "import sys, explorer.tensor_graph, explorer.app_pages.terms_view\n"
        "print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    done = in_python("-c", code)
    assert done.stdout.strip() == "[]", done.stderr
