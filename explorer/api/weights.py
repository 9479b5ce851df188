"""GET /api/weights: a decoder's layers and weights, for a browser that decodes by itself."""

import hashlib
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from explorer.api.bodies import Bodies, Body
from explorer.api.edge import octets, refuse
from explorer.components.container import pack
from explorer.files import modified
from explorer.library import models as library
from explorer.library.keys import LIVE
from explorer.library.models import DamagedError, LibraryError, ModelEntry
from explorer.runs.arrays import STEP
from models.spec.errors import CheckpointError

MOST_BYTES = 64_000_000
DIGEST = "Hourglass-SHA256"
BODIES = Bodies(2 * MOST_BYTES)


class NoPortableDecoderError(ValueError):
    """The browser cannot run this decoder; the message can be shown."""


def weights(request: Request) -> Response:
    """GET /api/weights?model=KEY: header {model, step, shape, latent, layers} and the weights by name, packed.

    `latent` is how many values the decoder takes: z, and the class where the model is conditional. The digest of the
    body is in a header of its own: weights that do not arrive whole must not be drawn.
    """
    try:
        entry = library.find(request.query_params.get("model", ""))
        body = _body(entry)
    except DamagedError as error:
        return refuse(500, str(error))
    except LibraryError as error:
        return refuse(400, str(error))
    except NoPortableDecoderError as error:
        return refuse(422, str(error))
    except CheckpointError as error:
        return refuse(500, str(error))
    return octets(body.data, {DIGEST: body.digest})


def _body(entry: ModelEntry) -> Body:
    slot = LIVE if entry.live else entry.key  # one live body in all: the next is a second away
    version = entry.snapshot, modified(entry.snapshot)
    if (kept := BODIES.get(slot, version)) is None:
        kept = _packed(entry)
        BODIES.keep(slot, version, kept)
    return kept


def _packed(entry: ModelEntry) -> Body:
    layers, arrays = layers_of(entry), entry.arrays()
    header = {
        "model": entry.key,
        "step": _step_in(arrays, entry.snapshot.name),
        "shape": entry.image_shape,
        "latent": entry.code_length,
        "layers": layers,
    }
    data = pack(header, _named(layers, arrays, entry.snapshot.name))
    return Body(data, hashlib.sha256(data).hexdigest())


def _step_in(arrays: dict[str, np.ndarray], file: str) -> int:
    """Return the step that a snapshot says it is of. Raises CheckpointError where it says none."""
    try:
        return int(arrays[STEP][0])
    except (KeyError, IndexError) as error:
        raise CheckpointError(f"{file} does not say its step. Choose another snapshot.") from error


def layers_of(entry: ModelEntry) -> list[dict[str, Any]]:
    """Return the decoder's layers as its run wrote them. Raises NoPortableDecoderError where there are none."""
    decoder = entry.summary.get("decoder", {})
    if "layers" in decoder:
        return decoder["layers"]
    raise NoPortableDecoderError(
        decoder.get("unsupported")
        or f"{entry.folder.name} was trained by an earlier version of Hourglass, which kept no list of layers. The "
        "server decodes it; train it again to have the browser do so."
    )


def _named(layers: list[dict[str, Any]], arrays: dict[str, np.ndarray], file: str) -> dict[str, np.ndarray]:
    """Return the weights that the layers name. Raises CheckpointError where one is missing, or all are too large."""
    names = [layer[part] for layer in layers for part in ("kernel", "bias") if layer.get(part) is not None]
    if missing := sorted(set(names) - set(arrays)):
        raise CheckpointError(f"{file} lacks the weights {', '.join(missing)[:200]}. Choose another snapshot.")
    found = {name: arrays[name].astype(np.float32) for name in names}
    size = sum(array.nbytes for array in found.values())
    if size > MOST_BYTES:
        raise NoPortableDecoderError(
            f"The decoder's weights are {size / 1e6:,.0f} MB; a browser is sent at most {MOST_BYTES / 1e6:,.0f} MB. "
            "The server decodes this model."
        )
    return found
