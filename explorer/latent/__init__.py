"""Mathematics of codes: planes and activity. NumPy only."""
