"""The complete, validated description of what to train: small JSON. Free of TensorFlow."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from models.spec.catalogue import (
    CODES,
    NETWORKS,
    OPTIMIZERS,
    PIXEL_MODELS,
    TENSORS,
    TERMS,
    VARIANTS,
    TermInfo,
    VariantInfo,
    entry,
    tensors_of,
    term_info,
    with_sources,
)
from models.spec.formula.formula import Formula, FormulaError, parse_formula
from models.spec.schedules import SCHEDULES
from models.spec.sentences import sentences_of
from models.spec.tensors import RECONSTRUCTION

OWN_NAME = re.compile("[a-z][a-z0-9_]{0,31}")
HISTORY_NAME = re.compile("level|step|epoch|seconds|learning_rate|weight_.*|weighted_.*")  # a run's own columns
Weight = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
LearningRate = Annotated[float, Field(ge=1e-7, le=1.0, allow_inf_nan=False)]


class ExperimentError(ValueError):
    """An experiment that cannot be trained; the message has one sentence for each fault."""

    def __init__(self, sentences: list[str]):
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class TermSetting(BaseModel):
    """Weight and schedule of one loss term. `schedule_epochs` is the warm-up's or the cycle's length.

    `formula` is that of a term of one's own (see `models.spec.formula.formula`); the catalogue has those of its terms.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    weight: Weight = 1.0
    schedule: str = "constant"
    schedule_epochs: float = Field(default=5.0, ge=0.01, le=10_000, allow_inf_nan=False)
    formula: str | None = None

    @field_validator("schedule")
    @classmethod
    def _known_schedule(cls, name: str) -> str:
        entry(SCHEDULES, "schedule", name)
        return name

    def weight_at(self, epochs: float) -> float:
        """The weight after that many epochs."""
        return self.weight * SCHEDULES[self.schedule].factor(epochs, self.schedule_epochs)


class Experiment(BaseModel):
    """Data set, network, variant, terms, optimizer and seed. Two equal experiments train the same model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str = Field(default="digits", pattern=r"^[a-z][a-z0-9_]{0,63}$")
    network: str = "dense"
    variant: str = "vae"
    pixel_model: str = "bernoulli"
    pixel_sigma: float = Field(default=0.25, ge=0.01, le=10, allow_inf_nan=False)
    latent_dim: int = Field(default=2, ge=1, le=512)
    terms: dict[str, TermSetting] = Field(default_factory=dict)
    corruption: float = Field(default=0.3, ge=0, le=2, allow_inf_nan=False)
    sparsity: float = Field(default=0.05, ge=0.001, le=0.5, allow_inf_nan=False)
    free_nats: float = Field(default=0.5, ge=0, le=100, allow_inf_nan=False)
    capacity: float = Field(default=25.0, ge=0, le=1000, allow_inf_nan=False)
    capacity_epochs: float = Field(default=10.0, ge=0.01, le=10_000, allow_inf_nan=False)
    codebook_size: int = Field(default=32, ge=2, le=4096)
    codewords: int = Field(default=2, ge=1, le=512)
    optimizer: str = "adam"
    learning_rate: LearningRate = 1e-3
    batch_size: int = Field(default=128, ge=1, le=4096)
    epochs: int = Field(default=20, ge=1, le=10_000)
    validation_fraction: float = Field(default=0.1, ge=0.01, le=0.5)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    @field_validator("network", "variant", "pixel_model", "optimizer")
    @classmethod
    def _known_name(cls, name: str, info: Any) -> str:
        tables = {"network": NETWORKS, "variant": VARIANTS, "pixel_model": PIXEL_MODELS, "optimizer": OPTIMIZERS}
        entry(tables[info.field_name], info.field_name, name)
        return name

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_variant(cls, given: Any) -> Any:
        """Fill in the variant's optimizer, terms and default weights; a term may be given as a bare weight."""
        if not isinstance(given, Mapping):
            return given
        variant = VARIANTS.get(str(given.get("variant", "vae")))
        terms = given.get("terms", {})
        if variant is None or not isinstance(terms, Mapping):
            return given  # the field's own validator says what is wrong
        settings = {
            name: {"weight": weight, **_as_setting(terms.get(name, {}))} for name, weight in variant.weights.items()
        }
        others = {name: _as_setting(terms[name]) for name in terms if name not in settings}
        return {"optimizer": variant.optimizer, **given, "terms": {**settings, **others}}

    @model_validator(mode="after")
    def _codes_of_whole_codewords(self) -> "Experiment":
        if "codewords" in CODES[self.info.code].settings and self.latent_dim % self.codewords:
            raise ValueError(
                f"latent_dim was {self.latent_dim} and codewords {self.codewords}: the code is cut into so many equal "
                f"parts, so allowed are multiples of {self.codewords}. Change one of the two."
            )
        return self

    @model_validator(mode="after")
    def _terms_of_the_variant(self) -> "Experiment":
        for name, setting in self.terms.items():
            if name in self.info.weights and setting.formula is not None:
                raise ValueError(f"terms.{name} had a formula, but {self.variant} has its own. Leave it out.")
            if name not in self.info.weights:
                self._check_own(name, setting)
        if not any(setting.weight for setting in self.terms.values()):
            first = next(iter(self.info.weights))
            raise ValueError(f"every term's weight was 0; at least one must be above 0. Raise the weight of {first}.")
        return self

    def _check_own(self, name: str, setting: TermSetting) -> None:
        if setting.formula is None:
            raise ValueError(
                f"terms had {name}; the variant {self.variant} has {', '.join(self.info.weights)}. "
                "Remove the others, choose another variant, or give a formula: a term of your own."
            )
        taken = name in {*TERMS, *TENSORS, *self.info.learners} or HISTORY_NAME.fullmatch(name)
        if taken or not OWN_NAME.fullmatch(name):
            raise ValueError(
                f"a term of your own was named {name[:60]!r}; allowed are up to 32 small letters, digits and _, "
                "beginning with a letter, and no name that Hourglass uses itself. Choose another name."
            )
        try:
            self.parse_formula(setting.formula)
        except FormulaError as error:
            raise ValueError(f"the formula of {name} cannot be used. {error}") from error

    def parse_formula(self, text: str) -> Formula:
        """A formula over the tensors of this experiment. Raises FormulaError, with the place."""
        return parse_formula(
            text, {name: TENSORS[name].kind for name in tensors_of(self.info, PIXEL_MODELS[self.pixel_model])}
        )

    @property
    def info(self) -> VariantInfo:
        return VARIANTS[self.variant]

    def term(self, name: str) -> TermInfo:
        """What there is to say about one of the experiment's terms. Raises KeyError for any other."""
        formula = self.terms[name].formula
        if formula is None:
            return term_info(name, self.pixel_model)
        return TermInfo(name.replace("_", " "), formula, "Your own", self.parse_formula(formula).needs, "own unit")

    @property
    def own_terms(self) -> tuple[str, ...]:
        """The names of the terms that a person wrote."""
        return tuple(name for name in self.terms if name not in self.info.weights)

    def terms_of(self, learner: str) -> tuple[str, ...]:
        """The names of the terms that a learner minimises; those of one's own are the first learner's."""
        own = self.own_terms if learner == next(iter(self.info.learners)) else ()
        return (*self.info.learners[learner].weights, *own)

    @cached_property
    def tensors(self) -> frozenset[str]:
        """The names of all tensors that training needs: those that a term reads, and all that they are made of."""
        return with_sources(need for name in self.terms for need in self.term(name).needs)

    @property
    def encodes(self) -> bool:
        """Whether training needs the codes of the images. A GAN does not."""
        return not self.tensors.isdisjoint(CODES[self.info.code].gives)

    @property
    def decodes(self) -> bool:
        """Whether training needs the decoder's output for the codes of the images. A GAN does not."""
        return not self.tensors.isdisjoint({PIXEL_MODELS[self.pixel_model].output, RECONSTRUCTION})

    @classmethod
    def parse(cls, given: Any) -> "Experiment":
        """From a mapping or JSON text. Raises ExperimentError with a sentence for each fault."""
        try:
            return cls.model_validate_json(given) if isinstance(given, str | bytes) else cls.model_validate(given)
        except ValidationError as error:
            raise ExperimentError(sentences_of(error, _OWNERS)) from error


def limits_of(field: str, model: type[BaseModel] = Experiment) -> tuple[Any, Any]:
    """The smallest and the largest value of a number of an experiment, or of another model, in its own type."""
    info = model.model_fields[field]
    found = {kind: getattr(limit, kind) for limit in info.metadata for kind in ("ge", "le") if hasattr(limit, kind)}
    number = int if info.annotation is int else float
    return number(found["ge"]), number(found["le"])


def _as_setting(given: Any) -> Mapping[str, Any]:
    if isinstance(given, TermSetting):
        return given.model_dump()
    return given if isinstance(given, Mapping) else {"weight": given}


_OWNERS = {"terms.": ("a term", TermSetting), "": ("an experiment", Experiment)}
