"""What the Explore page computes: planes, slider ranges, pictures. No Streamlit."""

from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from explorer.components import Dimension
from explorer.figures import Plane
from explorer.latent.client import AnalystClient, AnalystError, AskAgainError
from explorer.latent.planes import PrincipalPlane, active_dimensions, activity
from explorer.latent.projections import kept_projection
from explorer.library import Codes, ModelEntry

LOW, HIGH = 0.5, 99.5  # percentiles of the data that a slider reaches
WAIT = 0.25  # seconds a page may wait for one decode


def dimensions(codes: Codes, prior: bool) -> list[Dimension]:
    """A slider for each latent dimension, the most active first; ranges from the data's percentiles."""
    low, high = np.percentile(codes.mean, [LOW, HIGH], axis=0)
    margin = np.maximum(0.05 * (high - low), 1e-3)
    mean, std = codes.mean.mean(axis=0), codes.mean.std(axis=0)
    worth = activity(codes.mean, codes.log_var)
    active = active_dimensions(codes.mean, codes.log_var)
    if prior:  # a dead dimension's codes are all near 0, but its prior is not
        low, high = np.where(active, low, -2.0), np.where(active, high, 2.0)
    order = np.argsort(-worth, kind="stable") if len(worth) > 2 else np.arange(len(worth))
    return [
        Dimension(
            index=int(i), low=float(low[i] - margin[i]), high=float(high[i] + margin[i]),
            reset=0.0 if prior else float(mean[i]), mean=float(mean[i]), std=float(std[i]),
            active=bool(active[i]), activity=float(worth[i]),
        )
        for i in order
    ]  # fmt: skip


def dimension_plane(codes: np.ndarray, first: int, second: int) -> Plane:
    """Two latent dimensions as they are."""
    return Plane(codes[:, [first, second]], (f"z{first}", f"z{second}"), name=f"z{first}-z{second}")


def principal_plane(codes: np.ndarray) -> Plane:
    fitted = PrincipalPlane(codes)
    share = f"{fitted.explained:.0%} of the variance"
    return Plane(
        fitted.project(codes),
        (f"first principal component ({share} in both)", "second principal component"),
        name="pca",
    )


def single_dimension(codes: np.ndarray, labels: np.ndarray) -> Plane:
    """One dimension against the class, each spread a little so that points do not hide each other."""
    spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(labels))
    return Plane(np.column_stack([codes[:, 0], labels + spread]), ("z0", "class"), name="z0")


@dataclass
class Projection:
    """A UMAP under way: how far it is, and its answer."""

    answer: Future
    stage: str = "starting its process"
    share: float = 0.0

    def note(self, progress: dict) -> None:
        self.stage, self.share = progress["stage"], progress["share"]


class Projections:
    """UMAPs of the whole server, by the codes they are of: a second page joins the one under way."""

    def __init__(self, workbench: AnalystClient):
        self.workbench = workbench
        self._running: dict[str, Projection] = {}
        self._failed: dict[str, AnalystError] = {}

    def request(self, key: str, codes: np.ndarray) -> np.ndarray | Projection:
        """The points if they are known, else the projection under way.

        Raises AnalystError where it failed, and again until `forget_failure`: it must not be tried without end.
        """
        if key in self._failed:
            raise self._failed[key]
        kept = kept_projection(codes)
        if kept is not None:
            self._running.pop(key, None)
            return kept
        under_way = self._running.get(key)
        if under_way is None:
            try:
                under_way = self._begin(key, codes)
            except AskAgainError:
                return Projection(Future())  # asked again at the next look
        if under_way.answer.done():
            del self._running[key]
            try:
                _, data = under_way.answer.result()
            except AnalystError as error:
                self._failed[key] = error
                raise
            return np.frombuffer(data, np.float32).reshape(-1, 2)
        return under_way

    def forget_failure(self, key: str) -> None:
        self._failed.pop(key, None)

    def _begin(self, key: str, codes: np.ndarray) -> Projection:
        projection = Projection(Future())
        payload = np.ascontiguousarray(codes, np.float32).tobytes()
        projection.answer = self.workbench.ask("project", payload, projection.note, shape=list(codes.shape))
        self._running[key] = projection
        return projection


def decoded(decoder: AnalystClient, entry: ModelEntry, code: np.ndarray) -> np.ndarray | None:
    """The picture of one code, (height, width, channels) uint8, or None where it cannot be had at once."""
    try:
        answer = decoder.ask(
            "decode", np.asarray(code, np.float32).tobytes(), folder=str(entry.folder), snapshot=str(entry.snapshot)
        )
        _, pixels = answer.result(WAIT)
    except (AnalystError, TimeoutError):
        return None
    return np.frombuffer(pixels, np.uint8).reshape(entry.image_shape)
