"""The process that trains one run: the only writer of its folder."""
