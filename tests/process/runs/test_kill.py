"""Trainers that are killed at random moments: the benchmark `kill`, in short."""

from benchmarks.kill import kill


def test_what_somebody_has_read_of_a_run_outlives_its_trainer():
    figures = kill(kills=10, longest=1.0)
    assert [figure for figure in figures if figure.holds is False] == []
    read = figures[-1]
    assert read.value > 50, "or nothing was read before the kills"
