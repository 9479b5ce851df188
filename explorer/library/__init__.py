"""Every model that can be opened: bundled ones, runs and their snapshots."""
