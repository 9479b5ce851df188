"""What the pages compute: views and tracks that stay steady while a training moves, and files that have gone."""

import json
import os
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.analyst import projections as kept
from explorer.analyst.client import AnalystClient
from explorer.analyst.jobs import Jobs, Progress
from explorer.analyst.projections import Projections
from explorer.figures import latent as exploring
from explorer.figures.latent import dimensions, live_dimensions, live_plane
from explorer.files import load_arrays, save_arrays
from explorer.latent.planes import steady_axes
from explorer.library import models as library
from explorer.library.models import Codes, DamagedError, ModelEntry
from explorer.runs.layout import PROBE_IMAGES
from tests.support.helpers import ROOT, quick

RNG = np.random.default_rng(0)


def codes_with(variances: list[float]) -> Codes:
    """Codes whose dimensions have these variances; the posterior of one with 0 is the prior."""
    spread = np.sqrt(np.array(variances))
    mean = (RNG.normal(size=(500, len(variances))) * spread).astype(np.float32)
    log_var = np.tile(np.where(spread > 0, -3.0, 0.0), (500, 1)).astype(np.float32)
    return Codes(mean, log_var)


def order(dims) -> list[int]:
    return [dimension.index for dimension in dims]


def test_the_tracks_of_a_training_keep_their_order():
    first = live_dimensions(codes_with([1.0, 2.0, 3.0]), True, None)
    assert order(first) == [2, 1, 0]
    assert order(live_dimensions(codes_with([9.0, 2.0, 1.0]), True, first)) == [2, 1, 0]


def test_they_are_ordered_anew_when_the_training_has_settled():
    first = live_dimensions(codes_with([1.0, 2.0, 3.0]), True, None)
    assert order(live_dimensions(codes_with([9.0, 2.0, 1.0]), True, first, settled=True)) == [0, 1, 2]


def test_the_tracks_of_a_training_that_diverged_can_be_sent_as_json():
    """exp(log variance) is infinite, and the squares of the codes are beyond float32."""
    codes = Codes(np.array([[1e30, 0.0], [-1e30, 1.0]], np.float32), np.array([[900.0, 0.0]] * 2, np.float32))
    tracks = dimensions(codes, True)
    json.dumps([asdict(track) for track in tracks], allow_nan=False)
    assert tracks[0].activity > tracks[1].activity


def test_only_a_probe_set_of_test_images_alone_is_called_so():
    assert exploring.probe_name({"probe": 1000, "probe_test": 1000}) == "test images"
    assert exploring.probe_name({"probe": 1000, "probe_test": 297}) == "images"  # the rest was trained on


def test_an_active_dimension_is_not_folded_behind_a_dead_one():
    first = live_dimensions(codes_with([3.0, 2.0, 1.0, 0.5]), True, None, visible=2)
    assert order(first) == [0, 1, 2, 3]
    dead = codes_with([0.0, 1.0, 2.0, 0.0])
    assert order(live_dimensions(dead, True, first, visible=2)) == [2, 1, 0, 3]
    assert order(live_dimensions(dead, True, first, visible=3)) == [0, 1, 2, 3]  # all that are active can be seen


@pytest.mark.parametrize(
    ("variant", "stochastic", "prior"),
    [("ae", False, False), ("vq_vae", False, False), ("vae", True, True), ("vae_gan", True, True)]
    + [(variant, False, True) for variant in ("aae", "wae", "gan", "wgan_gp")],
)
def test_a_model_may_have_a_prior_without_noise_in_its_codes(variant, stochastic, prior):
    summary = {"image_shape": (28, 28, 1), "class_names": ["0"]}
    entry = ModelEntry("run/m", "", Path(), Path(), 0, quick(variant=variant), summary)
    told = exploring.shown(entry)
    assert (told.stochastic, told.prior) == (stochastic, prior)


@pytest.mark.parametrize("rest", [None, -3.0], ids=["no posterior", "posterior"])
@pytest.mark.parametrize("live", [False, True])
def test_a_slider_reaches_the_data_and_what_is_drawn_from_the_prior(rest, live):
    scale, middle = np.array([0.2, 3.0, 0.2], np.float32), np.array([0.4, 0.0, 9.0], np.float32)
    mean = RNG.normal(size=(500, 3)).astype(np.float32) * scale + middle
    codes = Codes(mean, None if rest is None else np.full_like(mean, rest))
    low, high = np.percentile(mean, [0.5, 99.5], axis=0)
    for track in live_dimensions(codes, True, None) if live else dimensions(codes, True):
        assert track.low <= min(low[track.index], -2)
        assert track.high >= max(high[track.index], 2)
        assert track.reset == 0


def test_without_a_prior_a_slider_reaches_the_data_alone():
    mean = RNG.normal(size=(500, 3)).astype(np.float32) * 0.2 + 0.4
    for track in dimensions(Codes(mean, None), False):
        assert -0.6 < track.low < 0 < 0.8 < track.high < 1.4
        assert track.reset == pytest.approx(0.4, abs=0.05)


@pytest.mark.parametrize("latent", [1, 2])
def test_the_axes_of_a_live_view_do_not_jump(latent):
    labels, names = np.arange(500) % 10, 10
    start = Codes(RNG.normal(size=(500, latent)), None, np.eye(latent), np.zeros(latent))
    plane = live_plane(start, labels, names, "run", None)
    moved = live_plane(replace(start, mean=start.mean * 0.9), labels, names, "run", plane.ranges)
    assert plane.ranges is not None
    assert moved.ranges == plane.ranges
    for axis, (low, high) in enumerate(plane.ranges):
        assert low < moved.points[:, axis].min() <= moved.points[:, axis].max() < high
    wider = live_plane(replace(start, mean=start.mean * 9), labels, names, "run", plane.ranges)
    assert wider.ranges is not None
    assert wider.ranges[0] > plane.ranges[0] or wider.ranges[0][1] > plane.ranges[0][1]
    if latent == 1:
        assert (plane.titles, wider.ranges[1]) == (("z0", "class"), plane.ranges[1])


def test_a_projection_under_way_is_not_looked_for_again(monkeypatch):
    class Workbench(AnalystClient):
        def ask(self, request, payload=b"", progress=None, **values):
            assert (request, payload, values) == ("project", codes.tobytes(), {"shape": [9, 3]})
            return Progress().answer

    codes, hashed = np.zeros((9, 3), np.float32), []
    monkeypatch.setattr(kept, "kept_projection", lambda given: hashed.append(given))
    projections = Projections(Jobs(Workbench()))
    for _ in range(3):
        assert isinstance(projections.request("key", codes), Progress)
    assert len(hashed) == 1


def test_files_that_have_gone_are_said(run):
    entry, live = library.find("run/quick"), library.find("run/quick@live")
    assert (entry.base, live.base) == ("run/quick", "run/quick")
    codes_at_first = len(live.codes().mean)
    assert codes_at_first in {250, 500}  # fewer on a busy machine
    (run / PROBE_IMAGES).write_bytes(b"half")
    with pytest.raises(DamagedError, match=r"^A file of quick cannot be read \(.*Choose another model\.$"):
        entry.images()
    arrays = load_arrays(entry.snapshot)
    del arrays["probe/z_mean"]
    save_arrays(entry.snapshot, arrays)
    with pytest.raises(DamagedError, match=r"^A snapshot of quick lacks 'probe/z_mean'\."):
        entry.codes()
    entry.snapshot.unlink()
    for read in (entry.codes, entry.arrays):
        with pytest.raises(DamagedError, match=r"cannot be read .*Choose another snapshot\.$"):
            read()
    assert len(live.codes().mean) == codes_at_first  # it has a file of its own


def test_results_that_a_run_writes_at_its_end_are_seen(run):
    entry = library.find("run/quick")
    assert library.find("run/quick") is entry
    summary = entry.folder / "summary.json"
    os.utime(summary, ns=(time.time_ns(), summary.stat().st_mtime_ns + 1_000_000))
    assert library.find("run/quick") is not entry


def page(name: str, **query: str) -> AppTest:
    app = AppTest.from_file(ROOT / "explorer" / "main.py", default_timeout=30)
    for key, value in query.items():
        app.query_params[key] = value
    return app.switch_page(f"app_pages/{name}.py").run()


def test_a_page_says_what_it_cannot_read_and_stays_alive(run):
    (run / PROBE_IMAGES).unlink()
    shown = page("train", run="quick")
    assert not shown.exception
    assert {error.value.partition(" cannot")[0].partition("quick")[0] for error in shown.error} == {"A file of "}
    snapshot = library.find("run/quick").snapshot
    snapshot.write_bytes(snapshot.read_bytes()[:100])
    shown = page("explore", model="run/quick")
    assert not shown.exception
    assert ["cannot be read" in error.value for error in shown.error] == [True]


def test_across_and_up_are_never_the_same_dimension(run):
    shown = page("explore", model="bundled/mnist-vae-16d")
    shown.session_state["view-16"] = "Dimensions"
    shown.run()
    across, up = shown.selectbox(key="across-16"), second(shown)
    assert across.value not in up.options
    assert up.value != across.value
    kept = int(up.options[4].removeprefix("y: z"))
    shown.selectbox(key=up.key).select(kept).run()
    assert second(shown).value == kept
    shown.selectbox(key="across-16").select(int(across.options[2].removeprefix("x: z"))).run()
    assert second(shown).value == kept  # another first leaves it alone
    shown.selectbox(key="across-16").select(kept).run()  # and one that takes it moves it
    assert not shown.exception
    assert shown.selectbox(key="across-16").value == kept != second(shown).value


def second(shown: AppTest):
    return next(box for box in shown.selectbox if box.label == "y axis")


def points_of(of: str, codes: np.ndarray) -> exploring.Points:
    return exploring.Points(of, codes, np.zeros(len(codes), np.int64), len(codes), "images")


def test_all_images_lie_in_the_plane_of_the_sample_and_no_point_of_it_moves():
    codes = RNG.normal(size=(400, 6)) @ np.diag([3, 2.9, 1, 1, 1, 1]) + 4
    sample = codes[:100]
    shown = exploring.principal_plane(points_of("probe", sample), sample)
    every = exploring.principal_plane(points_of("all", codes), sample)
    np.testing.assert_allclose(every.points[:100], shown.points)
    shares = np.linalg.svd(sample - sample.mean(axis=0), compute_uv=False) ** 2
    first, second = shares[:2] / shares.sum()
    assert shown.titles == (f"PC 1 ({first:.0%} of the variance)", f"PC 2 ({second:.0%} of the variance)")
    assert every.titles[0].startswith("PC 1 of the sample (")
    assert every.name == shown.name  # the zoom stays


def test_another_snapshot_does_not_turn_or_mirror_the_principal_plane():
    newest = RNG.normal(size=(200, 5)) @ np.diag([3, 2.9, 1, 1, 1])
    rotation = np.linalg.qr(RNG.normal(size=(5, 5)))[0]
    before = exploring.principal_plane(points_of("probe", newest), newest)
    older = newest @ rotation * 0.5 + 1  # the same codes, where another encoder puts them
    turned = exploring.principal_plane(points_of("probe", older), older, newest)
    np.testing.assert_allclose(turned.points, before.points / 2, atol=1e-9)
    share = before.points.var(axis=0).sum() / newest.var(axis=0).sum()
    assert turned.titles == ("PC 1, PC 2, turned to the newest snapshot", f"{share:.0%} of the variance in both")


def test_a_live_map_may_be_of_two_dimensions():
    mean = np.random.default_rng(0).normal(size=(50, 5)).astype(np.float32)
    axes, centre = steady_axes(mean)
    codes = Codes(mean, None, axes, centre)
    labels = np.zeros(50, np.int64)
    plane = live_plane(codes, labels, 1, "run", None, (3, 1))
    assert np.array_equal(plane.points, mean[:, [3, 1]])
    assert plane.titles == ("z3", "z1")
    assert plane.name != live_plane(codes, labels, 1, "run", None).name
    assert live_plane(codes, labels, 1, "run", plane.ranges, (3, 1)).ranges == plane.ranges
