"""The promises of Hourglass about its speed, measured: `python -m benchmarks`."""
