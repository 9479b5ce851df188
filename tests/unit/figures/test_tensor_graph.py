"""The picture of an experiment: what is in it, that it follows the tables, and that nothing lies on anything else."""

import json
from itertools import combinations, pairwise, product

import pytest

from explorer.figures import graph_layout
from explorer.figures.tensor_flow import tensor_key
from explorer.figures.tensor_graph import Graph, tensor_graph
from models.spec import catalogue
from models.spec.experiment import Experiment, ExperimentError

EVERY = [
    *product(catalogue.VARIANTS, ["bernoulli"], ["dense"]),
    *product(["ae", "conditional_vae"], ["gaussian", "unscaled"], catalogue.NETWORKS),
]


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
    experiment = Experiment.parse(
        {"dataset": "mnist", "variant": variant, "pixel_model": pixel_model, "network": network, "latent_dim": 100}
    )
    drawn = tensor_graph(experiment)
    assert_tidy(drawn)
    assert_clear(drawn)
    for name in experiment.terms:
        assert sources_of(drawn, f"term:{name}") == list(
            dict.fromkeys(tensor_key(need, experiment) for need in experiment.term(name).needs)
        )
    for total in experiment.variant_info.learners:
        assert sources_of(drawn, f"total:{total}") == [f"term:{name}" for name in experiment.terms_of(total)]
    order = {node.key: place for place, node in enumerate(drawn.nodes)}
    assert all(order[edge.source] < order[edge.target] for edge in drawn.edges), "a circle"
    for name in experiment.tensors:
        key, made = tensor_key(name, experiment), catalogue.TENSORS[name]
        assert {tensor_key(source, experiment) for source in made.sources} <= all_before(drawn, key)
    assert ("step:noise" in order) == experiment.variant_info.uses_corruption
    assert ("tensor:z_log_var" in order) == experiment.variant_info.stochastic
    assert ("tensor:label" in order) == experiment.variant_info.conditional
    assert (f"tensor:{catalogue.PIXEL_MODELS[pixel_model].output}" in order) == experiment.decodes
    assert json.loads(json.dumps(drawn.as_json()))["sentence"] == drawn.sentence


def sources_of(drawn: Graph, key: str) -> list[str]:
    return [edge.source for edge in drawn.edges if edge.target == key]


def all_before(drawn: Graph, key: str) -> set[str]:
    """Everything that a node comes from, step by step."""
    found, waiting = set(), [key]
    while waiting:
        new = set(sources_of(drawn, waiting.pop())) - found
        found |= new
        waiting += new
    return found


def assert_clear(drawn: Graph) -> None:
    """No line passes through a node, and two that do not belong together do not lie on each other."""
    for drawing in (drawn.wide, drawn.narrow):
        parts = [
            (edge, *sorted(part))
            for edge, line in zip(drawn.edges, drawing.lines, strict=True)
            for part in pairwise(line)
        ]
        for edge, (left, top), (right, bottom) in parts:
            for key, box in drawing.boxes.items():
                apart = right <= box.x or box.right <= left or bottom <= box.y or box.bottom <= top
                assert apart, (edge, key)
        for (edge, one, end), (other, two, their_end) in combinations(parts, 2):
            if edge.term == other.term and (edge.source == other.source or edge.target == other.target):
                continue
            for across in (0, 1):
                on_one_line = one[across] == end[across] == two[across] == their_end[across]
                shared = min(end[1 - across], their_end[1 - across]) - max(one[1 - across], two[1 - across])
                assert not (on_one_line and shared > 0), (edge, other)


def test_what_a_vae_reads_in_words_and_shapes():
    drawn = graph(variant="beta_vae", latent_dim=2)
    assert read_by(drawn, "kl") == ["z_mean", "z_log_var"]
    assert read_by(drawn, "reconstruction") == ["x", "logits"]
    details = {node.title: node.detail for node in drawn.nodes}
    assert (details["x"], details["z"], details["logits"]) == ("(batch, 28, 28, 1)", "(batch, 2)", "(batch, 28, 28, 1)")
    assert drawn.sentence == (
        "From image to picture: x, encoder, z_mean, z_log_var, z, decoder, logits, link, displayed. "
        "Reconstruction reads x and logits. KL reads z_mean and z_log_var. "
        "The total adds Reconstruction and KL."
    )


def test_the_layers_follow_the_data():
    layers = {node.key: node.layer for node in graph(variant="denoising_ae").nodes}
    order = ["tensor:x", "step:noise", "network:encoder", "tensor:z", "network:decoder", "tensor:logits", "step:link"]
    assert [layers[key] for key in order] == list(range(7))
    assert layers["total:loss"] == layers["tensor:reconstruction"] == 7


def test_an_unknown_data_set_has_sides_without_numbers():
    drawn = graph(dataset="somebodys_own")
    assert next(node.detail for node in drawn.nodes if node.title == "x") == "(batch, height, width, channels)"


def test_weights_do_not_draw_anew_and_own_terms_do():
    light, heavy = graph(variant="beta_vae", terms={"kl": 1}), graph(variant="beta_vae", terms={"kl": 8}, epochs=3)
    assert light is heavy
    sharp = {"sharp": {"formula": "sum(square(x - reconstruction)) + z_mean * 0", "weight": 2}}
    assert read_by(graph(variant="ae", terms={"sharp": {"formula": "sum(abs(z_mean))"}}), "sharp") == ["z = z_mean"]
    with pytest.raises(ExperimentError):
        graph(variant="ae", terms=sharp)
    own = graph(variant="vae", terms={"sharp": {"formula": "sum(square(x - reconstruction))", "weight": 2}})
    assert_tidy(own)
    assert_clear(own)
    assert read_by(own, "sharp") == ["x", "reconstruction"]
    assert sources_of(own, "total:loss") == ["term:reconstruction", "term:kl", "term:sharp"]
    assert "displayed" not in titles(own).values()
    assert titles(graph(variant="vae"))["tensor:reconstruction"] == "displayed"


def test_a_gan_is_drawn_without_what_its_training_has_not():
    drawn = graph(variant="gan")
    assert "tensor:z" not in titles(drawn)
    assert sources_of(drawn, "tensor:sample_code") == ["network:encoder"]
    assert sources_of(drawn, "network:encoder") == ["tensor:sample"]
    critics = [(node.title, node.detail) for node in drawn.nodes if node.key.startswith("network:critic")]
    assert critics == [("discriminator", "Dense"), ("discriminator", "same weights")]
    assert [node.title for node in drawn.nodes if node.kind == "total"] == ["Generator", "Discriminator", "Encoder"]
    marks = {node.key: node.marks for node in drawn.nodes if node.marks}
    assert marks == {
        "network:critic": (2,), "network:decoder": (1,), "network:encoder": (3,), "network:critic(sample)": (2,),
        "total:loss": (1,), "total:critic_loss": (2,), "total:encoder_loss": (3,),
    }  # fmt: skip
    assert drawn.sentence.startswith("The data: x, prior, z_prior, decoder, sample, encoder, ")
    assert drawn.sentence.endswith("The total of Encoder adds Code regression.")


def test_long_titles_have_two_lines():
    assert graph_layout.in_lines("KL", "term") == ("KL",)
    assert graph_layout.in_lines("features_on_reconstruction", "tensor") == ("features_on_", "reconstruction")
    assert graph_layout.in_lines("Discriminator on shuffled codes", "term") == ("Discriminator", "on shuffled codes")
    assert graph_layout.in_lines("a" * 32, "term") == ("a" * 16, "a" * 16)


def test_the_phones_drawing_fits_a_phone_and_the_wide_one_a_page():
    for variant in catalogue.VARIANTS:
        drawn = graph(variant=variant, latent_dim=100)  # as drawn above
        assert drawn.narrow.width <= 360
        assert drawn.wide.width <= 1280
        assert drawn.wide.height <= (260 if variant in ("ae", "vae", "vq_vae") else 620)


def test_on_a_phone_what_is_made_together_stands_under_each_other_beside_the_terms_that_read_it():
    drawn = graph(variant="beta_tcvae")
    boxes = drawn.narrow.boxes
    densities = [boxes[f"tensor:log_{name}"] for name in ("posterior", "aggregate", "marginals", "prior")]
    assert len({box.x for box in densities}) == 1
    assert [box.y for box in densities] == sorted(box.y for box in densities)
    for name in ("mutual_information", "total_correlation", "dimension_kl"):
        read = [boxes[key] for key in sources_of(drawn, f"term:{name}")]
        term = boxes[f"term:{name}"]
        assert all(box.right < term.x and abs(box.y - term.y) < 1.5 * graph_layout.ROW for box in read)
