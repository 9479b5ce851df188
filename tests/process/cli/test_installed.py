"""Hourglass as pip installs it: the wheel, and its command far from any clone."""

import contextlib
import os
import re
import socket
import subprocess
import sysconfig
import tomllib
import urllib.request
import venv
import zipfile
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from explorer.places import ASSETS
from tests.support.helpers import ROOT, in_python, wait_for
from tests.support.sources import EXPLORER, MODELS

# A folder of somebody's own may have such modules too.
NAMESAKES = ("models", "explorer", "app")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that `pip install .` builds."""
    folder = tmp_path_factory.mktemp("wheel")
    done = in_python("-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment with the wheel. The packages that it needs are those of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = str(folder / "bin" / "python")
    done = in_python("-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    assert done.returncode == 0, done.stdout + done.stderr
    (_packages(folder) / "of_the_tests.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Return a folder to work in that is no clone, but has modules with the names of ours."""
    for name in NAMESAKES:
        (tmp_path / f"{name}.py").write_text("raise ImportError('This is not Hourglass.')", encoding="utf-8")
    return tmp_path


def test_the_wheel_has_every_module_and_every_asset_and_no_more(wheel):
    with zipfile.ZipFile(wheel) as archive:
        found = {Path(name) for name in archive.namelist() if ".dist-info/" not in name}
        assert archive.read("explorer/bundle/app.py") == (ROOT / "app.py").read_bytes()
    modules = {path.relative_to(ROOT) for path in (*MODELS, *EXPLORER)}
    bundle = Path("explorer/bundle")
    assets = {bundle / path.relative_to(ROOT) for path in ASSETS.rglob("*") if path.is_file()}
    assert len(modules) > 100
    assert len(assets) > 50
    assert found == modules | assets | {bundle / "app.py", bundle / ".streamlit" / "config.toml"}


def test_the_wheel_asks_for_what_the_project_asks_for(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("METADATA"))
        told = re.findall(r"^Requires-Dist: (\S+?)[<>=,]", archive.read(name).decode(), re.MULTILINE)
    assert sorted(told) == sorted(re.split("[<>=]", line)[0] for line in project["dependencies"])


def test_the_command_explains_trains_and_writes_scripts_anywhere(installed, elsewhere):
    before = _state(installed)
    assert "open the app in a browser" in _hourglass(installed, elsewhere, "--help")
    compile(_hourglass(installed, elsewhere, "script", "--preset", "first-vae"), "script", "exec")
    settings = ("dataset=digits", "network=dense", "epochs=1", "batch_size=512")
    given = [part for setting in settings for part in ("--set", setting)]
    assert "finished after" in _hourglass(installed, elsewhere, "train", "--preset", "first-vae", *given)
    (run,) = (elsewhere / "home" / "runs").iterdir()
    assert run.name in _hourglass(installed, elsewhere, "runs")
    assert _state(installed) == before


def test_the_app_opens_anywhere_with_its_own_settings(installed, elsewhere):
    """A project's own settings of Streamlit are not for this app: it would answer every network."""
    (elsewhere / ".streamlit").mkdir()
    (elsewhere / ".streamlit" / "config.toml").write_text('[server]\naddress = "0.0.0.0"\n', encoding="utf-8")
    before = _state(installed)
    with _app(installed, elsewhere) as (url, addresses):
        assert addresses == {"127.0.0.1"}
        assert "<title>Streamlit</title>" in _get(f"{url}/")
        assert _get(f"{url}/web/bank.js") == (ASSETS / "web" / "bank.js").read_text(encoding="utf-8")
        assert "newPlot" in _get(f"{url}/plotly/plotly.min.js")
    assert _state(installed) == before


def test_the_bundled_models_are_made_in_a_clone(installed, elsewhere):
    done = _run(installed, elsewhere, "pretrained")
    assert done.returncode == 2
    assert f"Hourglass was installed into {_packages(installed)}; the bundled models are made in a" in done.stderr


def _packages(folder: Path) -> Path:
    return next(folder.glob("lib/python*/site-packages"))


def _state(installed: Path) -> dict[Path, int]:
    """Return what pip installed, with the time of each change: nothing of it may be written to."""
    return {path: path.stat().st_mtime_ns for path in _packages(installed).rglob("*")}


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment that leads to no clone and leaves no trace in the installed files."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STREAMLIT"))}
    ours = {"HOURGLASS_HOME": str(folder / "home"), "HOME": str(folder)}
    return {**others, **ours, "PYTHONDONTWRITEBYTECODE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a folder."""
    return subprocess.run(
        [str(installed / "bin" / "hourglass"), *arguments],
        cwd=folder, env=_environment(folder), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def _hourglass(installed: Path, folder: Path, *arguments: str) -> str:
    """Return what the command printed; it must not fail."""
    done = _run(installed, folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextlib.contextmanager
def _app(installed: Path, folder: Path) -> Generator[tuple[str, set[str]]]:
    """Yield the URL of the app, opened by the command, and the addresses at which it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ("--server.port", str(port), "--server.headless", "true")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(installed / "bin" / "hourglass"), "app", *options],
            cwd=folder, env=_environment(folder), stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_for(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, (folder / "log").read_text(errors="replace")
        found = psutil.Process(process.pid).net_connections("tcp")
        yield f"http://127.0.0.1:{port}", {each.laddr.ip for each in found if each.status == psutil.CONN_LISTEN}
    finally:
        process.terminate()
        process.wait(timeout=15)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 -- our own http URL
        assert answer.status == 200
        return answer.read().decode()
