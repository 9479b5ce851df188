"""The command `hourglass`; `python -m explorer` is the same."""

import sys

from explorer.cli.app import open_app


def main() -> int:
    """Run the command line and return its exit code.

    The app opens before anything else is imported: half a second that the other commands' imports would take.
    """
    if sys.argv[1:2] == ["app"] and not {"-h", "--help"}.intersection(sys.argv):
        open_app(sys.argv[2:])
    from explorer.cli.parser import main

    return main()


if __name__ == "__main__":
    sys.exit(main())
