"""Routes that lead somewhere else."""

import asyncio

import pytest
from starlette.applications import Starlette

from explorer.api.routes import routes


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
