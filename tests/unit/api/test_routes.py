"""Routes that lead somewhere else."""

import asyncio
import json
import shutil

import pytest
from starlette.applications import Starlette

from explorer.api.routes import routes
from explorer.runs.layout import kept_snapshots
from tests.support.api_helpers import call
from tests.support.helpers import OLD_RUN


@pytest.mark.parametrize(("query", "to"), [("", "./"), ("model=run/a%20b&of=all", "./?model=run/a%20b&of=all")])
def test_explore_is_found_by_its_name_too(query, to):
    sent: list[dict] = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/explore", "root_path": "", "query_string": query.encode(),
        "headers": [],
    }  # fmt: skip
    asyncio.run(Starlette(routes=routes())(scope, receive, send))
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"location"].decode()) == (307, to)


def test_a_snapshot_of_a_link_is_marked_and_others_are_refused_in_words(empty_home):
    run = empty_home / "runs" / "first"
    shutil.copytree(OLD_RUN, run)
    for _ in range(3):
        assert call("/api/keep", {"model": "run/first@18"}, {}, method="POST")[0] == 204
    assert kept_snapshots(run) == {18}
    assert call("/api/keep", {"model": "bundled/mnist-vae-2d"}, {}, method="POST")[0] == 204
    for key in ("run/first@5", "run/other@18", "../first@18", ""):
        status, _, body = call("/api/keep", {"model": key}, {}, method="POST")
        assert (status, json.loads(body)["error"].endswith(".")) == (400, True)
    assert call("/api/keep", {"model": "run/first@18"}, {})[0] == 405
    assert (
        call("/api/keep", {"model": "run/first@18"}, {"origin": "https://elsewhere.example"}, method="POST")[0] == 403
    )
    assert kept_snapshots(run) == {18}
