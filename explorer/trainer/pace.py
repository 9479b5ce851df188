"""The duration and the speed of a training."""

import time

WINDOW = 16  # polls over which the rate is taken


class Pace:
    """Wall-clock seconds of training: everything a step costs, the store and the previews included, but no pause."""

    def __init__(self):
        self.images = 0
        self._before, self._since = 0.0, None
        self._looks: list[tuple[float, int]] = []

    @property
    def running(self) -> bool:
        return self._since is not None

    def start(self) -> None:
        self._since = time.perf_counter()
        self._looks.clear()

    def stop(self) -> None:
        self._before, self._since = self.seconds, None

    @property
    def seconds(self) -> float:
        return self._before + (time.perf_counter() - self._since if self._since is not None else 0.0)

    def rate(self) -> float:
        """Return images per second over the last polls. Call it about as often as the page shows it."""
        self._looks = [*self._looks[1 - WINDOW :], (self.seconds, self.images)]
        (then, seen), (now, count) = self._looks[0], self._looks[-1]
        return (count - seen) / (now - then) if now > then else 0.0
