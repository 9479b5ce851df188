"""The parts of the Losses page that train or compute something."""
