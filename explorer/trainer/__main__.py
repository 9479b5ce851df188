"""`python -m explorer.trainer RUN_FOLDER`: beats before it imports what trains, which takes seconds."""

import sys
from pathlib import Path

from explorer.runs.heartbeat import Heart
from explorer.runs.output import forgive_output


def run(folder: Path) -> int:
    """Run the experiment in a folder and return the exit code."""
    forgive_output()
    with Heart(folder):
        from explorer.runs.priority import give_way
        from explorer.trainer.process import main

        give_way()
        return main(folder)


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
