"""What Hourglass promises about its speed, measured: `python -m benchmarks`."""
