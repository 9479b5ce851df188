"""What the app's process reads of models/spec is read without Keras."""

from tests.support.helpers import in_python


def test_formulas_are_read_without_keras():
    """The app's process reads them."""
    code = "import sys, models.spec.formula.formula; sys.exit(bool({'keras', 'tensorflow', 'numpy'} & {*sys.modules}))"
    assert in_python("-c", code).returncode == 0


def test_tables_are_read_without_keras():
    code = "import sys, models.spec.pairings, explorer.diagnosis.pairing_outcomes; sys.exit('keras' in sys.modules)"
    done = in_python("-c", code)
    assert done.returncode == 0, done.stderr
