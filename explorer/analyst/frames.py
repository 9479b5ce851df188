"""Messages between the app and the analyst: a JSON header and raw bytes, both with their length in front."""

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct("<II")
LARGEST = 256 * 2**20


def frame(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """The message as it is sent."""
    encoded = json.dumps(header).encode()
    return _LENGTHS.pack(len(encoded), len(payload)) + encoded + payload


def write_frame(stream: IO[bytes], header: dict[str, Any], payload: bytes = b"") -> None:
    stream.write(frame(header, payload))
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """The next message. Raises EOFError where the stream has ended, ValueError for a length that cannot be meant."""
    header_size, payload_size = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    if max(header_size, payload_size) > LARGEST:
        raise ValueError(
            f"A message of {max(header_size, payload_size):,} bytes came; at most {LARGEST:,} are allowed."
        )
    return json.loads(_exactly(stream, header_size)), _exactly(stream, payload_size)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("The other side has closed.")
    return data
