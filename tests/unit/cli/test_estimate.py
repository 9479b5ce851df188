"""The command `estimate`: what it refuses."""

import pytest

from explorer.cli.parser import main
from explorer.runs.layout import write_experiment
from tests.support.helpers import quick


def test_a_folder_without_a_model_is_refused(tmp_path, capsys):
    assert main(["estimate", str(tmp_path)]) == 2
    assert "it has no experiment.json" in capsys.readouterr().err
    write_experiment(tmp_path, quick())
    assert main(["estimate", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{tmp_path} has no snapshot. Give the folder of a run, such as runs/NAME.\n"


def test_a_run_may_be_given_by_its_name_in_the_list(empty_home, capsys):
    folder = empty_home / "runs" / "one"
    folder.mkdir(parents=True)
    write_experiment(folder, quick())
    assert main(["estimate", "one"]) == 2
    assert capsys.readouterr().err.startswith(f"{folder} has no snapshot.")
    assert main(["estimate", "x" * 300]) == 2
    assert "has no experiment.json" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["0", "-3", "2.5", "many", "1000001"])
def test_a_number_that_is_none_is_refused(given, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["estimate", str(tmp_path), "--samples", given])
    assert ended.value.code == 2
    assert "whole number from 1 to 1,000,000" in capsys.readouterr().err
