"""The five wirings: all train the same objective, and the table says what was measured."""

import importlib
import json

import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.analyst.answers import wirings as lab
from explorer.components.choice_table import Row
from models.spec.wirings import CAPABILITIES, WIRINGS
from models.wirings.bench import BATCH, KL_WEIGHT, Bench
from models.wirings.capabilities import CHECKS, CLOSE, check
from tests.support.helpers import in_python

NAMES = list(WIRINGS)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(lab.some_digits())


@pytest.fixture(scope="module")
def answer() -> dict:
    """The whole measurement, made once; what it reported on its way is in it too."""
    reports: list[tuple[str, float]] = []
    return {**lab.measure_wirings(lambda *report: reports.append(report)), "reports": reports}


@pytest.mark.parametrize("count", [BATCH, lab.SHORT, 1])
@pytest.mark.parametrize("name", NAMES)
def test_total_and_gradients_are_the_reference_s(bench, name, count):
    found = bench.compare(bench.wire(name), count)
    assert found["total_difference"] <= 1e-5
    assert found["gradient_difference"] <= 1e-5
    assert found["total"] > 100  # nats of a whole image, not of a pixel


@pytest.mark.parametrize("name", NAMES)
def test_a_wiring_with_another_weight_is_found_out(bench, name):
    found = bench.compare(bench.wire(name, kl_weight=2 * KL_WEIGHT), BATCH)
    assert found["total_difference"] > 1e-5
    assert found["gradient_difference"] > 1e-5


def test_measuring_moves_nothing(bench, answer):
    """Nothing but `second_optimizer` moves weights, and it puts them back."""
    del answer
    before = [variable.numpy() for variable in bench.variables]
    bench.compare(bench.wire("train_step"), BATCH)
    assert check("second_optimizer", bench, "train_step", bench.wire("train_step"))["ok"]
    for variable, value in zip(bench.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


@pytest.mark.parametrize("name", ["dict_outputs", "concatenated", "add_loss"])
def test_these_need_targets(bench, name):
    wired = bench.wire(name)
    with pytest.raises(ValueError, match=r"None values|different structures"):
        wired.model.train_on_batch(bench.images[:BATCH])


def test_dict_outputs_need_a_target_for_the_kl_and_do_not_read_it(bench):
    images = bench.images[:BATCH]
    with pytest.raises(ValueError, match="different structures"):
        bench.wire("dict_outputs").model.train_on_batch(images, {"reconstruction": images})
    wired = bench.wire("dict_outputs")
    expected = bench.step(wired)["loss"]
    bench.rewind()
    other = {**wired.module.targets(images), "kl": np.full((BATCH, 1), 7, np.float32)}
    assert wired.model.train_on_batch(images, other, return_dict=True)["loss"] == expected


@pytest.mark.parametrize("name", ["compute_loss", "train_step"])
def test_these_need_no_target(bench, name):
    assert importlib.import_module(f"models.wirings.{name}").targets(bench.images) is None


def test_a_term_is_reported_where_it_is_written_again_as_a_metric(bench):
    """The summaries of the two wirings that report the total only say so."""
    wired = bench.wire("add_loss")
    term = wired.module.reconstruction
    wired.model.compile(wired.recorder, loss=term, metrics=[term], jit_compile=False)
    bench.rewind()
    logs = wired.model.evaluate(bench.images, bench.images, batch_size=BATCH, return_dict=True, verbose=0)
    assert logs["reconstruction"] == pytest.approx(bench.truth()["reconstruction"], rel=CLOSE)


def test_every_cell_is_measured(answer):
    assert list(CHECKS) == list(CAPABILITIES)
    assert list(answer["wirings"]) == NAMES
    assert json.dumps(answer, allow_nan=False), "it goes to the page as JSON"
    for measured in answer["wirings"].values():
        assert list(measured["cells"]) == list(CAPABILITIES)
        for cell in measured["cells"].values():
            assert isinstance(cell["ok"], bool)
            assert 10 < len(cell["note"]) < 200


# What keras 3.15 does, measured. Another version may do better: then this table and the page's advice change with it.
CANNOT = {
    "named_terms": {"concatenated", "add_loss"},
    "short_batch": {"dict_outputs"},
    "live_weights": set(),
    "second_optimizer": {"dict_outputs", "concatenated", "add_loss", "compute_loss"},
    "evaluate": set(),
    "saving": set(),
}


@pytest.mark.parametrize("capability", CANNOT)
def test_the_honest_differences(answer, capability):
    cells = {name: measured["cells"][capability] for name, measured in answer["wirings"].items()}
    assert {name for name, cell in cells.items() if not cell["ok"]} == CANNOT[capability], cells


def test_the_notes_give_the_numbers(answer):
    cells = answer["wirings"]["dict_outputs"]["cells"]
    assert "instead of" in cells["short_batch"]["note"]
    assert cells["live_weights"]["note"].endswith("A number set in model.loss_weights moved it by 0.00.")
    assert cells["second_optimizer"]["note"] == "ValueError: Could not interpret optimizer identifier: [SGD, SGD]"


def test_what_a_check_raises_is_its_answer(bench, monkeypatch):
    monkeypatch.setattr(keras.models, "load_model", lambda _path: open("/there/is/no/such"))  # noqa: PTH123, SIM115
    cell = check("saving", bench, "add_loss", bench.wire("add_loss"))
    assert cell == {"ok": False, "note": "FileNotFoundError: [Errno 2] No such file or directory: '/there/is/no/such'"}


def test_the_measurement_reports_where_it_is(answer):
    shares = [share for _, share in answer["reports"]]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] < 1
    assert {stage for stage, _ in answer["reports"]} >= {"add_loss: saving", "train_step: second optimizer"}
    assert answer["images"] % answer["batch"] == answer["wirings"]["add_loss"]["short"]["images"] == 6


def test_titles_and_sources_are_read_without_keras():
    done = in_python(
        "-c",
        "import sys; from models.spec.wirings import WIRINGS, CAPABILITIES\n"
        "assert all('def wire(' in info.source() for info in WIRINGS.values())\n"
        "import explorer.app_pages.lab.wirings\n"
        "print(sorted({'keras', 'tensorflow', 'sklearn'} & set(sys.modules)))",
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def page(monkeypatch: pytest.MonkeyPatch, look, wiring: str = "") -> tuple[AppTest, list[Row]]:
    """The part of the page, with `look` in place of the measurement, and the rows of its table."""
    from explorer.app_pages.lab import wirings
    from explorer.services import SERVICES

    class Measured:
        asked_again = 0

        def poll(self):
            return look(self)

        def again(self):
            self.asked_again += 1

        def stop(self):
            raise AssertionError("Nobody pressed Stop.")

    rows: list[Row] = []

    def table(_label, heads, given, chosen, **_settings):
        assert {len(row.cells) for row in given} == {len(heads) - 1}
        rows[:] = given
        return list(filter(None, chosen))

    def script():
        from explorer.app_pages.lab.wirings import show_wirings

        show_wirings()

    monkeypatch.setattr(SERVICES, "wirings", Measured())
    monkeypatch.setattr(wirings, "choice_table", table)
    shown = AppTest.from_function(script, default_timeout=30)
    if wiring:
        shown.query_params["wiring"] = wiring
    return shown.run(), rows


def test_the_page_shows_the_table_first_and_the_code_and_numbers_of_the_chosen_wiring(monkeypatch, answer):
    shown, rows = page(monkeypatch, lambda _measured: answer)
    assert not shown.exception
    assert not shown.code
    marks = [cell.text for row in rows for cell in row.cells[1:]]
    assert marks.count("No") == sum(map(len, CANNOT.values()))
    assert marks.count("Yes") == len(WIRINGS) * (1 + len(CAPABILITIES)) - marks.count("No")
    shown, _ = page(monkeypatch, lambda _measured: answer, "dict_outputs")
    assert shown.code[0].value == WIRINGS["dict_outputs"].source().strip()
    texts = " ".join(element.value for element in shown.markdown)
    assert "Same total, same gradients" in texts
    assert f"{answer['wirings']['dict_outputs']['short']['total']:.4f}" in texts
    assert answer["wirings"]["dict_outputs"]["cells"]["evaluate"]["note"] in texts


def test_a_failed_measurement_can_be_tried_again(monkeypatch, answer):
    from explorer.analyst.errors import AnalystError

    def look(measured):
        if not measured.asked_again:
            raise AnalystError("The digits cannot be read.")
        return answer

    shown, rows = page(monkeypatch, look, "add_loss")
    assert "The digits cannot be read" in shown.error[0].value
    assert len(shown.code) == 1, "the code is there in any case"
    assert {cell.text for row in rows for cell in row.cells[1:]} == {"…"}
    shown.button(key="wirings-again").click().run()
    assert not shown.error
    assert {cell.text for row in rows for cell in row.cells[1:]} == {"Yes", "No"}


def test_the_progress_is_shown_while_it_is_measured(monkeypatch):
    from explorer.analyst.jobs import Progress

    shown, rows = page(monkeypatch, lambda _measured: Progress(stage="add_loss: saving", share=0.5), "add_loss")
    assert not shown.exception
    assert len(rows) == len(WIRINGS)
    assert len(shown.code) == 1
