"""Bytes for the browser: a reader written from the description alone gets back what was packed."""

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.components.binary import pack

TYPES = ("<u1", "<u2", "<i4", "<f4", ">f4", ">i4")


def read(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray], list[int]]:
    """The header, the arrays, and where each array begins."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    arrays, places, at = {}, [], 4 + length
    for listed in header.pop("arrays"):
        kind = np.dtype(f"<{listed['type']}")
        count = int(np.prod(listed["shape"], dtype=int))
        arrays[listed["name"]] = np.frombuffer(data, kind, count, at).reshape(listed["shape"])
        places.append(at)
        at += -(-count * kind.itemsize // 8) * 8
    assert at == len(data)
    return header, arrays, places


@st.composite
def arrays_of_any_kind(draw: st.DrawFn) -> np.ndarray:
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    kind = np.dtype(draw(st.sampled_from(TYPES)))
    size = int(np.prod(shape, dtype=int)) * kind.itemsize
    array = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), kind).reshape(shape)
    return array.T if draw(st.booleans()) else array  # not contiguous


HEADERS = st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=9), st.booleans()), max_size=4)


@given(HEADERS, st.dictionaries(st.text(max_size=9), arrays_of_any_kind(), max_size=4))
@settings(max_examples=150, deadline=None)
def test_header_and_arrays_come_back_and_every_array_is_aligned(header, arrays):
    header.pop("arrays", None)
    said, found, places = read(pack(header, arrays))
    assert said == header
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == array.dtype.newbyteorder("<")
        assert found[name].tobytes() == array.astype(found[name].dtype).tobytes()
    assert [place % 8 for place in places] == [0] * len(places)


@pytest.mark.parametrize("kind", ["float64", "int64", "float16", "bool", "U3", "complex64", "uint32"])
def test_other_types_are_refused(kind):
    with pytest.raises(ValueError, match=r"^The array codes was .*; allowed are uint8, uint16, int32 and float32\.$"):
        pack({}, {"codes": np.zeros(3, kind)})
