"""The data of an experiment as a graph: its tensors, the networks that are applied and the steps between them.

It follows the catalogue: what each tensor is made of and through what. A network that is applied to another tensor is
drawn again, so that the picture has no circles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from explorer.datasets.catalogue import DATASETS
from models.spec import catalogue, tensors
from models.spec.catalogue.flow import CODEBOOK, CRITIC, DECODER, DENSITIES, ENCODER, LINK, PRIOR, SHUFFLE
from models.spec.catalogue.steps import NOISE
from models.spec.experiment import Experiment

Kind = Literal["tensor", "narrowing", "widening", "step", "term", "total", "gradient"]


@dataclass(frozen=True)
class Part:
    """A node and the keys of what it comes from. `layer` counts the steps from the image."""

    key: str  # `tensor:z`, `network:encoder`, `network:encoder(sample)`, `step:link`
    kind: Kind
    title: str
    detail: str
    sources: tuple[str, ...] = ()
    hint: str = ""  # its tooltip
    layer: int = 0
    network: str = ""  # which one is applied here


def data_flow(experiment: Experiment) -> list[Part]:
    """Return every tensor that training needs and that is displayed; each part behind its sources."""
    return layered(list(_Flow(experiment).parts.values()))


def layered(parts: Sequence[Part]) -> list[Part]:
    """Return the parts, each behind its sources, with their layers."""
    layers = _layers(parts)
    return [replace(part, layer=layers[part.key]) for part in parts]


def tensor_key(name: str, experiment: Experiment) -> str:
    """Return the key of a tensor's node. A code that is no distribution is its own mean, drawn once."""
    same = name == tensors.Z_MEAN and not experiment.variant_info.stochastic
    return f"tensor:{tensors.Z if same else name}"


class _Flow:
    def __init__(self, experiment: Experiment):
        self.experiment = experiment
        self.pixels = catalogue.PIXEL_MODELS[experiment.pixel_model]
        self.made = catalogue.flow_of(experiment.variant_info, self.pixels)
        self.parts: dict[str, Part] = {}
        ends = (*experiment.tensors, *((tensors.RECONSTRUCTION,) if experiment.decodes else ()))
        wanted = catalogue.with_sources(ends, self.made)
        for name in self.made:
            if name in wanted and name in catalogue.TENSORS:
                self._draw(name)

    def _draw(self, name: str) -> None:
        key, info = tensor_key(name, self.experiment), self.made[name]
        if key in self.parts:  # the other name of a code
            return
        sources = self._keys(info.sources)
        if info.through:
            sources = (self._apply(info.through, sources),)
        self.parts[key] = Part(key, "tensor", self._title(name), self._shape(info.kind), sources, info.hint)

    def _keys(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the keys of these tensors; for one that no term can read, those of its sources."""
        keys: list[str] = []
        for name in names:
            info = self.made[name]
            if name in catalogue.TENSORS:
                keys.append(tensor_key(name, self.experiment))
            elif info.through:
                keys.append(self._apply(info.through, self._keys(info.sources)))
            else:
                keys += self._keys(info.sources)
        return tuple(dict.fromkeys(keys))

    def _apply(self, step: str, sources: tuple[str, ...]) -> str:
        """Return the key of a network or a step that is applied to these, drawn where it is not yet."""
        kind, detail, hint = self._steps()[step]
        network = "" if kind == "step" else step
        first = f"{'network' if network else 'step'}:{step}"
        others = [part for part in self.parts.values() if part.key.partition("(")[0] == first]
        for part in others:
            if part.sources == sources:
                return part.key
        key = f"{first}({', '.join(source.partition(':')[2] for source in sources)})" if others else first
        detail = "same weights" if others and network else detail
        self.parts[key] = Part(
            key, kind, self.experiment.variant_info.called(step), detail, sources, hint, network=network
        )
        return key

    def _steps(self) -> dict[str, tuple[Kind, str, str]]:
        """Return kind, detail and hint of everything that a tensor can be made through."""
        experiment, pixels = self.experiment, self.pixels
        network, scale = catalogue.NETWORKS[experiment.network].title, f"{pixels.scale:g}"
        link, _, _ = pixels.link.partition("(")
        only_displayed = "" if tensors.RECONSTRUCTION in experiment.tensors else ": only displayed, no term reads it"
        scaled = (f"{network}, × {scale}", f"Brings the images to 0..{scale} first")
        return {
            ENCODER: ("narrowing", *(scaled if pixels.scale != 1 else (network, ""))),
            DECODER: ("widening", network, ""),
            CRITIC: ("narrowing", network if experiment.variant_info.critic == "image" else "Dense", ""),
            LINK: ("step", link, pixels.link + only_displayed),
            PRIOR: ("step", "normal", "Anew at each step"),
            SHUFFLE: ("step", "dimensions", "Each dimension comes from another image of the batch"),
            DENSITIES: ("step", "over the batch", "How likely the code is under the posteriors of the whole batch"),
            CODEBOOK: ("step", f"{experiment.codebook_size} entries", "The nearest for each part of the code"),
            NOISE: (
                "step",
                f"σ = {experiment.corruption:g}",
                "Only while training; the terms compare with the clean x",
            ),
        }

    def _title(self, name: str) -> str:
        if tensor_key(name, self.experiment) == f"tensor:{tensors.Z}" and not self.experiment.variant_info.stochastic:
            return f"{tensors.Z} = {tensors.Z_MEAN}"
        only_displayed = name == tensors.RECONSTRUCTION and name not in self.experiment.tensors
        return "displayed" if only_displayed else name

    def _shape(self, kind: str) -> str:
        """Return the shape in numbers where they are known."""
        info = DATASETS.get(self.experiment.dataset)
        numbers = {"code": f"(batch, {self.experiment.latent_dim})"}
        if info:
            numbers |= {
                "image": f"(batch, {', '.join(map(str, info.image_shape))})",
                "classes": f"(batch, {len(info.class_names)})",
            }
        return numbers.get(kind, catalogue.KINDS[kind])


def _layers(parts: Sequence[Part]) -> dict[str, int]:
    """Return how many steps each part is from the image, by the longest way; equal networks share a layer."""
    layers: dict[str, int] = {}
    first: dict[str, int] = {}
    of_the_image: set[str] = set()
    for part in parts:
        layer = 1 + max((layers[source] for source in part.sources), default=-1)
        layers[part.key] = max(layer, first.setdefault(part.network, layer) if part.network else 0)
        if part.key == f"tensor:{tensors.X}" or not of_the_image.isdisjoint(part.sources):
            of_the_image.add(part.key)
    code = layers.get(f"tensor:{tensors.Z}", 0)
    for part in reversed(parts):  # what does not come from the image stands just before where it is used
        if part.key not in of_the_image:
            used = [layers[other.key] - 1 for other in parts if part.key in other.sources]
            layers[part.key] = max(layers[part.key], min(used, default=code))
    return layers
