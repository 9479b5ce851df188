"""Visits, estimates, a training and explorations by a real app: the benchmark `soak`, in short."""

from benchmarks.soak import soak


def test_an_app_that_is_used_keeps_nothing_of_it():
    assert [figure for figure in soak(seconds=20.0) if figure.holds is False] == []
