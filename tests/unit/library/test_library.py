"""The library of models: what is listed, what is passed over and said."""

import json
import os
import shutil
from pathlib import Path

import pytest

from explorer.cli.pretrained import MODELS
from explorer.library import listing as listing_module
from explorer.library import models as library
from explorer.library.listing import listing
from explorer.library.models import LibraryError
from explorer.runs.layout import EXPERIMENT, PREVIEW, SNAPSHOTS, SUMMARY, list_snapshots, snapshot_file
from tests.support.app_pages import models_of, page
from tests.support.helpers import OLD_RUN
from tests.support.opened_files import opened_in

BUNDLED = [f"bundled/{name}" for name in MODELS]


def test_a_whole_library_is_listed_and_nothing_is_passed_over(runs):
    found = listing()
    assert list(found.titles)[: len(BUNDLED)] == BUNDLED
    assert set(found.titles) == {*BUNDLED, "run/first", "run/second"}
    assert found.title("run/first") == "Digits (small) · VAE · 2-D · first"
    assert found.passed_over == ()


STRAYS = [
    "000000220 (copy).safetensors", "000000220.safetensors.bak", "220.safetensors", "0000000220.safetensors",
    "Copy of 000000220.safetensors", "1e5.safetensors", "٠٠٠٠٠٠٢٢٠.safetensors", "000000220\n.safetensors",
]  # fmt: skip


@pytest.mark.parametrize("stray", STRAYS)
def test_a_stray_snapshot_is_said_and_hides_nothing(runs, stray):
    shutil.copy(runs / "first" / SNAPSHOTS / snapshot_file(18), runs / "first" / SNAPSHOTS / stray)
    found = listing()
    assert set(found.titles) == {*BUNDLED, "run/first", "run/second"}
    (sentence,) = found.passed_over
    assert sentence.startswith(f"first/{SNAPSHOTS}/{stray} is not listed: a snapshot is a file named by a step")
    assert library.find("run/first").step == 18


def test_what_is_no_snapshot_at_all_is_nobodys_business(runs):
    folder = runs / "first" / SNAPSHOTS
    (folder / "Thumbs.db").write_bytes(b"")
    (folder / ".000000036.safetensors.4711").write_bytes(b"half")  # being written
    (folder / snapshot_file(999)).mkdir()
    (folder / snapshot_file(888)).symlink_to(folder / "gone")
    assert list_snapshots(runs / "first").steps == (0, 18)
    assert library.find("run/first").step == 18


def _no_summary(run: Path) -> None:
    (run / SUMMARY).unlink()


def _text(file: str, text: bytes):
    def write(run: Path) -> None:
        (run / file).write_bytes(text)

    return write


def _summary_with(**changes):
    def write(run: Path) -> None:
        summary = json.loads((run / SUMMARY).read_text()) | changes
        (run / SUMMARY).write_text(json.dumps({key: value for key, value in summary.items() if value is not None}))

    return write


def _summary_is_a_folder(run: Path) -> None:
    (run / SUMMARY).unlink()
    (run / SUMMARY).mkdir()


DAMAGE = {
    "no summary": (_no_summary, "has not loaded its data yet"),
    "summary of nothing": (_text(SUMMARY, b""), "damaged summary.json"),
    "summary of zeros": (_text(SUMMARY, b"\0" * 500), "damaged summary.json"),
    "summary of a list": (_text(SUMMARY, b"[]"), "damaged summary.json"),
    "summary that says nothing": (_text(SUMMARY, b"{}"), "damaged summary.json (image_shape: Field required)"),
    "summary is a folder": (_summary_is_a_folder, "damaged summary.json"),
    "no labels": (_summary_with(labels=None), "damaged summary.json (labels: Field required)"),
    "labels of words": (_summary_with(labels=["a"]), "damaged summary.json (labels.0: "),
    "labels of no class": (_summary_with(labels=[10] * 40), "a label was 10, but there are 10 classes"),
    "too few labels": (_summary_with(labels=[0]), "there were 1 labels for 40 images"),
    "a decoder of another kind": (_summary_with(decoder=["dense"]), "damaged summary.json (decoder: "),
    "a layer of lists": (_summary_with(decoder={"layers": [{"kernel": [1]}]}), "(decoder.layers.0.kernel: "),
    "a flat image": (_summary_with(image_shape=[28, 28]), "damaged summary.json (image_shape: "),
    "order of words": (_summary_with(order="first"), "damaged summary.json (order: "),
    "experiment of nothing": (_text(EXPERIMENT, b""), "damaged experiment.json"),
    "experiment of later": (_text(EXPERIMENT, b'{"variant": "hologram"}'), "variant was 'hologram'"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_run_is_said_and_hides_no_other(runs, damage):
    do, words = DAMAGE[damage]
    do(runs / "first")
    found = listing()
    assert set(found.titles) == {*BUNDLED, "run/second"}
    (sentence,) = found.passed_over
    assert sentence.startswith("run/first is not listed.")
    assert words in sentence
    with pytest.raises(LibraryError):
        library.find("run/first")


def test_what_is_no_run_is_nobodys_business(runs):
    (runs / "notes.txt").write_text("mine")
    (runs / "empty").mkdir()
    (runs / "begun").mkdir()
    shutil.copy(OLD_RUN / EXPERIMENT, runs / "begun")
    (runs / "a folder").mkdir()
    (runs / "loop").symlink_to(runs / "loop")
    (runs / "third").mkdir()
    (runs / "third" / EXPERIMENT).mkdir()
    found = listing()
    assert set(found.titles) == {*BUNDLED, "run/first", "run/second"}
    assert found.passed_over == ()


def test_a_damaged_bundled_model_is_said_too(runs, tmp_path, monkeypatch):
    copy = tmp_path / "pretrained"
    shutil.copytree(library.PRETRAINED, copy)
    monkeypatch.setattr(library, "PRETRAINED", copy)
    (copy / "mnist-vae-2d" / SUMMARY).write_text("{}")
    (copy / "notes.txt").write_text("mine")
    found = listing()
    assert set(found.titles) == {*BUNDLED[1:], "run/first", "run/second"}
    assert found.passed_over[0].startswith("bundled/mnist-vae-2d is not listed.")


@pytest.mark.parametrize("name", ["explore", "losses"])
def test_a_stray_snapshot_leaves_every_page_of_models_alive(runs, name):
    stray = "000000220 (copy).safetensors"
    shutil.copy(runs / "first" / SNAPSHOTS / snapshot_file(18), runs / "first" / SNAPSHOTS / stray)
    _text(SUMMARY, b"{")(runs / "second")
    shown = page(name, model="run/first", view="step")
    assert not shown.exception
    assert "Digits (small) · VAE · 2-D · first" in models_of(shown)
    assert len(models_of(shown)) == len(BUNDLED) + 1
    (said,) = [caption.value for caption in shown.caption if "not listed" in caption.value]
    assert "000000220 \\(copy\\).safetensors is not listed" in said
    assert "run/second is not listed" in said


def test_a_page_says_the_first_few_and_counts_the_others(runs):
    for number in range(9):
        (runs / "first" / SNAPSHOTS / f"{number}.safetensors").write_bytes(b"")
    shown = page("explore", model="run/first")
    (said,) = [caption.value for caption in shown.caption if "not listed" in caption.value]
    assert said.count("is not listed") == 3
    assert said.endswith("6 more are not listed.")


def test_a_live_snapshot_that_is_a_folder_is_said(runs):
    (runs / "first" / PREVIEW).unlink()
    (runs / "first" / PREVIEW).mkdir()
    with pytest.raises(LibraryError, match="has no live snapshot"):
        library.find("run/first@live")


def test_the_list_follows_what_happens_to_the_runs(runs, monkeypatch):
    monkeypatch.setattr(listing_module, "SETTLED", 0.0)

    def titles() -> dict[str, str]:
        return {key: title for key, title in listing().titles.items() if key.startswith("run/")}

    first, second = "Digits (small) · VAE · 2-D · first", "Digits (small) · VAE · 2-D · second"
    assert titles() == {"run/first": first, "run/second": second}
    shutil.copytree(OLD_RUN, runs / "third")
    assert set(titles()) == {"run/first", "run/second", "run/third"}
    (runs / "third").rename(runs / "fourth")
    assert set(titles()) == {"run/first", "run/second", "run/fourth"}
    shutil.rmtree(runs / "fourth")
    assert set(titles()) == {"run/first", "run/second"}
    _text(EXPERIMENT, (OLD_RUN / EXPERIMENT).read_bytes().replace(b'"latent_dim": 2', b'"latent_dim": 3'))(
        runs / "first"
    )
    assert titles() == {"run/first": first.replace("2-D", "3-D"), "run/second": second}
    for path in (runs / "second" / SNAPSHOTS).iterdir():
        path.unlink()
    assert set(titles()) == {"run/first"}
    shutil.copy(OLD_RUN / SNAPSHOTS / snapshot_file(18), runs / "second" / SNAPSHOTS)
    assert set(titles()) == {"run/first", "run/second"}
    shutil.rmtree(runs / "first")
    shutil.copytree(runs / "second", runs / "first")
    assert titles() == {"run/first": first, "run/second": second}


def test_what_changed_just_now_is_read_again(runs, monkeypatch):
    """Times of files are coarse: a second change in the same moment would not show in them."""
    (runs / "first" / SNAPSHOTS / "more").write_bytes(b"")
    os.utime(runs / "first" / SNAPSHOTS, (1, 1))  # by another clock
    for settled, again in ((60.0, True), (0.0, True), (0.0, False)):
        monkeypatch.setattr(listing_module, "SETTLED", settled)
        with opened_in(runs) as opened:
            listing()
        assert any("first" in each for each in opened) == again


def test_every_run_has_a_title_also_without_a_snapshot(runs):
    shutil.rmtree(runs / "first" / SNAPSHOTS)
    (runs / "second" / EXPERIMENT).write_text("{")
    os.utime(runs / "first" / EXPERIMENT, (1, 1))
    assert list(listing_module.run_titles().items()) == [
        ("second", "cannot be read · second"), ("first", "Digits (small) · VAE · 2-D · first"),
    ]  # fmt: skip
