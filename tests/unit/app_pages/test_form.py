"""The forms of a new training and of the lab: what their widgets remember, ask for and write into the address."""

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.state import QueryParamsProxy
from streamlit.testing.v1 import AppTest

from explorer.app_pages.lab import cases as cases_module
from explorer.app_pages.parts import address
from explorer.app_pages.setup import form as form_module
from explorer.app_pages.setup import own_terms as own_terms_module
from explorer.app_pages.setup import own_terms_address
from explorer.app_pages.setup.own_terms_address import address_of
from explorer.presets import AT_ONCE, PRESETS, checked_experiment
from models.spec.catalogue import SETTINGS, VARIANTS
from models.spec.experiment import Experiment

MOST_SETTINGS = tuple(SETTINGS)[:6]  # more than there are columns


def form() -> None:
    import streamlit as st

    from explorer.app_pages.setup.choices import choose_all, take_preset
    from explorer.presets import PRESETS

    st.session_state.setdefault("setup", {})
    for name in PRESETS:
        st.button(name, key=f"preset-{name}", on_click=take_preset, args=(name,))
    st.session_state["given"], st.session_state["faults"] = choose_all()


def lab() -> None:
    from explorer.app_pages.lab.pairings import show_lab

    show_lab()


def form_at_its_address() -> None:
    import streamlit as st

    from explorer.app_pages.parts import address
    from explorer.app_pages.setup.choices import choose_all

    st.session_state.setdefault("setup", {})
    address.begin_run("Train")
    st.session_state["given"], st.session_state["faults"] = choose_all()
    address.end_run()


@pytest.fixture
def shown() -> AppTest:
    return AppTest.from_function(form, default_timeout=30).run()


def box(shown: AppTest, label: str) -> Any:
    """The first widget of the page with that label, or of a term's row with that column."""
    widgets = (*shown.selectbox, *shown.number_input)
    return next(one for one in widgets if one.label == label or one.label.endswith(f" {label.lower()}"))


def choose(shown: AppTest, label: str, value: Any) -> None:
    box(shown, label).set_value(value).run()
    assert not shown.exception


def choose_variant(shown: AppTest, variant: str) -> None:
    """Choose the family of a variant, then the variant."""
    shown.button_group[0].set_value(VARIANTS[variant].family).run()
    choose(shown, "Variant", variant)


def take(shown: AppTest, preset: str) -> None:
    shown.button(key=f"preset-{preset}").click().run()
    assert not shown.exception


def given(shown: AppTest) -> dict[str, Any]:
    """What the form says, also after a further run of the page: no value may be lost in it."""
    said = shown.session_state["given"]
    assert shown.run().session_state["given"] == said
    assert not shown.session_state["faults"]
    return said


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_what_the_form_says_whatever_was_chosen_before(shown, preset):
    choose_variant(shown, "vae_gan")
    choose(shown, "Epochs", 7)
    choose(shown, "Weight", 3.0)
    take(shown, preset)
    assert checked_experiment(given(shown)) == checked_experiment(PRESETS[preset])
    choose(shown, "Epochs", 7)
    take(shown, preset)
    assert checked_experiment(given(shown)) == checked_experiment(PRESETS[preset])


@pytest.mark.parametrize(
    ("variant", "settings"),
    [
        ("denoising_ae", {"corruption": 0.3}),
        ("vq_vae", {"codebook_size": 32, "codewords": 2}),
        ("capacity_vae", {"capacity": 25.0, "capacity_epochs": 10.0}),
        ("sparse_kl_ae", {"sparsity": 0.05}),
    ],
)
def test_a_setting_that_a_preset_takes_off_the_page_comes_back_as_the_preset_has_it(shown, variant, settings):
    choose_variant(shown, variant)
    take(shown, "first-vae")
    assert not set(settings) & set(given(shown))
    choose_variant(shown, variant)
    assert settings.items() <= given(shown).items()


def test_a_warm_up_that_a_preset_takes_away_has_its_epochs_when_it_comes_back(shown):
    take(shown, "first-vae")
    choose(shown, "Reconstruction schedule", "warm_up")
    assert given(shown)["terms"]["reconstruction"]["schedule_epochs"] == 5.0
    take(shown, "first-vae")
    assert "schedule_epochs" not in given(shown)["terms"]["reconstruction"]
    choose(shown, "Reconstruction schedule", "warm_up")
    assert given(shown)["terms"]["reconstruction"]["schedule_epochs"] == 5.0


def test_what_was_entered_comes_back_with_its_variant_and_follows_to_no_other(shown):
    choose_variant(shown, "denoising_ae")
    choose(shown, "Noise σ", 0.7)
    choose(shown, "Weight", 3.0)
    choose_variant(shown, "vae")
    assert "corruption" not in given(shown)
    assert given(shown)["terms"]["reconstruction"]["weight"] == 1.0
    choose_variant(shown, "denoising_ae")
    assert given(shown)["corruption"] == 0.7
    assert given(shown)["terms"]["reconstruction"]["weight"] == 3.0


def test_sizes_are_asked_for_beside_the_network_that_has_them(shown):
    assert {"width", "depth"}.isdisjoint(given(shown))
    for width in (8, 24, 40):
        choose(shown, "Network", "conv")
        choose(shown, "Width", width)
        assert (given(shown)["width"], given(shown)["depth"]) == (width, 2)
        choose(shown, "Network", "dense")
        assert {"width", "depth"}.isdisjoint(given(shown))
    choose(shown, "Network", "conv")
    assert given(shown)["width"] == 40


def test_every_setting_is_asked_for_however_many_there_are(monkeypatch):
    monkeypatch.setattr("explorer.app_pages.setup.choices.settings_of", lambda variant, pixel_model: MOST_SETTINGS)
    said = given(AppTest.from_function(form, default_timeout=30).run())
    assert {name: said[name] for name in MOST_SETTINGS} == {
        name: Experiment.model_fields[name].default for name in MOST_SETTINGS
    }


def test_a_link_that_calls_the_questions_network_seed_still_chooses_it():
    shown = AppTest.from_function(form, default_timeout=30)
    shown.query_params["network"] = "seed"
    shown.run()
    assert not shown.exception
    assert given(shown)["network"] == "question"
    assert not shown.toast
    assert shown.query_params["network"] == "question"


def own_terms(shown: AppTest) -> dict[str, Any]:
    """What the form says of the terms that have a formula: formula and weight, by name."""
    terms = given(shown)["terms"]
    return {name: (setting["formula"], setting["weight"]) for name, setting in terms.items() if "formula" in setting}


def go(shown: AppTest, monkeypatch: pytest.MonkeyPatch, **parameters: str) -> None:
    """Lead Back or Forward to an entry of the history with these parameters."""
    shown.query_params.clear()
    for name, text in parameters.items():
        shown.query_params[name] = text
    with monkeypatch.context() as patched:
        patched.setattr(address, "get_script_run_ctx", lambda: SimpleNamespace(is_history_navigation=True))
        shown.run()
    assert not shown.exception


def test_back_and_forward_bring_the_terms_of_ones_own_that_the_address_has(monkeypatch):
    monkeypatch.setattr(own_terms_module, "formula", lambda text, **_settings: text)
    size = address_of([("size", {"formula": "sum(abs(z))", "weight": 0.5})])
    two = address_of([("size", {"formula": "sum(square(z))", "weight": 2.0}), ("other", {"formula": "mean(x)"})])
    shown = AppTest.from_function(form_at_its_address, default_timeout=30)
    shown.query_params["own"] = size
    shown.run()
    for _ in range(3):
        assert own_terms(shown) == {"size": ("sum(abs(z))", 0.5)}
        go(shown, monkeypatch, own=two, variant="beta_vae")
        assert own_terms(shown) == {"size": ("sum(square(z))", 2.0), "other": ("mean(x)", 1.0)}
        assert shown.query_params["own"] == two
        go(shown, monkeypatch)
        assert (own_terms(shown), given(shown)["variant"]) == ({}, Experiment.model_fields["variant"].default)
        go(shown, monkeypatch, own=size)


def test_the_address_is_written_once_more_after_back_and_at_no_other_time(monkeypatch):
    """A message about the page that was left may stand in the browser's address by then."""
    written: list[Any] = []
    monkeypatch.setattr(QueryParamsProxy, "from_dict", lambda _self, values: written.append(dict(values)))
    shown = AppTest.from_function(form_at_its_address, default_timeout=30).run()
    for _ in range(2):
        shown.run()
        go(shown, monkeypatch, variant="beta_vae")
        shown.run()
    assert written == [{"variant": "beta_vae"}] * 2


def test_a_term_whose_text_is_too_long_for_an_address_outlives_back(monkeypatch):
    long = " + ".join(["sum(abs(z))"] * 10)
    monkeypatch.setattr(own_terms_module, "formula", lambda _text, **_settings: long)
    monkeypatch.setattr(own_terms_address, "MOST_CHARACTERS", 60)
    shown = AppTest.from_function(form_at_its_address, default_timeout=30).run()
    next(button for button in shown.button if button.label == "Add a loss term").click().run()
    assert own_terms(shown) == {"own_1": (long, 1.0)}
    assert "own" not in shown.query_params
    assert "Your terms do not fit into the address of the page. A reload loses them." in [
        caption.value for caption in shown.caption
    ]
    go(shown, monkeypatch, variant="beta_vae")
    assert own_terms(shown) == {"own_1": (long, 1.0)}


def test_the_lab_writes_its_cases_into_the_address_only_when_they_change(monkeypatch):
    written: list[str] = []
    write = QueryParamsProxy.__setitem__

    def note(self: QueryParamsProxy, key: str, value: str) -> None:
        written.append(f"{key}={value}")
        write(self, key, value)

    ticked = list(cases_module.FIRST)
    monkeypatch.setattr(QueryParamsProxy, "__setitem__", note)
    monkeypatch.setattr(cases_module, "choice_table", lambda *_given, **_settings: ticked)
    shown = AppTest.from_function(lab, default_timeout=30).run()
    assert not shown.exception
    shown.run()
    assert written == []  # the default
    ticked.clear()
    shown.run()
    shown.run()
    assert written == ["cases="]
    assert shown.query_params["cases"] == ""


def test_terms_of_a_link_that_cannot_be_read_are_said(monkeypatch):
    monkeypatch.setattr(own_terms_module, "formula", lambda text, **_settings: text)
    shown = AppTest.from_function(form_at_its_address, default_timeout=30)
    shown.query_params["own"] = '[["size", {"formula": "sum(abs(z))"}], ["bad", {"weight": "heavy"}]]'
    shown.run()
    (said,) = [toast.value for toast in shown.toast]
    assert said.startswith("1 of the loss terms in this link cannot be read.")
    assert own_terms(shown) == {"size": ("sum(abs(z))", 1.0)}


def setup_page() -> None:
    from explorer.app_pages.parts import address
    from explorer.app_pages.setup.form import show_setup

    address.begin_run("Train")
    address.open_part("train", ["run"])
    show_setup()


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_button_that_starts_a_training_at_once_says_so(name, monkeypatch):
    monkeypatch.setattr(form_module, "show_estimate", lambda *_: None)
    page = AppTest.from_function(setup_page, default_timeout=30).run()
    assert not page.exception
    button = page.button(key=f"train-{name}")
    assert button.label == AT_ONCE[name]
    assert button.help.startswith("Starts training at once, on MNIST for 10 epochs. The model of ")


def test_the_lab_says_how_long_an_epoch_of_the_chosen_data_is():
    page = AppTest.from_function(lab, default_timeout=30).run()
    for data, batch, words in [
        ("digits", 128, "Digits (small): one epoch is 12 steps."),
        ("mnist", 256, "MNIST: one epoch is 235 steps."),
        ("shapes", 1000, "Shapes: one epoch is 10 steps."),
    ]:
        box(page, "Data").set_value(data).run()
        choose(page, "Batch size", batch)
        assert words in [caption.value for caption in page.caption]


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("Latent dimensions", 0, "Latent dimensions was 0; allowed is a whole number from 1 to 512."),
        ("Batch size", 1_000_000, "Batch size was 1000000; allowed is a whole number from 1 to 4,096."),
        ("Learning rate", -0.5, "Learning rate was -0.5; allowed is a number from 1e-07 to 1."),
        ("Weight", -1.0, "weight was -1"),
    ],
)
def test_a_number_that_is_not_allowed_is_said_and_cannot_be_started(monkeypatch, label, value, sentence):
    monkeypatch.setattr(form_module, "show_estimate", lambda *_: None)
    page = AppTest.from_function(setup_page, default_timeout=30).run()
    before = box(page, label).value
    for _ in range(3):
        choose(page, label, value)
        assert sentence in page.error[0].value.replace("\\", "")
        assert page.button(key="start-training").disabled
        choose(page, label, before)
        assert not page.error
        assert not page.button(key="start-training").disabled
