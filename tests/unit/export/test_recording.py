"""How the lines of a script are made: from recorded calls of Keras, and from sources of ours."""

import pytest

from explorer.export import source
from explorer.export.lines import lines_of
from explorer.export.source import ExportError
from models.spec.recorder import Recorder


def recorded(build) -> list[str]:
    """The lines of what a function builds with `keras` and `layers`."""
    stand_in = Recorder().keras["keras"]
    return [line for _, line in lines_of([build(stand_in, stand_in.layers)])]


def test_layers_are_written_in_the_order_in_which_seeds_are_drawn():
    def build(k, layers):
        image = k.Input((4,), name="image")
        x = layers.LeakyReLU(0.2)(layers.Dense(3)(layers.Dropout(0.5)(image)))
        return k.Model(image, layers.Add()([x, layers.Dense(3)(x)]), name="network")

    assert recorded(build) == [
        'image = keras.Input((4,), name="image")',
        "x = layers.LeakyReLU(0.2)(layers.Dense(3)(layers.Dropout(0.5)(image)))",
        'network = keras.Model(image, layers.Add()([x, layers.Dense(3)(x)]), name="network")',
    ]


def test_a_name_is_only_used_again_when_nothing_reads_what_had_it():
    def build(k, layers):
        image = k.Input((4,), name="image")
        first = layers.Dense(3)(image)
        second = layers.Dense(3)(first)
        third = layers.Dense(3)(second)
        return k.Model(image, {"sum": layers.Add()([first, third]), "third": third}, name="network")

    assert recorded(build)[1:-1] == [
        "x = layers.Dense(3)(image)",
        "x2 = layers.Dense(3)(x)",
        "third = layers.Dense(3)(x2)",
        "sum = layers.Add()([x, third])",
    ]


def test_a_source_that_cannot_be_exported_is_named_with_its_place(monkeypatch, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("from models.spec import tensors\n\n\ndef term(z):\n    return z[tensors.Z]\n", encoding="utf-8")
    monkeypatch.setattr(source, "file_of", lambda _: path)
    with pytest.raises(ExportError, match=r"^models\.mine line 4: term uses tensors, which a script does not have\."):
        source.copy("models.mine", ["term"])
