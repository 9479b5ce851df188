"""A run, while it trains and afterwards, in parts."""
