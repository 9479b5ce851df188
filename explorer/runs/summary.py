"""The entries of a run's summary: somebody may have edited it, copied half of it, or made it to do harm."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

MOST_CLASSES = 65_536  # as many as the map's labels can tell apart
MOST_PROBED = 100_000
MOST_VALUES = 2_000_000  # of one image, such as 1,400 x 1,400 grey pixels

Count = Annotated[int, Field(ge=0, le=10**15)]
Short = Annotated[str, Field(max_length=200)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Setting = bool | Count | Finite | Short | None | Annotated[list[Count], Field(max_length=8)]
Values = Annotated[dict[Short, float], Field(max_length=200)]  # of terms and totals; not finite where training diverged


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _Layer(BaseModel):
    """The names of a layer's weights, and settings that the browser checks: assets/web/decoder/layers.js."""

    model_config = ConfigDict(strict=True, extra="allow")
    __pydantic_extra__: dict[Short, Setting]  # ty: ignore[incompatible-mutable-override] (pydantic reads it so)

    kernel: Short | None = None
    bias: Short | None = None


class _Decoder(_Strict):
    """The layers that a browser runs, or why it cannot."""

    layers: Annotated[list[_Layer], Field(max_length=1000)] = []
    unsupported: Annotated[str, Field(max_length=2000)] = ""


class _LogLikelihood(_Strict):
    """The mean log p(x) over test images, importance-weighted from `samples` codes each: nats."""

    value: Finite
    error: Finite
    samples: Count
    images: Count


class _TotalCorrelation(_Strict):
    """The mean over a code each of some posteriors, under the mean of all of these: nats."""

    value: Finite
    error: Finite
    codes: Count
    posteriors: Count


class _Summary(_Strict):
    """The entries that pages use. Others are left out."""

    dataset: Short = ""
    image_shape: Annotated[list[Annotated[int, Field(ge=1, le=65_535)]], Field(min_length=3, max_length=3)]
    class_names: Annotated[list[Short], Field(min_length=1, max_length=MOST_CLASSES)]
    probe: Annotated[int, Field(ge=1, le=MOST_PROBED)]
    probe_test: Count = 0
    labels: Annotated[list[Count], Field(max_length=MOST_PROBED)]
    decoder: _Decoder = _Decoder()
    training_images: Count
    validation_images: Count
    test_images: Count
    parameters: Count
    mean_image: Finite | None = None  # reconstruction of the mean image; missing in runs of before
    test: Values = {}
    floor: Annotated[dict[Short, Finite], Field(max_length=10)] = {}  # of the reconstruction, by part of the images
    log_likelihood: _LogLikelihood | None = None
    total_correlation: _TotalCorrelation | None = None
    test_mse: float = 0.0
    probe_mse: float = 0.0  # of the bundled models and runs of before
    seconds: float = 0.0
    steps: Count = 0
    order: Count = 0  # of a bundled model

    @field_validator("image_shape")
    @classmethod
    def _of_an_image(cls, shape: list[int]) -> list[int]:
        height, width, channels = shape
        if channels not in (1, 3) or height * width * channels > MOST_VALUES:
            given = f"images were {height} x {width} pixels with {channels} channels"
            raise ValueError(f"{given}; allowed are 1 or 3 channels and at most {MOST_VALUES:,} values")
        return shape

    @field_validator("labels")
    @classmethod
    def _of_the_probe_set(cls, labels: list[int], others: ValidationInfo) -> list[int]:
        """Raise ValueError unless there is a known class for each image of the probe set."""
        classes, probe = len(others.data.get("class_names", ())), others.data.get("probe")
        if classes and max(labels, default=0) >= classes:
            raise ValueError(f"a label was {max(labels)}, but there are {classes} classes")
        if probe is not None and len(labels) != probe:
            raise ValueError(f"there were {len(labels)} labels for {probe} images")
        return labels


def checked_summary(given: Any) -> dict[str, Any]:
    """Return the entries of a summary that pages use. Raises ValueError where one is missing or of another kind."""
    try:
        return _Summary.model_validate(given).model_dump(exclude_unset=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
