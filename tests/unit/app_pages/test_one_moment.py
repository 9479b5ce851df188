"""A run's page: all that is drawn together is of one moment."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.runs.reader import Run
from tests.support.run_helpers import written


def run_page(folder: str) -> None:
    from pathlib import Path

    from explorer.app_pages.run.live import show_run
    from explorer.runs.reader import Run

    with Run(Path(folder)) as run:
        show_run(run)


@pytest.mark.parametrize("state", ["training", "finished"])
def test_the_page_reads_its_run_once_and_its_parts_for_themselves_later(tmp_path, monkeypatch, state):
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    (tmp_path / "runs").mkdir()
    writer, _ = written(tmp_path / "runs" / "one", 3)
    writer.set_state(state)
    asked, read = [], Run.moment

    def counted(run: Run, points: int = 0, steps: int = 0):
        asked.append((points, steps))
        return read(run, points, steps)

    monkeypatch.setattr(Run, "moment", counted)
    page = AppTest.from_function(run_page, default_timeout=30, args=(str(tmp_path / "runs" / "one"),))
    page.session_state["folded-glance-one"] = True
    page.run()
    assert not page.exception
    assert len(asked) == 1
    assert "Loss graph" in [fold.label for fold in page.expander]
    page.run()
    assert len(asked) == 2, "and each time anew"
    writer.close()
