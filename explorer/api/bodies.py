"""The newest answers of a route that takes long to make them, bounded in bytes."""

import threading
from collections import OrderedDict
from typing import NamedTuple


class Body(NamedTuple):
    data: bytes
    digest: str


class Bodies:
    """One body a slot, the one of its newest version; those not asked for the longest go first. For any thread."""

    def __init__(self, most_bytes: int):
        self.most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[object, Body]] = OrderedDict()

    def get(self, slot: str, version: object) -> Body | None:
        with self._lock:
            known, body = self._kept.get(slot, (None, None))
            if body is None or known != version:
                return None
            self._kept.move_to_end(slot)
            return body

    def keep(self, slot: str, version: object, body: Body) -> None:
        """Keep a body in place of the slot's last one. One that is larger than all may be is not kept."""
        with self._lock:
            self._kept.pop(slot, None)
            self._kept[slot] = version, body
            while self.size > self.most_bytes:
                self._kept.popitem(last=False)

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(len(body.data) for _, body in self._kept.values())
