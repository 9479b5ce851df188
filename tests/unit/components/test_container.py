"""Bytes for the browser: a reader written from the description alone gets back what was packed."""

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.components.container import pack

TYPES = ("<u1", "<u2", "<i4", "<f4", ">f4", ">i4")


def read(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray], list[int]]:
    """The header, the arrays, and where each array begins."""
    (length,) = struct.unpack_from("<Q", data)
    begin = 8 + length
    described = json.loads(data[8:begin])
    header = json.loads(described.pop("__metadata__")["header"])
    arrays, places, end = {}, [], begin
    for name, entry in described.items():
        kind = np.dtype({"U8": "<u1", "U16": "<u2", "I32": "<i4", "F32": "<f4"}[entry["dtype"]])
        first, last = (begin + offset for offset in entry["data_offsets"])
        count = int(np.prod(entry["shape"], dtype=int))
        assert last - first == count * kind.itemsize
        arrays[name] = np.frombuffer(data, kind, count, first).reshape(entry["shape"])
        places.append(first % kind.itemsize)
        end = max(end, last)
    assert end == len(data)
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
    said, found, places = read(pack(header, arrays))
    assert said == header
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == array.dtype.newbyteorder("<")
        assert found[name].tobytes() == array.astype(found[name].dtype).tobytes()
    assert places == [0] * len(places)


@pytest.mark.parametrize("kind", ["float64", "int64", "float16", "bool", "U3", "complex64", "uint32"])
def test_other_types_are_refused(kind):
    with pytest.raises(ValueError, match=r"^The array codes was .*; allowed are uint8, uint16, int32 and float32\.$"):
        pack({}, {"codes": np.zeros(3, kind)})
