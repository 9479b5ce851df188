"""The complete, validated description of what to train: small JSON. Free of TensorFlow."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

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
    current_name,
    entry,
    tensors_of,
    term_info,
    with_sources,
)
from models.spec.formula.formula import Formula, FormulaError, parse_formula
from models.spec.schedules import RATE_SCHEDULES
from models.spec.sentences import in_sentence, sentences_of
from models.spec.tensors import RECONSTRUCTION
from models.spec.term_settings import Terms, TermSetting, as_setting, check_own_name

# What a field can change besides what is learnt: size and speed, the tensors of a new model, the picture of its loss.
Change = Literal["cost", "tensors", "graph"]
_TABLES: Mapping[str, Mapping[str, Any]] = {
    "network": NETWORKS, "variant": VARIANTS, "pixel_model": PIXEL_MODELS, "optimizer": OPTIMIZERS,
    "rate_schedule": RATE_SCHEDULES,
}  # fmt: skip
LearningRate = Annotated[float, Field(ge=1e-7, le=1.0, allow_inf_nan=False)]


class ExperimentError(ValueError):
    """An experiment that cannot be trained; the message has one sentence for each fault."""

    def __init__(self, sentences: list[str]):
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def _field(default: Any, *changes: Change, **limits: Any) -> Any:
    """Return a field of an experiment. `changes` says what its value changes besides the training result."""
    return Field(default, json_schema_extra={"changes": list(changes)}, **limits)


class _InSentences(type(BaseModel)):
    """Has `Experiment(...)` refuse as `Experiment.parse` does; pydantic's own error lists places and web addresses."""

    def __call__(cls, **given: Any) -> Any:
        try:
            return super().__call__(**given)
        except ValidationError as error:
            raise ExperimentError(sentences_of(error, _OWNERS)) from None


class Experiment(BaseModel, metaclass=_InSentences):
    """Data set, network, variant, terms, optimizer and seed. Two equal experiments train the same model.

    Hashable: an experiment is a key of what was computed for it. `reduced` leaves out what makes no difference.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str = _field("digits", "cost", "tensors", "graph", pattern=r"^[a-z][a-z0-9_]{0,63}$")
    network: str = _field("dense", "cost", "tensors", "graph")
    width: int = _field(16, "cost", "tensors", ge=4, le=256)
    depth: int = _field(2, "cost", "tensors", ge=1, le=5)
    hidden: int = _field(1, "cost", "tensors", ge=1, le=4)
    variant: str = _field("vae", "cost", "tensors", "graph")
    pixel_model: str = _field("bernoulli", "cost", "tensors", "graph")
    pixel_sigma: float = _field(0.25, ge=0.01, le=10, allow_inf_nan=False)
    latent_dim: int = _field(2, "cost", "tensors", "graph", ge=1, le=512)
    terms: Terms = _field(Terms(), "graph")
    corruption: float = _field(0.3, "tensors", "graph", ge=0, le=2, allow_inf_nan=False)
    sparsity: float = _field(0.05, ge=0.001, le=0.5, allow_inf_nan=False)
    free_nats: float = _field(0.5, ge=0, le=100, allow_inf_nan=False)
    capacity: float = _field(25.0, ge=0, le=1000, allow_inf_nan=False)
    capacity_epochs: float = _field(10.0, ge=0.01, le=10_000, allow_inf_nan=False)
    codebook_size: int = _field(32, "cost", "tensors", "graph", ge=2, le=4096)
    codewords: int = _field(2, "cost", "tensors", "graph", ge=1, le=512)
    optimizer: str = _field("adam", "cost")
    learning_rate: LearningRate = _field(1e-3)
    rate_schedule: str = _field("constant")
    batch_size: int = _field(128, "cost", ge=1, le=4096)
    epochs: int = _field(20, ge=1, le=10_000)
    validation_fraction: float = _field(0.1, ge=0.01, le=0.5)
    seed: int = _field(0, "tensors", ge=0, le=2**31 - 1)

    @field_validator(*_TABLES)
    @classmethod
    def _known_name(cls, name: str, info: Any) -> str:
        name = current_name(info.field_name, name)
        entry(_TABLES[info.field_name], info.field_name, name)
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
            name: {"weight": weight, **as_setting(terms.get(name, {}))} for name, weight in variant.weights.items()
        }
        others = {name: as_setting(terms[name]) for name in terms if name not in settings}
        return {"optimizer": variant.optimizer, **given, "terms": {**settings, **others}}

    @model_validator(mode="after")
    def _codes_of_whole_codewords(self) -> "Experiment":
        if "codewords" in CODES[self.variant_info.code].settings and self.latent_dim % self.codewords:
            raise ValueError(
                f"latent_dim was {self.latent_dim} and codewords {self.codewords}: the code has that many equal "
                f"parts, so latent_dim must be a multiple of {self.codewords}. Change one of the two."
            )
        return self

    @model_validator(mode="after")
    def _terms_of_the_variant(self) -> "Experiment":
        for name, setting in self.terms.items():
            if name in self.variant_info.weights and setting.formula is not None:
                raise ValueError(f"terms.{name} had a formula, but {self.variant} has its own. Leave it out.")
            if name not in self.variant_info.weights:
                self._check_own(name, setting)
        if not any(setting.weight for setting in self.terms.values()):
            first = next(iter(self.variant_info.weights))
            raise ValueError(
                "every term's weight was 0; at least one must be above 0. "
                f"Raise the weight of “{self.label(first)}” (terms.{first})."
            )
        return self

    def _check_own(self, name: str, setting: TermSetting) -> None:
        if setting.formula is None:
            raise ValueError(
                f"terms had {name}; the variant {self.variant} has {', '.join(self.variant_info.weights)}. "
                "Remove the others, choose another variant, or give a formula for your own term."
            )
        check_own_name(name, {*TERMS, *TENSORS, *self.variant_info.learners})
        try:
            self.parse_formula(setting.formula)
        except FormulaError as error:
            raise ValueError(f"the formula of {name} cannot be used. {error}") from error

    def parse_formula(self, text: str) -> Formula:
        """Read a formula over the tensors of this experiment. Raises FormulaError, with the place."""
        return parse_formula(
            text, {name: TENSORS[name].kind for name in tensors_of(self.variant_info, PIXEL_MODELS[self.pixel_model])}
        )

    @property
    def variant_info(self) -> VariantInfo:
        return VARIANTS[self.variant]

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes of the network, by the names of its settings."""
        return {name: getattr(self, name) for name in NETWORKS[self.network].settings}

    def term(self, name: str) -> TermInfo:
        """Return the description of one of the experiment's terms. Raises KeyError for any other name."""
        formula = self.terms[name].formula
        if formula is None:
            return term_info(name, self.pixel_model)
        return TermInfo(name.replace("_", " "), formula, "Your own", self.parse_formula(formula).needs, "own unit")

    def label(self, name: str) -> str:
        """Return what the screen calls a term or a total. Raises KeyError for any other name."""
        learners = self.variant_info.learners
        if name not in learners:
            return self.term(name).title
        return "Total" if len(learners) == 1 else f"Total of the {in_sentence(learners[name].title)}"

    def settings_of(self, term: str) -> dict[str, float]:
        """Return the experiment's values of the settings of one of its terms."""
        return {name: getattr(self, name) for name in self.term(term).settings}

    @property
    def own_terms(self) -> tuple[str, ...]:
        """The names of the terms that a person wrote."""
        return tuple(name for name in self.terms if name not in self.variant_info.weights)

    def terms_of(self, learner: str) -> tuple[str, ...]:
        """Return the names of the terms that a learner minimises. The first learner also minimises your own terms."""
        own = self.own_terms if learner == next(iter(self.variant_info.learners)) else ()
        return (*self.variant_info.learners[learner].weights, *own)

    @cached_property
    def tensors(self) -> frozenset[str]:
        """The names of all tensors that training needs: those that a term reads, and all that they are made of."""
        return with_sources(need for name in self.terms for need in self.term(name).needs)

    @property
    def encodes(self) -> bool:
        """True where training needs the codes of the images. A GAN does not."""
        return not self.tensors.isdisjoint(CODES[self.variant_info.code].gives)

    @property
    def decodes(self) -> bool:
        """True where training needs the decoder's output for the codes of the images. A GAN does not."""
        return not self.tensors.isdisjoint({PIXEL_MODELS[self.pixel_model].output, RECONSTRUCTION})

    def reduced(self, change: Change) -> "Experiment":
        """Return the experiment with every field that makes no difference to `change` at its default."""
        return Experiment.parse({name: getattr(self, name) for name in fields_that_change(change)})

    @classmethod
    def parse(cls, given: Any) -> "Experiment":
        """Read an experiment from a mapping or JSON text. Raises ExperimentError with a sentence for each fault."""
        try:
            return cls.model_validate_json(given) if isinstance(given, str | bytes) else cls.model_validate(given)
        except ValidationError as error:
            raise ExperimentError(sentences_of(error, _OWNERS)) from error


def fields_that_change(change: Change) -> tuple[str, ...]:
    """Return the names of the fields whose values make a difference to it."""
    return tuple(name for name in Experiment.model_fields if change in changes_of(name))


def changes_of(field: str) -> Sequence[str]:
    """Return what a field's value makes a difference to, besides what is learnt. Raises TypeError for an untold one."""
    match Experiment.model_fields[field].json_schema_extra:
        case {"changes": list(changes)}:
            return [str(change) for change in changes]
    raise TypeError(f"The field {field} of an experiment does not say what it changes. Make it with _field.")


def limits_of(field: str, model: type[BaseModel] = Experiment) -> tuple[Any, Any]:
    """Return the smallest and the largest value of a numeric field of an experiment or another model, in its type."""
    info = model.model_fields[field]
    found = {kind: getattr(limit, kind) for limit in info.metadata for kind in ("ge", "le") if hasattr(limit, kind)}
    number = int if info.annotation is int else float
    return number(found["ge"]), number(found["le"])


_OWNERS = {"terms.": ("a term", TermSetting), "": ("an experiment", Experiment)}
