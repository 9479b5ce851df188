"""The benchmarks' frame: table, report, exit codes. What they measure is asserted by `make bench` alone.

And what they send is what the app takes, for a benchmark is run rarely.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.decode_server import random_codes
from benchmarks.figures import Figure, median_ratio
from explorer.api.decode import read_codes
from explorer.library.models import ModelEntry
from tests.support.helpers import quick


def _counting() -> list[Figure]:
    """A benchmark that really measures something: how many steps a sum takes."""
    total = sum(1 for _ in range(1000))
    return [
        Figure("steps", total, "steps", "<= 1000"),
        Figure("steps at least", total, "steps", ">= 1000"),
        Figure("steps again", total, "steps"),
    ]


def _missing() -> list[Figure]:
    return [Figure("steps", np.float64(len(_counting()) * 10), "steps", "<= 29.9")]


TABLE = {"counting": _counting, "missing": _missing}


def test_table_has_every_benchmark() -> None:
    assert list(BENCHMARKS) == [
        "startup", "decode_browser", "decode_fallback", "decode_server", "strips", "map", "training", "refresh",
        "listing", "tasks", "sessions", "kill", "soak", "memory", "question_table", "pairings", "variants", "learning",
        "verdicts", "quality",
    ]  # fmt: skip
    assert all(benchmark.__doc__ for benchmark in BENCHMARKS.values())


@pytest.mark.parametrize(
    ("names", "code", "rows"), [(["counting"], 0, 3), (["missing"], 1, 1), ([], 1, 4), (["counting", "counting"], 0, 3)]
)
def test_exit_code_says_whether_all_bounds_hold(
    names: list[str], code: int, rows: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    assert main([*names, "--json", str(report)], TABLE) == code
    found = json.loads(report.read_text(encoding="utf-8"))
    assert len(found) == rows
    assert ("MISSED" in capsys.readouterr().out) == (code == 1)


def test_report_has_the_promised_shape(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    main(["counting", "--json", str(report)], TABLE)
    bounded, _, free = json.loads(report.read_text(encoding="utf-8"))
    assert bounded == {
        "benchmark": "counting", "figure": "steps", "value": 1000, "unit": "steps", "bound": "<= 1000", "holds": True,
    }  # fmt: skip
    assert (free["bound"], free["holds"]) == (None, None)


def test_printed_table_has_a_row_for_each_figure(capsys: pytest.CaptureFixture[str]) -> None:
    main([], TABLE)
    heading, *rows, verdict = capsys.readouterr().out.splitlines()
    assert heading.split() == ["benchmark", "figure", "value", "unit", "bound"]
    assert [row.split()[0] for row in rows] == ["counting"] * 3 + ["missing"]
    assert verdict == "1 bound missed."


def test_unknown_name_is_said_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["counting", "speed"], TABLE) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "There is no benchmark called speed; there are counting, missing.\n"


def test_ratio_is_the_median_of_the_pairs() -> None:
    assert median_ratio([2.0, 30.0, 4.0], [1.0, 10.0, 8.0]) == 2.0
    with pytest.raises(ValueError, match="shorter"):
        median_ratio([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("variant", "classes"), [("vae", 0), ("conditional_vae", 3)])
def test_the_codes_that_are_posted_are_what_the_app_takes(variant: str, classes: int) -> None:
    experiment = quick(variant=variant, latent_dim=4)
    entry = ModelEntry("run/m", "", Path(), Path(), 0, experiment, {"class_names": ["a", "b", "c"]})
    for code in random_codes(entry, 5):
        taken = read_codes(code.tobytes(), 4, classes)
        assert taken.shape == (1, 4 + classes)
        assert taken[0, 4:].sum() == (1 if classes else 0)
        assert set(taken[0, 4:]) <= {0, 1}
