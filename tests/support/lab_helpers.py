"""What the tests of the pairing lab share."""

from typing import Any

from explorer.lab.session import Session
from models.spec.pairings import pairing_of

QUICK: dict[str, Any] = {"network": "dense", "latent_dim": 8, "steps": 30, "batch_size": 64, "learning_rate": 1e-3}


def quick_session(*words: str, **changes: Any) -> Session:
    """A session of the pairings of these words that takes a second."""
    return Session.parse({"pairings": [pairing_of(word) for word in words], **QUICK, **changes})
