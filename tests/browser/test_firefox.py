"""The main paths in Firefox, where it is installed: Explore, a training, Losses."""

import shutil
import subprocess

import pytest

from tests.conftest import ROOT
from tests.support.helpers import node_path

pytestmark = pytest.mark.browser
WALK = ROOT / "tests" / "javascript" / "firefox.js"
NAMES = ("firefox", "firefox-esr")


def test_the_main_paths_in_firefox(app):
    firefox = next(filter(None, (shutil.which(name) for name in NAMES)), None)
    if firefox is None:
        pytest.skip("no Firefox: install one to walk the main paths in it")
    walked = subprocess.run(
        [node_path(), WALK, firefox, app], capture_output=True, encoding="utf-8", timeout=280, check=False, cwd=ROOT
    )
    assert walked.returncode == 0, walked.stderr[-3000:]
