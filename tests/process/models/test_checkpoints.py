"""Weights on disk: the same numbers come back, anywhere and at any time, and whatever else is in a file is refused."""

import fcntl
import json
import os
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import files as arrays
from explorer.files import load_arrays, save_arrays
from explorer.runs import layout
from models.checkpoints import assign_weights, weights_of
from models.spec import catalogue
from models.spec.errors import CheckpointError
from models.spec.experiment import Experiment
from models.twins import Twins, build_twins
from tests.support.helpers import in_python

SHAPE = (28, 28, 1)
CODES = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


def twins(network: str = "conv", variant: str = "vae", latent_dim: int = 3) -> Twins:
    return build_twins(Experiment.parse({"network": network, "variant": variant, "latent_dim": latent_dim}), SHAPE)


def raw(header: object, data: bytes) -> bytes:
    encoded = json.dumps(header).encode()
    return struct.pack("<Q", len(encoded)) + encoded + data


@pytest.mark.parametrize("network", catalogue.NETWORKS)
@pytest.mark.parametrize("variant", ["ae", "vae"])
def test_weights_come_back_to_the_last_bit_whatever_was_built_in_between(tmp_path, network, variant):
    first = twins(network, variant)
    expected, encoded = first.generator(CODES).numpy(), first.encoder(np.ones((2, *SHAPE)))["z_mean"].numpy()
    save_arrays(tmp_path / "w", weights_of(first))
    twins(network)  # Keras numbers layers through the life of the process
    second = twins(network, variant)
    assert not np.array_equal(second.generator(CODES), expected)
    assign_weights(second, load_arrays(tmp_path / "w"))
    np.testing.assert_array_equal(second.generator(CODES), expected)
    np.testing.assert_array_equal(second.encoder(np.ones((2, *SHAPE)))["z_mean"], encoded)


def test_names_say_where_a_weight_belongs_and_hold_nothing_of_a_run():
    names = set(weights_of(twins("dense", "vae")))
    assert names >= {"encoder/dense/kernel", "encoder/dense_1/bias", "encoder/z_log_var/kernel", "decoder/dense_2/bias"}
    assert all(name.split("/")[0] in {"encoder", "decoder"} and len(name.split("/")) == 3 for name in names)
    assert not [name for name in names if "seed" in name]
    denoising = twins("dense", "denoising_ae")
    assert sum(array.size for array in weights_of(denoising).values()) == denoising.parameters


def test_a_fresh_process_reads_the_same_numbers_and_holds_nothing_it_does_not_need(tmp_path):
    first = twins()
    save_arrays(tmp_path / "w", weights_of(first))
    np.save(tmp_path / "codes.npy", CODES)
    code = f"""
import gc, sys
import models.lean_keras
import numpy as np
from pathlib import Path
from explorer.files import load_arrays
from models.checkpoints import assign_weights
from models.spec.experiment import Experiment
from models.twins import build_twins
folder = Path({str(tmp_path)!r})
twins = build_twins(Experiment.parse({{"network": "conv", "latent_dim": 3}}), {SHAPE})
assign_weights(twins, load_arrays(folder / "w"))
np.save(folder / "decoded.npy", twins.generator(np.load(folder / "codes.npy")).numpy())
print(sorted({{"sklearn", "pandas", "scipy.stats"}} & set(sys.modules)), gc.isenabled())
"""
    done = in_python("-c", code)
    assert (done.returncode, done.stdout.strip()) == (0, "[] True"), done.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "decoded.npy"), first.generator(CODES))


def test_weights_of_another_model_are_refused_and_nothing_is_assigned():
    target = twins()
    before = target.generator(CODES).numpy()
    with pytest.raises(CheckpointError, match=r"encoder/z_mean/kernel were \(256, 2\); this model needs \(256, 3\)"):
        assign_weights(target, {**weights_of(target), **weights_of(twins(latent_dim=2))})
    given_arrays = {name: array + 1 for name, array in weights_of(target).items()}
    del given_arrays["decoder/dense_1/bias"]
    with pytest.raises(CheckpointError, match=r"decoder/dense_1/bias were nothing; .* Choose the snapshot"):
        assign_weights(target, given_arrays)
    np.testing.assert_array_equal(target.generator(CODES), before)


def test_one_network_alone_can_be_given_and_taken():
    one, other = twins(), twins()
    encoded = other.encoder(np.ones((2, *SHAPE)))["z_mean"].numpy()
    decoder = weights_of(one, ["decoder"])
    assert {name.split("/")[0] for name in decoder} == {"decoder"}
    assign_weights(other, decoder, ["decoder"])
    np.testing.assert_array_equal(other.generator(CODES), one.generator(CODES))
    np.testing.assert_array_equal(other.encoder(np.ones((2, *SHAPE)))["z_mean"], encoded)
    with pytest.raises(CheckpointError, match=r"encoder/\S+ were nothing"):
        assign_weights(other, decoder)


ONE = {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
WHOLE = raw(ONE, bytes(8))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00", b"PK\x03\x04" * 9, b"\x80\x04." * 9, b"\xff" * 40, WHOLE[:-1], WHOLE[:20], WHOLE + b"x",
        raw(ONE, bytes(4)), raw([], b""), raw({"a": 1}, b""),
        raw({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 8]}}, bytes(8)),
        raw({"a": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}}, bytes(8)),
        raw({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}, bytes(8)),
        struct.pack("<Q", 2**62) + b"{}",
    ],
    ids=range(15),
)  # fmt: skip
def test_a_damaged_or_foreign_file_is_said_in_a_sentence(tmp_path, content):
    path = tmp_path / "000000001.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"^000000001.safetensors cannot be read .* Choose another snapshot\.$"):
        load_arrays(path)


def test_a_missing_file_and_a_folder_are_said(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(CheckpointError, match=r"cannot be read .* Choose another snapshot\.$"):
            load_arrays(path)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.integers(0, len(WHOLE)))
@settings(max_examples=100, deadline=None)
def test_a_changed_byte_or_a_lost_end_never_raises_anything_else(place, value, length):
    content = bytearray(WHOLE)
    content[place] = value
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w"
        path.write_bytes(bytes(content[:length]))
        try:
            load_arrays(path)
        except CheckpointError as error:
            assert str(error).startswith("w cannot be read")  # noqa: PT017


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.sampled_from(["<f4", "<f2", "|u1", "<i8"]), max_size=3))
@settings(max_examples=40, deadline=None)
def test_arrays_of_every_type_come_back(kinds):
    written = {name: np.arange(6).reshape(2, 3).astype(kind) for name, kind in kinds.items()}
    written["turned"] = np.arange(6, dtype=np.float32).reshape(2, 3).T  # not contiguous
    with tempfile.TemporaryDirectory() as folder:
        save_arrays(Path(folder) / "w", written, durable=False)
        read = load_arrays(Path(folder) / "w")
    assert set(read) == set(written)
    for name, array in written.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


def test_a_reader_that_has_the_old_file_open_keeps_it(tmp_path):
    path, held = tmp_path / "w", tmp_path / "held"
    save_arrays(path, {"a": np.zeros(3, np.float32)})
    held.hardlink_to(path)
    save_arrays(path, {"a": np.ones(3, np.float32)})
    assert (load_arrays(held)["a"].sum(), load_arrays(path)["a"].sum()) == (0, 3)


@pytest.mark.parametrize("fault", ["write", "sync"])
def test_a_fault_while_writing_leaves_the_old_file_and_no_half_one(tmp_path, monkeypatch, fault):
    path = tmp_path / "w"
    save_arrays(path, {"a": np.zeros(3, np.float32)})
    old, seen = path.read_bytes(), []

    def half(_arrays, target):
        seen.append(Path(target).name)
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    def no_sync(_descriptor):
        raise OSError(5, "Input/output error")

    if fault == "write":
        monkeypatch.setattr(arrays, "save_file", half)
    else:
        monkeypatch.setattr(arrays.os, "fsync", no_sync)
    with pytest.raises(OSError, match=r" takes no more|Input/output"):
        save_arrays(path, {"a": np.ones(3, np.float32)})
    assert path.read_bytes() == old
    assert [file.name for file in tmp_path.iterdir()] == ["w"]
    assert all(name != "w" and name.startswith(".") for name in seen)


class BusyFile:
    """As on Windows: refuses so many times, because a reader has the file open."""

    def __init__(self, monkeypatch, name: str, times: int):
        self.times, real = times, getattr(Path, name)

        def act(path, *given, **named):
            if self.times > 0:
                self.times -= 1
                raise PermissionError(13, "Access is denied")
            return real(path, *given, **named)

        monkeypatch.setattr(Path, name, act)


def test_a_file_that_a_reader_holds_is_replaced_read_and_removed_once_it_is_free(tmp_path, monkeypatch):
    path = tmp_path / "w"
    save_arrays(path, {"a": np.zeros(3, np.float32)})
    BusyFile(monkeypatch, "replace", 3)
    save_arrays(path, {"a": np.ones(3, np.float32)})
    BusyFile(monkeypatch, "read_bytes", 3)
    assert load_arrays(path)["a"].sum() == 3
    BusyFile(monkeypatch, "replace", 3)
    layout.write_json(tmp_path / "j", {"a": 1})
    assert json.loads((tmp_path / "j").read_text()) == {"a": 1}
    BusyFile(monkeypatch, "unlink", 3)
    arrays.remove_file(path)
    assert not path.exists()


def test_a_file_that_is_never_free_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "PATIENCE", 0.1)
    BusyFile(monkeypatch, "replace", 10**9)
    with pytest.raises(PermissionError):
        save_arrays(tmp_path / "w", {"a": np.ones(3, np.float32)})
    assert list(tmp_path.iterdir()) == []


def test_what_is_synced_was_opened_for_writing(tmp_path, monkeypatch):
    """Windows refuses to sync a file that was opened for reading."""
    modes = []
    monkeypatch.setattr(arrays.os, "fsync", lambda descriptor: modes.append(fcntl.fcntl(descriptor, fcntl.F_GETFL)))
    save_arrays(tmp_path / "w", {"a": np.ones(3, np.float32)})
    assert [mode & os.O_ACCMODE for mode in modes] == [os.O_RDWR]


def test_loaded_arrays_may_be_written_to(tmp_path):
    save_arrays(tmp_path / "w", {"a": np.ones(3, np.float32)})
    load_arrays(tmp_path / "w")["a"][0] = 2
