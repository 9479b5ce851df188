"""The data sets that can be explored: bundled, generated, downloaded."""
