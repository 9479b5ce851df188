"""What a trainer refused is said for some seconds by the clock, also while the training is paused."""

import time

from explorer.components.live import look
from explorer.components.live.look import RECENTLY, refusal
from explorer.runs.reader import Run
from explorer.runs.records import Moment
from explorer.trainer.steering import Steering
from tests.support.run_helpers import written


def test_a_refusal_goes_while_a_run_is_paused(tmp_path, monkeypatch):
    writer, _ = written(tmp_path, 3)
    writer.set_state("paused")
    steering = object.__new__(Steering)  # a refusal needs no networks
    steering.store = writer
    steering.refuse("No step is left.")

    def moment() -> Moment:
        found = Run(tmp_path).moment()
        assert found is not None
        return found

    assert refusal(moment()) == "No step is left."
    now = time.time()
    monkeypatch.setattr(look.time, "time", lambda: now + RECENTLY + 1)
    assert refusal(moment()) == ""
    writer.log_event("refused", message="Of an earlier version.")
    writer.flush()
    assert refusal(moment()) == ""
    writer.close()
