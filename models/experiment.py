"""The complete, validated description of what to train: small JSON. Free of TensorFlow."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from models.catalogue import NETWORKS, OPTIMIZERS, PIXEL_MODELS, VARIANTS, VariantInfo, entry
from models.schedules import SCHEDULES
from models.sentences import sentences_of

Weight = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
LearningRate = Annotated[float, Field(ge=1e-7, le=1.0, allow_inf_nan=False)]


class ExperimentError(ValueError):
    """An experiment that cannot be trained; the message has one sentence for each fault."""

    def __init__(self, sentences: list[str]):
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class TermSetting(BaseModel):
    """Weight and schedule of one loss term. `schedule_epochs` is the warm-up's or the cycle's length."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weight: Weight = 1.0
    schedule: str = "constant"
    schedule_epochs: float = Field(default=5.0, ge=0.01, le=10_000, allow_inf_nan=False)

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
    def _default_terms(cls, given: Any) -> Any:
        """Fill in the variant's terms and default weights; a term may be given as a bare weight."""
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
        return {**given, "terms": {**settings, **others}}

    @model_validator(mode="after")
    def _terms_of_the_variant(self) -> "Experiment":
        if unknown := set(self.terms) - set(self.info.weights):
            raise ValueError(
                f"terms had {', '.join(sorted(unknown))}; the variant {self.variant} has "
                f"{', '.join(self.info.weights)}. Remove the others or choose another variant."
            )
        if not any(setting.weight for setting in self.terms.values()):
            raise ValueError(
                "every term's weight was 0; at least one must be above 0. Raise the reconstruction weight."
            )
        return self

    @property
    def info(self) -> VariantInfo:
        return VARIANTS[self.variant]

    @classmethod
    def parse(cls, given: Any) -> "Experiment":
        """From a mapping or JSON text. Raises ExperimentError with a sentence for each fault."""
        try:
            return cls.model_validate_json(given) if isinstance(given, str | bytes) else cls.model_validate(given)
        except ValidationError as error:
            raise ExperimentError(sentences_of(error, _OWNERS)) from error


def _as_setting(given: Any) -> Mapping[str, Any]:
    if isinstance(given, TermSetting):
        return given.model_dump()
    return given if isinstance(given, Mapping) else {"weight": given}


_OWNERS = {"terms.": ("a term", TermSetting), "": ("an experiment", Experiment)}
