"""How far a trainer gives way, as somebody may set it."""

import pytest

from explorer.runs.database import RunError
from explorer.runs.launcher import Launcher
from explorer.runs.priority import USUAL, VARIABLE, niceness
from tests.support.helpers import quick


@pytest.mark.parametrize(("given", "found"), [("", USUAL), (" ", USUAL), ("0", 0), (" 19 ", 19)])
def test_what_is_set_holds(monkeypatch, given, found):
    monkeypatch.setenv(VARIABLE, given)
    assert niceness() == found


@pytest.mark.parametrize("given", ["20", "-1", "low", "1.5", "\u0663", "9" * 5000])
def test_anything_else_is_said_before_a_run_is_made(monkeypatch, tmp_path, given):
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(
        RunError, match=rf"^{VARIABLE} was '.{{1,20}}'; allowed is a whole number from 0 to 19\. Set it"
    ):
        Launcher().start(quick())
    assert not (tmp_path / "runs").exists()
