"""`python -m benchmarks [NAME ...] [--json FILE]`: measure, print a table, say by the exit code whether bounds hold."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from benchmarks.decode_browser import decode_browser
from benchmarks.decode_fallback import decode_fallback
from benchmarks.decode_server import decode_server
from benchmarks.figures import HEADING, Figure, write_report
from benchmarks.kill import kill
from benchmarks.latent_map import latent_map
from benchmarks.learning import learning
from benchmarks.listing import listing
from benchmarks.memory import memory
from benchmarks.pairings import pairings
from benchmarks.quality import quality
from benchmarks.question_table import question_table
from benchmarks.refresh import refresh
from benchmarks.sessions import sessions
from benchmarks.soak import soak
from benchmarks.startup import startup
from benchmarks.strips import strips
from benchmarks.tasks import tasks
from benchmarks.training import training
from benchmarks.variants import variants
from benchmarks.verdicts import verdicts

Table = Mapping[str, Callable[[], list[Figure]]]
BENCHMARKS: Table = MappingProxyType(
    {
        "startup": startup,
        "decode_browser": decode_browser,
        "decode_fallback": decode_fallback,
        "decode_server": decode_server,
        "strips": strips,
        "map": latent_map,
        "training": training,
        "refresh": refresh,
        "listing": listing,
        "tasks": tasks,
        "sessions": sessions,
        "kill": kill,
        "soak": soak,
        "memory": memory,
        "question_table": question_table,
        "pairings": pairings,
        "variants": variants,
        "learning": learning,
        "verdicts": verdicts,
        "quality": quality,
    }
)


def main(arguments: Sequence[str] | None = None, table: Table = BENCHMARKS) -> int:
    """0 where every bound holds, 1 where one is missed, 2 where there is no such benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what Hourglass promises.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(table)} (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in table]:
        found = "benchmark called" if len(unknown) == 1 else "benchmarks called"
        print(f"There is no {found} {', '.join(unknown)}; there are {', '.join(table)}.", file=sys.stderr)
        return 2
    measured = _measure({name: table[name] for name in dict.fromkeys(given.names or table)}, given.json)
    missed = [figure for figures in measured.values() for figure in figures if figure.holds is False]
    if missed:
        print(f"{len(missed)} bound{'s' * (len(missed) > 1)} missed.")
    return 1 if missed else 0


def _measure(chosen: Table, report: Path | None) -> dict[str, list[Figure]]:
    """Run one benchmark after the other; each is printed and kept as soon as it is done."""
    measured: dict[str, list[Figure]] = {}
    print(HEADING, flush=True)
    for name, benchmark in chosen.items():
        measured[name] = benchmark()
        for figure in measured[name]:
            print(figure.as_row(name), flush=True)
        if report is not None:
            write_report(report, measured)
    return measured


if __name__ == "__main__":
    sys.exit(main())
