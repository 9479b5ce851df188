"""What the tests of the trainer share."""

import threading
from types import SimpleNamespace

import pytest

from explorer.trainer import listening


@pytest.fixture
def no_parent_needed(monkeypatch):
    """The trainer's code can run in this process, whose standard input is no lifeline."""
    monkeypatch.setattr(listening, "Lifeline", lambda: SimpleNamespace(parent_gone=threading.Event()))
