"""Pixel values that rounding may go wrong at."""

import numpy as np

BYTES = np.arange(256, dtype=np.uint8)
TIES = ((np.arange(255) + 0.5) / 255).astype(np.float32)  # as near to halfway between two bytes as float32 comes
NEAR = np.concatenate([np.nextafter(TIES, np.float32(0)), TIES, np.nextafter(TIES, np.float32(1))])
OUTSIDE = np.array([np.nan, np.inf, -np.inf, -0.2, 1.2, 3e38, 0.0, 1.0], np.float32)
