"""MNIST and Fashion-MNIST: from a folder, else from Keras; whatever goes wrong there is one sentence."""

import socket
import sys
import types

import numpy as np
import pytest

from explorer.datasets.catalogue import DatasetError
from explorer.datasets.loading import load_images
from tests.support.helpers import in_python
from tests.support.npz_files import arrays, saved


def with_fake_keras(monkeypatch, load_data) -> None:
    module = types.SimpleNamespace(load_data=load_data)
    fake = types.SimpleNamespace(datasets=types.SimpleNamespace(mnist=module, fashion_mnist=module))
    monkeypatch.setitem(sys.modules, "keras", fake)
    monkeypatch.delenv("HOURGLASS_DATA", raising=False)


def test_without_a_local_copy_keras_loads(tmp_path, monkeypatch, capsys):
    timeouts = []

    def load_data():
        timeouts.append(socket.getdefaulttimeout())
        print("Downloading data from ...")  # noqa: T201
        x, y = np.zeros((70_000, 28, 28), np.uint8), np.zeros(70_000, np.uint8)
        return (x[:60_000], y[:60_000]), (x[60_000:], y[60_000:])

    with_fake_keras(monkeypatch, load_data)
    monkeypatch.setenv("HOURGLASS_DATA", str(tmp_path))
    assert load_images("mnist").images.shape == (60_000, 28, 28, 1)
    assert timeouts == [5.0]
    assert socket.getdefaulttimeout() is None
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "error", [EOFError("Compressed file ended"), TimeoutError("timed out"), Exception(), KeyError("x")]
)
def test_whatever_goes_wrong_in_keras_is_one_sentence(monkeypatch, error):
    def load_data():
        raise error

    with_fake_keras(monkeypatch, load_data)
    with pytest.raises(
        DatasetError, match=r"^Fashion-MNIST could not be downloaded .*HOURGLASS_DATA.*digits or shapes"
    ):
        load_images("fashion_mnist")
    assert socket.getdefaulttimeout() is None


def test_a_damaged_or_incomplete_cache_is_not_trusted(monkeypatch):
    x, y = np.zeros((5, 28, 28), np.uint8), np.full(5, 9, np.uint8)
    with_fake_keras(monkeypatch, lambda: ((x, y), (x, y)))
    with pytest.raises(DatasetError, match="Keras' copy of MNIST has 5 training and 5 test images"):
        load_images("mnist")
    with_fake_keras(monkeypatch, lambda: ((x, y + 1), (x, y)))
    with pytest.raises(DatasetError, match="Keras' copy of MNIST has labels from 10 to 10: only 0 to 9"):
        load_images("mnist")


def test_a_wrong_local_copy_is_refused_and_not_replaced(tmp_path, monkeypatch):
    with_fake_keras(monkeypatch, lambda: pytest.fail("Keras was asked"))
    monkeypatch.setenv("HOURGLASS_DATA", str(tmp_path))
    saved(tmp_path / "mnist.npz")
    with pytest.raises(DatasetError, match=r"mnist.npz has images of shape \(5, 5, 1\) where \(28, 28, 1\)"):
        load_images("mnist")
    saved(tmp_path / "mnist.npz", **arrays(side=28))
    with pytest.raises(DatasetError, match=r"mnist.npz in HOURGLASS_DATA has 6 training and 3 test images"):
        load_images("mnist")


def test_a_folder_that_cannot_be_opened_is_named(monkeypatch):
    monkeypatch.setenv("HOURGLASS_DATA", "~no-such-user-here/data")
    with pytest.raises(DatasetError, match="HOURGLASS_DATA is ~no-such-user-here/data, which cannot be opened"):
        load_images("mnist")


def test_offline_without_a_copy_is_said_in_one_sentence(tmp_path):
    code = """
import socket, sys, time
def offline(*_, **__): raise socket.gaierror(-2, "Name or service not known")
socket.getaddrinfo = offline
import keras
from explorer.datasets.loading import DatasetError, load_images
for name in ("mnist", "fashion_mnist"):
    start = time.monotonic()
    try:
        load_images(name)
    except DatasetError as error:
        print(error)
    assert time.monotonic() - start < 5
"""
    done = in_python("-c", code, KERAS_HOME=str(tmp_path), HOURGLASS_DATA=str(tmp_path), TF_CPP_MIN_LOG_LEVEL="3")
    assert done.returncode == 0, done.stderr
    mnist, fashion = done.stdout.splitlines()
    assert mnist == (
        "MNIST could not be downloaded or read from Keras' cache ([Errno -2] Name or service not known): connect to "
        "the internet and try again, or set HOURGLASS_DATA to a folder that holds mnist.npz, or choose digits or "
        "shapes, which need no download."
    )
    assert "fashion_mnist.npz" in fashion
