"""Sentences for a screen or a terminal: a title within one, and what pydantic finds wrong. Free of TensorFlow."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

# What a field belongs to, by the beginning of its place: an article with a noun, and the schema. "" comes last.
Owners = Mapping[str, tuple[str, type[BaseModel]]]

_ALLOWED = {
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "a name",
    "string_pattern_mismatch": "lower-case letters, digits and _",
    "string_unicode": "text in UTF-8",
    "dict_type": "a table of term settings",
    "model_type": "a table of settings",
    "invalid_key": "a name",
}


def in_sentence(title: str) -> str:
    """Return a title within a sentence: `Reconstruction` becomes small, `KL` and `L1` stay."""
    return title if title[1:2].isupper() or title[1:2].isdigit() else title[:1].lower() + title[1:]


def shown_number(value: float, form: str) -> str:
    """Return a number in a format as of `format`, with a minus sign where it is negative."""
    return format(value, form).replace("-", "−")


def capital(sentence: str) -> str:
    """Return the sentence with its first letter in upper case."""
    return sentence[:1].upper() + sentence[1:]


def sentences_of(error: ValidationError, owners: Owners) -> list[str]:
    """Return one sentence for each fault: what was given, what is allowed, what to do."""
    return [_sentence(fault, owners) for fault in error.errors()]


def _sentence(fault: Mapping[str, Any], owners: Owners) -> str:
    field = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    if fault["type"] == "extra_forbidden":
        owner, table = _owner(field, owners)
        return f"{field} is not a setting of {owner}; allowed are {', '.join(table.model_fields)}. Remove it."
    if fault["type"] == "json_invalid":
        return f"{_whole(owners)} is not valid JSON ({fault['ctx']['error']}). Correct it or export it again."
    try:
        given = repr(fault["input"])
    except ValueError:  # Python writes no whole number of over 4,300 digits
        given = "a whole number of thousands of digits"
    given = given if len(given) <= 60 else given[:57] + "..."
    rule = _ALLOWED.get(fault["type"])
    allowed = _range_of(field, owners) or (rule.format(**fault.get("ctx", {})) if rule else fault["msg"])
    return f"{field or _whole(owners)} was {given}; allowed is {allowed}. Change it and try again."


def _owner(field: str, owners: Owners) -> tuple[str, type[BaseModel]]:
    return next(owner for prefix, owner in owners.items() if field.startswith(prefix))


def _whole(owners: Owners) -> str:
    """Return the name of the whole, such as `The experiment`."""
    return "The " + owners[""][0].partition(" ")[2]


def _range_of(field: str, owners: Owners) -> str | None:
    """Return the field's limits in words, or None if it lacks one of them."""
    table = _owner(field, owners)[1]
    limits = table.model_json_schema()["properties"].get(field.rpartition(".")[2], {})
    if "minimum" not in limits or "maximum" not in limits:
        return None
    kind, form = ("a whole number", ",d") if limits["type"] == "integer" else ("a number", "g")
    return f"{kind} from {limits['minimum']:{form}} to {limits['maximum']:{form}}"
