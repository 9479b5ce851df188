"""Scripts that ruff leaves alone and that have nothing of ours, and an exporter that loads nothing heavy."""

import ast
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from explorer.export.script import script_of
from models.spec.catalogue import PIXEL_MODELS
from models.spec.formula.formula import FormulaError
from models.spec.formula.script import own_term
from tests.support.export_helpers import every_experiment
from tests.support.formula_helpers import formulas, read
from tests.support.helpers import in_python


def settled(folder: Path) -> None:
    """Nothing in the folder is anything to ruff."""
    for command in (["check", "--ignore", "T20,S,INP"], ["format", "--check"]):  # a script prints and stands alone
        done = in_python("-m", "ruff", *command, "--no-cache", "--config", "pyproject.toml", str(folder))
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_every_script_is_clean_short_and_free_of_ours(tmp_path):
    for name, experiment in every_experiment().items():
        text = script_of(experiment)
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        imported = {n.module if isinstance(n, ast.ImportFrom) else n.names[0].name for n in ast.walk(ast.parse(text))
                    if isinstance(n, ast.Import | ast.ImportFrom)}  # fmt: skip
        allowed = {"collections", "datetime", "math", "pathlib", "keras", "numpy"}
        allowed |= {"PIL", "sklearn"} if experiment.dataset == "digits" else set()
        allowed |= {"tensorflow"} if len(experiment.variant_info.learners) > 1 else set()  # for the gradients of each
        assert {str(each).partition(".")[0] for each in imported} <= allowed
        longest = 182 + 110 * (len(experiment.variant_info.learners) > 1) + 80 * ("shapes" in experiment.dataset)
        longest += 30 * bool(PIXEL_MODELS[experiment.pixel_model].binarise)  # the layer or the function that samples
        assert sum(bool(line) for line in text.splitlines()) < longest
        assert not re.findall(r"experiment|last\(|linear\(|/hourglass|named", text.replace("linear_warm_up", ""))
    settled(tmp_path)


def test_any_formula_becomes_code_that_ruff_leaves_alone(tmp_path):
    entries, functions = [], []

    @given(formulas())
    @settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def write(text):
        if not isinstance(formula := read(text), FormulaError):
            value, function = own_term(f"term{len(entries)}", formula, 100)
            entries.append(f'        "term{len(entries)}": {value},')
            functions.extend([f"{function}\n\n\n"] if function else [])

    write()
    assert len(functions) > 10
    table = "\n".join(["def terms(x, tensors):", "    return {", *entries, "    }", ""])
    (tmp_path / "terms.py").write_text("".join(["from keras import ops\n\n\n", *functions, table]), encoding="utf-8")
    settled(tmp_path)


def test_the_exporter_does_without_the_heavy_libraries():
    code = (
        "import sys; from explorer.export.script import script_of; from models.spec.experiment import Experiment; "
        "script_of(Experiment()); "
        "print({n.partition('.')[0] for n in sys.modules} & {'keras', 'tensorflow', 'sklearn', 'streamlit', 'PIL'})"
    )
    done = in_python("-c", code)
    assert done.stdout.strip() == "set()", done.stdout + done.stderr
