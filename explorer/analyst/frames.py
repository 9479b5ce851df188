"""Messages between the app and the analyst: a JSON header and raw bytes, both with their length in front."""

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct("<II")
LARGEST = 256 * 2**20


def frame(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """Return the message as it is sent."""
    encoded = json.dumps(header).encode()
    return _LENGTHS.pack(len(encoded), len(payload)) + encoded + payload


def write_frame(stream: IO[bytes], header: dict[str, Any], payload: bytes = b"") -> None:
    stream.write(frame(header, payload))
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read the next message. Raises EOFError where the stream has ended, ValueError for bytes that are no message."""
    header_size, payload_size = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    if max(header_size, payload_size) > LARGEST:
        raise ValueError(
            f"A message of {max(header_size, payload_size):,} bytes came; at most {LARGEST:,} are allowed."
        )
    header = json.loads(_exactly(stream, header_size))
    if not isinstance(header, dict):
        raise ValueError(f"A message began with {str(header)[:40]!r}; it must begin with a JSON object.")  # noqa: TRY004
    return header, _exactly(stream, payload_size)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("The other side has closed.")
    return data
