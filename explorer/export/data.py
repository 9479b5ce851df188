"""The part of a script that loads images, trains on them, and keeps what was learned."""

from explorer.datasets.catalogue import DatasetInfo
from explorer.export.source import Copied, ExportError, copy
from explorer.export.text import call, literal
from models.spec.catalogue import EACH_STEP, ONCE, PIXEL_MODELS
from models.spec.experiment import Experiment

OF_KERAS = ("mnist", "fashion_mnist")
LOADED = (*OF_KERAS, "digits", "shapes", "shapes64", "shapes_rgb")

_SHAPES = '''def load_shapes():
    """Return images and labels to train on, and the same for the test."""
    factors = sample_factors({examples})
    images, labels = draw_shapes(factors, side={side}), factors["shape"].astype(np.int64)
{paint}    return (images[:{training}], labels[:{training}]), (images[{training}:], labels[{training}:])'''
_PAINT = "    images = paint(images, sample_hues({examples}))\n"

_INPUTS = '''def with_class(images, labels):
    """Return a batch as the networks take it: the images, and their classes one-hot."""
    return {"image": images, "label": keras.utils.to_categorical(labels, CLASSES)}'''

_MAIN = '''def main():
    """Train, evaluate, and save the networks and pictures in a new folder."""
    folder = Path(f"{{Path(__file__).stem}}_{{datetime.now():%Y-%m-%d_%H-%M-%S}}")
    folder.mkdir()  # never one that is there
    (images, {labels}), (test_images, {test_labels}) = {load}
{binarise}    images, test_images = (x{axis}.astype("float32") / 255.0 for x in (images, test_images))
    {split}
    {fit}
    {test}
    print("Test:", "  ".join(f"{{name}} {{value:.2f}}" for name, value in test.items()))
    for network in ({networks}):
        network.save(folder / f"{{network.name}}.keras")
    shown = test_images[:16]
{pictures}
    sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in rows])
    keras.utils.save_img(folder / "pictures.png", np.rint(255.0 * sheet), scale=False)


if __name__ == "__main__":
    main()
'''
_SPLIT = "held_out, train = np.split(np.random.default_rng(SEED).permutation(images), [HELD_OUT])"
_BINARISE = {
    ONCE: "    images, test_images = binarised(images, SEED), binarised(test_images, SEED + 1)\n",
    EACH_STEP: """    # Images to train on are sampled anew at each step, by the model; all others once.
    held = np.random.default_rng(SEED).permutation(len(images))[:HELD_OUT]
    images[held] = binarised(images, SEED)[held]
    test_images = binarised(test_images, SEED + 1)
""",
}
_LABELLED_SPLIT = """order = np.random.default_rng(SEED).permutation(len(images))
    held_out, train = (with_class(images[rows], labels[rows]) for rows in np.split(order, [HELD_OUT]))"""
_CODES = "    codes = np.random.default_rng(SEED).normal(size=(16, LATENT_DIM))  # from the prior\n"
_CLASSES = """    classes = keras.utils.to_categorical(np.arange(16) % CLASSES, CLASSES)
    codes = np.concatenate([codes, classes], axis=1)
"""


def _binarise(experiment: Experiment) -> str:
    return PIXEL_MODELS[experiment.pixel_model].binarise


def _known(info: DatasetInfo) -> str:
    """Return the name of a data set. Raises ExportError for one of which a script would not know how to get it."""
    if info.name not in LOADED:
        raise ExportError(f"The data set was {info.name}; a script can load {', '.join(LOADED)}. Add it to data.py.")
    return info.name


def functions_of(experiment: Experiment, info: DatasetInfo) -> Copied:
    """Copy the functions that the images are made with. Raises ExportError for one that a script cannot load."""
    sampled = copy("explorer.datasets.binary", ["binarised"]) if _binarise(experiment) else Copied()
    return _of_data_set(info) | sampled


def _of_data_set(info: DatasetInfo) -> Copied:
    if _known(info) in OF_KERAS:
        return Copied()
    if info.name == "digits":
        of_digits = copy("explorer.datasets.loading", ["scaled_digits"])
        return of_digits | Copied(imports={"from sklearn.datasets import load_digits"})
    colours = ["sample_hues", "paint"] if info.image_shape[2] == 3 else []
    return copy("explorer.datasets.shapes", ["sample_factors", "draw_shapes", *colours])


def definitions(experiment: Experiment, info: DatasetInfo) -> list[str]:
    """Write the functions that load the images, and bring them to the networks with their classes."""
    texts = [_INPUTS] if experiment.variant_info.conditional else []
    if info.name == "digits" or info.name in OF_KERAS:
        return texts
    examples, training = literal(info.examples), literal(info.training)
    painted = _PAINT.format(examples=examples) if info.image_shape[2] == 3 else ""
    return [_SHAPES.format(examples=examples, training=training, side=info.image_shape[0], paint=painted), *texts]


def main(experiment: Experiment, info: DatasetInfo, networks: list[str], timed: bool) -> str:
    """Write what the script does when it is run."""
    conditional = experiment.variant_info.conditional
    test = "with_class(test_images, test_labels)" if conditional else "test_images"
    batch = "with_class(shown, test_labels[:16])" if conditional else "shown"
    rows = ["shown", f'inference.predict({batch}, verbose=0)["reconstruction"]']
    rows += ["generator.predict(codes, verbose=0)"] if experiment.variant_info.prior else []
    codes = _CODES + (_CLASSES if conditional else "") if experiment.variant_info.prior else ""
    fit = ["train", "batch_size=BATCH_SIZE", "epochs=EPOCHS", "validation_data=(held_out,)"]
    fit += ["callbacks=[Clock(set_time)]"] if timed else []
    loads = {name: f"keras.datasets.{name}.load_data()" for name in OF_KERAS}
    loads["digits"] = "scaled_digits(*load_digits(return_X_y=True))"
    return _MAIN.format(
        labels="labels" if conditional else "_",
        test_labels="test_labels" if conditional else "_",
        load=loads.get(info.name, "load_shapes()"),
        binarise=_BINARISE.get(_binarise(experiment), ""),
        axis="[..., np.newaxis]" if info.name in OF_KERAS else "",
        split=_LABELLED_SPLIT if conditional else _SPLIT,
        fit=call("model.fit(", [*fit, "verbose=2"], indent=4),
        test=call("test = model.evaluate(", [test, "batch_size=BATCH_SIZE", "verbose=0", "return_dict=True"], indent=4),
        networks=", ".join(networks),
        pictures=codes + "    " + call("rows = [", rows, indent=4, tail="]"),
    )
