"""UMAP of codes: what is handed to it, without it."""

import numpy as np
import pytest

from explorer.analyst.answers import project

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("different", [1, 2, 4, 8])
def test_equal_codes_are_one_point(empty_home, monkeypatch, different):
    book = RNG.normal(size=(different, 3)).astype(np.float32)
    which = np.concatenate([np.arange(different), RNG.integers(0, different, 90)])
    given = []

    def laid_out(codes, _report):
        given.append(codes)
        return np.arange(2 * len(codes), dtype=np.float32).reshape(-1, 2)

    if different >= project.FEW:
        monkeypatch.setattr(project, "_project", laid_out)
    codes = book[which]
    _, answer = project.answer({"shape": list(codes.shape)}, codes.tobytes(), lambda *_: None)
    points = np.frombuffer(answer, np.float32).reshape(-1, 2)
    assert all(len(codes) == different for codes in given)
    np.testing.assert_array_equal(points, points[:different][which])
    assert len(np.unique(points, axis=0)) == different


def test_codes_that_all_differ_keep_their_order(empty_home, monkeypatch):
    monkeypatch.setattr(project, "_project", lambda codes, _report: codes[:, :2])
    codes = RNG.normal(size=(50, 3)).astype(np.float32)
    _, answer = project.answer({"shape": [50, 3]}, codes.tobytes(), lambda *_: None)
    np.testing.assert_array_equal(np.frombuffer(answer, np.float32).reshape(-1, 2), codes[:, :2])
