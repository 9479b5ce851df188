"""The example notebook and the examples of docs/library.md do what they say, in a kernel of their own."""

import re
from typing import Any

import nbformat
import pytest

from tests.support.notebook import NOTEBOOK, examples, run

pytestmark = pytest.mark.filterwarnings("ignore")  # those of Jupyter's packages


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    return run(tmp_path_factory.mktemp("notebook"), *examples())


def printed(notebook: nbformat.NotebookNode) -> str:
    return "".join(output.text for cell in notebook.cells for output in cell.get("outputs", ()) if "text" in output)


def shown(notebook: nbformat.NotebookNode) -> list[Any]:
    """Return of what kinds the outputs of each cell are."""
    cells = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    return [[(each.output_type, sorted(each.get("data", ()))) for each in outputs] for outputs in cells]


def test_the_models_of_the_notebook_learn_and_come_back_from_their_file(done):
    text = printed(done)
    losses = [float(value) for value in re.findall(r"^epoch.* loss ([\d.]+)", text, re.MULTILINE)]
    assert len(losses) == 4
    assert losses == sorted(losses, reverse=True)
    first, second, weight = re.findall(r"loss ([\d.]+), then ([\d.]+); weight of the KL ([\d.]+)", text)[0]
    assert float(second) < float(first)
    assert float(weight) == 1
    assert "after 30.0 epochs; same codes: True" in text


def test_what_the_notebook_keeps_is_what_it_shows(done):
    kept = nbformat.read(NOTEBOOK, as_version=4)
    assert [cell.source for cell in kept.cells] == [cell.source for cell in done.cells[: len(kept.cells)]]
    assert shown(kept) == shown(done)[: len(shown(kept))]
    assert sum("image/png" in kinds for outputs in shown(kept) for _, kinds in outputs) == 3
    assert sum("text/html" in kinds for outputs in shown(kept) for _, kinds in outputs) == 3
    assert not {output.output_type for cell in kept.cells for output in cell.get("outputs", ())} & {"error"}


def test_the_examples_of_the_library_run_and_say_what_the_catalogue_says(done):
    text = printed(done)
    assert len(examples()) == 3
    assert "Kingma & Welling 2014" in text
    assert "z_mean² − 1 − z_log_var in nats per image" in text
