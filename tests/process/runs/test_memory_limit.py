"""What is free under a limit of the process, which only another process can be given."""

import sys

import pytest

from explorer.runs.memory import RESERVED
from tests.support.helpers import in_python

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (8 * 10**9, resource.RLIM_INFINITY))
from explorer.runs.memory import free_memory
print(free_memory())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_the_limit_of_addresses_counts_without_those_that_are_never_filled():
    done = in_python("-c", LIMITED)
    assert 0 < int(done.stdout) <= 8 * 10**9 - RESERVED, done.stderr
