"""Real analysts that are closed before they are ready, and that make room before they hold too much."""

import contextlib

import psutil
import pytest

from explorer.analyst.client import AnalystClient
from explorer.analyst.errors import AskAgainError
from tests.support.helpers import quick, wait_for


def test_closing_while_it_starts_leaves_no_process_and_answers_in_words(empty_home):
    client = AnalystClient()
    client.start()
    client.start()
    wait_for(lambda: client.pid, 10)
    process = psutil.Process(client.pid)
    client.close()
    wait_for(lambda: not process.is_running(), 10)
    with pytest.raises(AskAgainError):
        client.ask("decode")
    assert client.pid is None


def test_many_estimates_keep_within_the_memory_and_all_are_answered(empty_home):
    limit = 680 * 2**20  # a process has about 630 MB after one estimate, and 8 to 17 more after each further one
    client, most = AnalystClient("tiny", most_memory=limit), 0
    assert client.wait_ready(120)
    try:
        for size in range(2, 10):
            given = quick().model_dump() | {"latent_dim": size}
            future = client.ask("estimate", experiment=given, image_shape=[28, 28, 1], classes=10)
            assert future.result(120)[0]["images_per_second"] > 0
            if client.ready and client.pid:
                with contextlib.suppress(psutil.NoSuchProcess):
                    most = max(most, psutil.Process(client.pid).memory_info().rss)
        assert client.restarts > 0
        assert limit / 2 < most < limit + 2**26
        assert not client.gave_up
    finally:
        client.close()
