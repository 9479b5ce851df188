"""What a notebook lists: the whole catalogue, as tables, and loaded without Keras."""

import re

import pytest

import models
from models.spec import catalogue
from models.spec.experiment import Experiment, ExperimentError
from models.spec.schedules import SCHEDULES

LISTINGS = {
    "variants": catalogue.VARIANTS, "terms": catalogue.TERMS, "networks": catalogue.NETWORKS,
    "pixel_models": catalogue.PIXEL_MODELS, "optimizers": catalogue.OPTIMIZERS, "schedules": SCHEDULES,
}  # fmt: skip


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_is_the_table_of_the_catalogue(name):
    listing, entries = getattr(models, name), LISTINGS[name]
    assert dict(listing) == dict(entries)
    head, *lines = repr(listing).splitlines()
    assert head.startswith("name ")
    assert [line.split()[0] for line in lines] == list(entries)
    assert len({line.index(cell[1]) for line, cell in zip(lines, listing.rows()[1:], strict=True)}) == 1
    html = listing._repr_html_()
    assert re.findall(r'<tr><td style="text-align: left">(\w+)</td>', html) == list(entries)
    assert "<script" not in html


def test_a_variant_tells_its_terms_and_weights():
    row = next(row for row in models.variants.rows() if row[0] == "vae_gan")
    assert "10 feature_reconstruction, 1 kl, 1 fools_critic; 1 critic_real, 1 critic_fake" in row


def test_what_models_offers_is_there_and_what_it_does_not_offer_is_said():
    assert {"Experiment", "build", "fit", "variants"} - set(dir(models)) == {"fit"}
    for name in dir(models):
        getattr(models, name)
    with pytest.raises(AttributeError, match="models has no 'fit'; it offers "):
        _ = models.fit


def test_an_experiment_refuses_in_sentences_however_it_is_made():
    given = {"variant": "gpt", "latent_dim": 0}
    with pytest.raises(ExperimentError) as parsed:
        Experiment.parse(given)
    with pytest.raises(ExperimentError) as called:
        Experiment(**given)
    assert called.value.sentences == parsed.value.sentences
    assert len(parsed.value.sentences) == 2
