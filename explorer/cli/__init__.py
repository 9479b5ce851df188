"""The command line: `hourglass`, or `python -m explorer` in a clone."""
