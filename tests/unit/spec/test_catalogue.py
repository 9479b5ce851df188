"""What exists: the tables that pages read and the Keras tables behind them; and that nothing runs code from data."""

import ast
import inspect
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.spec import catalogue, tensors
from models.spec.schedules import SCHEDULES, cyclical, linear_warm_up
from tests.support.helpers import ROOT
from tests.support.sources import EXPLORER, MODELS, tops

OWN = [*MODELS, *EXPLORER, ROOT / "app.py"]
WEBSITES = sorted((ROOT / "assets").rglob("*.js"))


def test_both_halves_of_every_table_have_the_same_names():
    from models import architectures, losses, pixels
    from models import program as variants

    assert list(architectures.NETWORKS) == list(catalogue.NETWORKS)
    assert list(pixels.PIXEL_MODELS) == list(catalogue.PIXEL_MODELS)
    assert list(losses.TERMS) == [name for name, info in catalogue.TERMS.items() if not info.of_pixels]
    assert list(variants.OPTIMIZERS) == list(catalogue.OPTIMIZERS)


@pytest.mark.parametrize("pixel_model", catalogue.PIXEL_MODELS)
def test_a_terms_function_takes_the_tensors_that_it_needs_and_then_its_settings(pixel_model):
    from models import losses

    for name in catalogue.TERMS:
        info = catalogue.term_info(name, pixel_model)
        arguments = list(inspect.signature(losses.function_of(name, pixel_model)).parameters)
        assert len(arguments) == len(info.needs) + len(info.settings), name
        assert tuple(arguments[len(info.needs) :]) == info.settings, name


def test_variants_weigh_known_terms_whose_tensors_their_networks_give():
    for name, variant in catalogue.VARIANTS.items():
        assert set(variant.weights) <= set(catalogue.TERMS), name
        if "reconstruction" in variant.weights:
            assert variant.weights["reconstruction"] == 1, f"{name}: nats per image only with weight 1"
        assert next(iter(variant.learners)) == catalogue.LOSS, f"{name}: what readers follow is the first learner's"
        assert sum(len(learner.weights) for learner in variant.learners.values()) == len(variant.weights), name
        known = {*catalogue.tensors_of(variant, catalogue.PIXEL_MODELS["bernoulli"]), tensors.EPOCHS}
        known |= {tensors.SCORE_SLOPE, tensors.SCORE_ON_SHUFFLED, tensors.SAMPLE_CODE, tensors.Z_PRIOR}
        known |= {tensors.LOG_POSTERIOR, tensors.LOG_AGGREGATE, tensors.LOG_MARGINALS, tensors.LOG_PRIOR}
        for term in variant.weights:
            assert set(catalogue.TERMS[term].needs) <= known, (name, term)


def test_the_gradients_of_a_game_are_those_of_its_learners_and_of_the_term_against_the_critic():
    names = {name: variant.gradient_names for name, variant in catalogue.VARIANTS.items() if variant.gradient_names}
    assert names == {
        "factor_vae": ("loss", "critic_loss", "density_ratio"),
        "aae": ("loss", "critic_loss", "code_fools_critic"),
        "vae_gan": ("loss", "critic_loss", "fools_critic"),
        "gan": ("loss", "critic_loss", "encoder_loss", "fools_critic"),
        "wgan_gp": ("loss", "critic_loss", "encoder_loss", "raises_score"),
    }


@pytest.mark.parametrize("pixel_model", catalogue.PIXEL_MODELS)
def test_what_is_the_pixel_models_is_told_of_it_and_the_rest_of_the_term(pixel_model):
    info, kl = catalogue.PIXEL_MODELS[pixel_model], catalogue.TERMS["kl"]

    def told(term: str) -> list:
        told = catalogue.term_info(term, pixel_model)
        return [told.needs, told.formula, told.unit, told.paper]

    assert told("reconstruction") == [(tensors.X, info.output), info.reconstruction, info.unit, info.paper]
    assert told("kl") == [kl.needs, kl.formula, kl.unit, kl.paper]
    assert info.is_likelihood == (info.unit == "nats per image")


def test_the_unit_of_a_total_names_each_unit_once():
    def unit(pixel_model: str, *terms: str) -> str:
        return catalogue.unit_of_total(catalogue.term_info(term, pixel_model) for term in terms)

    assert unit("gaussian", "reconstruction", "kl") == "nats per image"
    assert unit("unscaled", "reconstruction") == "grey levels² per pixel"
    assert unit("unscaled", "reconstruction", "kl") == "grey levels² per pixel + nats per image"


def test_every_optimizer_can_be_made_with_its_rate():
    from models.program import OPTIMIZERS

    for make in OPTIMIZERS.values():
        assert float(make(learning_rate=0.25).learning_rate.numpy()) == 0.25


@pytest.mark.parametrize(
    "table", [catalogue.NETWORKS, catalogue.PIXEL_MODELS, catalogue.TERMS, catalogue.VARIANTS, SCHEDULES], ids=len
)
def test_every_entry_has_words_for_the_screen(table):
    for name, entry in table.items():
        assert name.isidentifier()
        words = {field: value for field, value in vars(entry).items() if isinstance(value, str)}
        may_be_empty = {"fools", "floor", "note", "binarise", "differs"}
        assert {field for field, value in words.items() if not value} <= may_be_empty, name
        assert len({one.title for one in table.values()}) == len(table)


def test_tables_cannot_be_changed():
    with pytest.raises(TypeError):
        catalogue.VARIANTS["own"] = catalogue.VARIANTS["vae"]  # ty: ignore[invalid-assignment]


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(
        ValueError, match=r"network was 'deep'; allowed are dense, conv, question, conv_small\. Choose one of these\."
    ):
        catalogue.entry(catalogue.NETWORKS, "network", "deep")


def forbidden(path: Path) -> list[str]:
    """What can run code from a file or a text, or put unescaped text on a page."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            options = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if name in {"eval", "exec", "compile", "__import__"} or name.rpartition(".")[2] in {"Lambda", "system"}:
                found.append(name)
            for option, value in options.items():
                if (option, value) in {("shell", "True"), ("allow_pickle", "True"), ("safe_mode", "False")}:
                    found.append(f"{option}={value}")
                if option == "unsafe_allow_html":
                    found.append(option)
    return found + sorted(tops(path) & {"pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"})


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_can_run_code_from_data(path):
    assert forbidden(path) == []


@pytest.mark.parametrize(
    "line",
    ["eval('1')", "import pickle", "keras.layers.Lambda(f)", "st.markdown(x, unsafe_allow_html=True)",
     "np.load(p, allow_pickle=True)"],
)  # fmt: skip
def test_the_search_finds_what_it_is_for(tmp_path, line):
    path = tmp_path / "own.py"
    path.write_text(f"def f():\n    {line}\n", encoding="utf-8")
    assert forbidden(path)


@pytest.mark.parametrize("path", WEBSITES, ids=lambda path: path.name)
def test_the_browser_modules_run_no_text_either(path):
    text = path.read_text(encoding="utf-8")
    assert not [word for word in ("eval(", "new Function", "innerHTML", "document.write") if word in text]


@pytest.mark.parametrize(
    ("schedule", "points"),
    [
        ("constant", {0: 1, 3: 1, 1e6: 1}),
        ("warm_up", {0: 0, 1: 0.25, 2: 0.5, 4: 1, 5: 1, 1e6: 1}),
        ("cyclical", {0: 0, 1: 0.5, 2: 1, 3: 1, 3.999: 1, 4: 0, 5: 0.5, 400: 0, 402: 1}),
    ],
)
def test_schedules_at_known_points_of_a_length_of_four_epochs(schedule, points):
    factor = SCHEDULES[schedule].factor
    assert {passed: factor(float(passed), 4.0) for passed in points} == pytest.approx(points)


@given(st.sampled_from(sorted(SCHEDULES)), st.floats(0, 1e5), st.floats(0.01, 1e4))
def test_schedules_stay_within_0_and_1(name, passed, length):
    assert 0 <= SCHEDULES[name].factor(passed, length) <= 1


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0.01, 100))
def test_a_warm_up_never_falls_and_a_cycle_repeats(one, other, length):
    low, high = sorted((one, other))
    assert linear_warm_up(low, length) <= linear_warm_up(high, length)
    whole = (one // length) * length
    assert cyclical(one, length) == pytest.approx(min(1.0, 2 * (one - whole) / length), abs=1e-6) or one < length
