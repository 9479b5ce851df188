"""How often the tabs that watch runs are drawn again."""

import time

import pytest

from explorer.runs import watchers
from explorer.runs.watchers import MOST_UPDATES, PACES, Watchers


@pytest.mark.parametrize(("tabs", "pace"), [(1, 0.4), (4, 0.4), (5, 0.8), (9, 1.6), (16, 1.6), (17, 3.2), (30, 3.2)])
def test_the_more_tabs_watch_the_more_calmly_each_is_drawn_again(tabs, pace):
    them = Watchers()
    for _ in range(3):
        paces = [them.pace(f"tab {number}") for number in range(tabs)]
    assert set(paces) == {pace}
    assert tabs / pace <= MOST_UPDATES


def test_beyond_all_paces_the_calmest_one_is_kept():
    them = Watchers()
    assert [them.pace(str(number)) for number in range(1000)][-1] == PACES[-1]


def test_tabs_that_are_closed_are_forgotten(monkeypatch):
    them, now = Watchers(), time.monotonic()
    monkeypatch.setattr(watchers.time, "monotonic", lambda: now)
    for number in range(30):
        them.pace(f"tab {number}")
    now += 16
    assert them.pace("tab 0") == PACES[0]
    assert len(them._seen) == 1
