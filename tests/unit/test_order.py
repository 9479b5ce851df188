"""The order of the files: the unknown first, then the slowest."""

from tests.support.order import in_order


def test_those_of_the_browser_come_last():
    seconds = {"tests/browser/test_map.py": 90.0, "tests/unit/test_order.py": 0.1}
    assert in_order(list(seconds), seconds) == ["tests/unit/test_order.py", "tests/browser/test_map.py"]


def test_unknown_files_are_first_and_then_the_slowest():
    seconds = {"quick.py": 0.1, "slow.py": 60.0, "middling.py": 5.0}
    assert in_order(["quick.py", "quick.py", "new.py", "slow.py", "middling.py"], seconds) == [
        "new.py", "slow.py", "middling.py", "quick.py",
    ]  # fmt: skip
