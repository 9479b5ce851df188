"""Runs: the folder that is the truth, the trainer that writes it, and everyone who reads it."""
