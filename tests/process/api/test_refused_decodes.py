"""What the route that decodes refuses, and that no process is asked for it."""

import json

import numpy as np
import pytest

from explorer.analyst.client import AnalystClient
from explorer.services import SERVICES
from tests.support.api_helpers import call_decode

KEY = "run/quick"
CODE = np.zeros(2, "<f4").tobytes()


class Unasked(AnalystClient):
    """A decoder that nobody may ask."""

    def ask(self, *_: object, **values: object):
        raise AssertionError(f"The decoder was asked: {values}.")


@pytest.fixture
def service(trained, monkeypatch):
    monkeypatch.setattr(SERVICES, "decoder", Unasked())


@pytest.mark.parametrize(
    ("key", "body", "headers", "status", "sentence"),
    [
        (KEY, b"", {}, 400, "The code was 0 bytes; this model takes 1 to 256 codes of 2 float32 values."),
        (KEY, bytes(7), {}, 400, "The code was 7 bytes"),
        (KEY, bytes(12), {}, 400, "The code was 12 bytes"),
        (KEY, bytes(8 * 257), {}, 400, "The code was 2056 bytes"),
        (KEY, bytes(256 * 1024 * 4 + 1), {}, 400, "The request was over 1,048,576 bytes. Send fewer codes."),
        (KEY, np.array([0, np.nan], "<f4").tobytes(), {}, 400, "A value of the code is not finite"),
        (KEY, np.array([0, -np.inf], "<f4").tobytes(), {}, 400, "A value of the code is not finite"),
        (KEY, np.array([0, 10001], "<f4").tobytes(), {}, 400, "A value of the code is not finite or beyond ±10"),
        ("run/absent", CODE, {}, 400, "There is no model run/absent."),
        (f"{KEY}@5", CODE, {}, 400, "quick has no snapshot at step 5 any more."),
        ("", CODE, {}, 400, "The model was ''; allowed is bundled/NAME or run/NAME."),
        ("run/../quick", CODE, {}, 400, "The model was 'run/../quick'; allowed is"),
        ("run/" + "x" * 9999, CODE, {}, 400, "The model was 'run/xxx"),
        (KEY, CODE, {"origin": "http://evil.example"}, 403, "This request came from another site."),
        (KEY, CODE, {"origin": "http://localhost:8502"}, 403, "This request came from another site."),
        (KEY, CODE, {"origin": "null"}, 403, "This request came from another site."),
        (KEY, CODE, {"origin": "http://["}, 403, "This request came from another site."),
    ],
    ids=range(17),
)  # fmt: skip
def test_the_route_refuses_in_a_sentence(service, key, body, headers, status, sentence):
    found, _, answer = call_decode(key, body, **headers)
    assert found == status
    assert json.loads(answer)["error"].startswith(sentence)
