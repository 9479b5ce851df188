"""The explorer: pages, runs, data sets and everything else around the models."""
