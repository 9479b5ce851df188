"""Where things are on disk. HOURGLASS_HOME moves everything that Hourglass writes to one folder."""

import os
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
WEB = ASSETS / "web"  # browser modules and style sheets
PRETRAINED = ASSETS / "pretrained"


def home() -> Path:
    """The folder of the user's runs and caches."""
    given = os.environ.get("HOURGLASS_HOME")
    return Path(given).expanduser() if given else platformdirs.user_data_path("hourglass", appauthor=False)


def runs_folder() -> Path:
    return home() / "runs"


def lab_folder() -> Path:
    """The sessions of the loss lab; the oldest are deleted when new ones begin."""
    return home() / "lab"


def logs_folder() -> Path:
    """What the app's own processes print; a run's log is in its folder."""
    return home() / "logs"


def projections_folder() -> Path:
    """Computed projections; anything here may be deleted and is made again."""
    return home() / "projections"


def codes_folder() -> Path:
    """Codes of whole data sets, a file for each snapshot; anything here may be deleted and is made again."""
    return home() / "codes"


def images_folder() -> Path:
    """Images of whole data sets as plain arrays, for reading single ones; may be deleted and is made again."""
    return home() / "images"
