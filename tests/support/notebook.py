"""The example notebook, run as a notebook runs. `python -m tests.support.notebook` keeps what its cells show."""

import re
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tests.support.helpers import ROOT, environment

NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
LIBRARY = ROOT / "docs" / "library.md"


def run(folder: Path, *more: str) -> nbformat.NotebookNode:
    """Return the notebook with what its cells show, run in a folder by a kernel that finds our modules.

    `more` are further cells, run after its own. Raises nbclient's CellExecutionError where a cell fails. Standard error
    is left out: what TensorFlow says there has the time in it.
    """
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.extend(nbformat.v4.new_code_cell(text) for text in more)
    client = NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(folder)}})
    client.execute(env=environment())
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def examples() -> list[str]:
    """Return the Python of docs/library.md, in its order."""
    return re.findall(r"^```python\n(.*?)^```", LIBRARY.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept_nowhere:
        nbformat.write(run(Path(kept_nowhere)), NOTEBOOK)
