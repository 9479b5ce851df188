"""Places on disk. HOURGLASS_HOME moves everything that Hourglass writes to one folder."""

import os
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
WEB = ASSETS / "web"  # browser modules and style sheets
PRETRAINED = ASSETS / "pretrained"


def home() -> Path:
    """Return the folder of the user's runs and caches."""
    given = os.environ.get("HOURGLASS_HOME")
    return Path(given).expanduser() if given else platformdirs.user_data_path("hourglass", appauthor=False)


def runs_folder() -> Path:
    return home() / "runs"


def lab_folder() -> Path:
    """Return the folder of the pairing lab's sessions; the oldest are deleted when new ones begin."""
    return home() / "lab"


def logs_folder() -> Path:
    """Return the folder of the logs of the app's own processes; a run's log is in its own folder."""
    return home() / "logs"


def projections_folder() -> Path:
    """Return the folder of computed projections; it is a cache and may be deleted."""
    return home() / "projections"


def codes_folder() -> Path:
    """Return the folder of codes of whole data sets, a file for each snapshot; it is a cache and may be deleted."""
    return home() / "codes"


def images_folder() -> Path:
    """Return the folder of images of whole data sets as plain arrays, for reading single ones; a cache as well."""
    return home() / "images"
