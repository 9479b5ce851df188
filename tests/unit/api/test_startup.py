"""How many files the app may hold open."""

import pytest

from explorer.api.startup import OPEN_FILES, allow_open_files

resource = pytest.importorskip("resource", reason="this system limits no open files")
NONE = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("soft", "hard", "wanted"),
    [
        (256, NONE, OPEN_FILES),  # macOS
        (256, 10_240, OPEN_FILES),
        (256, 1024, 1024),
        (20_000, 20_000, 20_000),
        (NONE, NONE, NONE),
    ],
)
def test_the_app_may_open_as_many_files_as_the_system_lets_it_up_to_a_bound(monkeypatch, soft, hard, wanted):
    limits = {resource.RLIMIT_NOFILE: (soft, hard)}
    monkeypatch.setattr(resource, "getrlimit", limits.__getitem__)
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    allow_open_files()
    assert limits == {resource.RLIMIT_NOFILE: (wanted, hard)}


def test_a_system_that_refuses_keeps_its_limit(monkeypatch):
    def refuse(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, NONE))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    allow_open_files()
