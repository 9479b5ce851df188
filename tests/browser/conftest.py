"""What the tests of the browser share beside Chromium and the app: a page on which it runs networks by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.network_page import NetworkPage


@pytest.fixture(scope="module")
def network_page() -> Iterator[NetworkPage]:
    """Yield the page on which the browser runs networks."""
    from tests.support.network_page import served_page  # which imports TensorFlow: no other test waits for it

    with served_page() as served:
        yield served
