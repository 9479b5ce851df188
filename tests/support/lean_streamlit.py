"""Streamlit without the work that it repeats for every page of a process of the tests."""

import functools


def spare_work() -> None:
    """Keep what Streamlit finds in the metadata of all installed packages, and keep it from Keras.

    It looks for components anew for each page without a browser, which takes most of a second of the processor's time.
    After each run of a page it clears the session of Keras, if that is loaded: seconds, where many models were built.
    The app's process never loads it (tests/process/app_pages/test_app_process.py), but this one does.
    """
    from streamlit.components.v2 import manifest_scanner
    from streamlit.runtime.scriptrunner import script_runner

    found = functools.cache(manifest_scanner.scan_component_manifests)
    manifest_scanner.scan_component_manifests = found  # ty: ignore[invalid-assignment]
    clean = script_runner._clean_problem_modules
    script_runner._clean_problem_modules = functools.wraps(clean)(lambda: None)  # ty: ignore[invalid-assignment]
