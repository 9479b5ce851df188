"""Keras without what nothing here uses; imported first by a process that trains or computes, because it starts faster.

Keras imports scikit-learn and pandas where it finds them, for wrappers and data frames, and with them all of SciPy's
statistics. The garbage collector looks again and again through what an import makes, all of which stays. Together
these took two fifths of the processor's time of `import keras`.
"""

import gc
import sys

UNUSED = ("sklearn", "pandas")


def _import_keras() -> None:
    hidden = [name for name in UNUSED if name not in sys.modules]
    collects = gc.isenabled()
    gc.disable()
    for name in hidden:
        sys.modules[name] = None  # ty: ignore[invalid-assignment] (Python then says that it is not installed)
    try:
        import keras  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]
        gc.freeze()
        if collects:
            gc.enable()


_import_keras()
