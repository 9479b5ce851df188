"""What a training needs and what a machine has: the refusal, what would fit, and where limits are read."""

import re

import psutil
import pytest

from explorer.runs import memory
from explorer.runs.memory import Memory, free_memory, memory_of, size
from models.spec.experiment import Experiment
from models.spec.need import Need

GB = 10**9


def need(**settings) -> Need:
    return memory_of(Experiment.parse(settings)).need


def test_a_need_grows_with_what_is_made_larger():
    given = {"dataset": "shapes", "batch_size": 2048}
    first = need(**given)
    assert 0.6 * GB < first.total < GB
    for larger in (
        {"batch_size": 4096},
        {"latent_dim": 512},
        {"network": "question"},
        {"dataset": "shapes_rgb"},
        {"variant": "gan"},
        {"terms": {"own": {"formula": "sum(square(logits - x))", "weight": 1}}},
    ):
        assert need(**{**given, **larger}).total > first.total, larger
    assert need(**given, optimizer="sgd").total < first.total


def test_tensors_over_pairs_grow_with_the_square_of_the_batch_and_no_further_than_there_are_images():
    small, large = (need(variant="beta_tcvae", dataset="shapes", batch_size=size).pairs for size in (1024, 2048))
    assert large == pytest.approx(4 * small)
    assert small > 0
    digits = {"variant": "beta_tcvae", "dataset": "digits"}  # 1,350 images are trained on
    assert need(**digits, batch_size=1350).pairs == need(**digits, batch_size=4096).pairs
    assert need(batch_size=1024).pairs == 0


def test_what_cannot_fit_is_refused_with_what_would_fit(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 4 * GB)
    asked = Experiment.parse({"variant": "beta_tcvae", "dataset": "mnist", "latent_dim": 512, "batch_size": 2048})
    refused = memory_of(asked)
    assert not refused.fits
    found = re.fullmatch(
        r"This training needs about (\d+) GB of memory, most of it for pairwise terms\. 4\.0 GB are free\. "
        r"It fits with a batch size of (\d+) or (\d+) latent dimensions\.",
        refused.refusal,
    )
    assert found is not None, refused.refusal
    assert int(found[1]) > 4
    for field, value in (("batch_size", found[2]), ("latent_dim", found[3])):
        assert memory_of(asked.model_copy(update={field: int(value)})).fits
        assert not memory_of(asked.model_copy(update={field: 2 * int(value)})).fits
    assert memory_of(Experiment()).fits


def test_what_fits_in_no_size_is_refused_with_other_remedies():
    experiment = Experiment()
    refusal = Memory(experiment, need(), 10**7).refusal
    assert refusal.endswith(
        " 10 MB are free. Choose a smaller batch size, network or data set, or close other programs."
    )


def test_the_parts_of_a_need_are_said_without_those_that_are_next_to_nothing():
    assert Memory(Experiment(), need(), 0).parts == (
        "the program 630 MB, images 9.9 MB, weights, gradients and optimizer 9.4 MB, activations 23 MB"
    )


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 kB"), (644e6, "640 MB"), (996e6, "1.0 GB"), (1.26e9, "1.3 GB"), (9.96e9, "10 GB"), (1.7e12, "1,700 GB")],
)
def test_a_size_has_two_digits(count, words):
    assert size(count) == words


@pytest.fixture
def group(tmp_path, monkeypatch):
    """A control group's files; gives the folder that its path is looked up in."""
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "PROC", tmp_path / "cgroup")
    return tmp_path


def write(folder, names, limit, used, cache) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in zip(names, (limit, used), strict=False):
        (folder / name).write_text(f"{value}\n", encoding="ascii")
    (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {cache}\n", encoding="ascii")


def test_the_least_room_of_a_group_and_those_above_it_counts_and_cache_is_room(group):
    (group / "cgroup").write_text("0::/user/app\n", encoding="ascii")
    write(group / "user" / "app", memory._V2, "max", 900, 0)
    write(group / "user", memory._V2, 1000, 900, 300)
    assert free_memory() == 400


def test_a_container_sees_its_own_group_as_the_root(group):
    (group / "cgroup").write_text("0::/../../machine/far\n4:cpu,memory:/docker/abc\n", encoding="ascii")
    write(group / "memory", memory._V1, 2000, 900, 100)
    assert free_memory() == 1200


def test_without_groups_or_limits_the_machine_counts(group):
    assert free_memory() == pytest.approx(psutil.virtual_memory().available, rel=0.2)
