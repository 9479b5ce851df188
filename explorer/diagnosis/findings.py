"""Findings in words from measurements: of a table of rules, the first that fits speaks.

A rule is a function of what was measured that returns a Finding where its numbers are met and None elsewhere. A
question is a tuple of rules in the order in which they are asked. Pairings, critics and latent spaces each have tables
of their own; nothing here knows what is measured.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "note", "bad"]
GOOD: Level = "good"
NOTE: Level = "note"
BAD: Level = "bad"
_NEGATIVE = re.compile(r"(?<![\w.])-(?=\d)(?!\d+\.\.)")


@dataclass(frozen=True)
class Finding:
    """A verdict in a few words, the sentence with the numbers behind it, and what to do."""

    level: Level
    verdict: str
    sentence: str
    remedy: str = ""
    meanwhile: str = ""  # what can be done while it trains, and only then

    def __post_init__(self) -> None:
        """Write negative numbers with a minus sign, as all other numbers of the pages; a data range keeps its name."""
        object.__setattr__(self, "sentence", _NEGATIVE.sub("−", self.sentence))


Rule = Callable[..., Finding | None]  # of the same measurements throughout a table
Question = Sequence[Rule]


def rule(level: Level, verdict: str, sentence_of: Callable[..., str | None]) -> Rule:
    """Return the rule of a verdict that holds where `sentence_of` the measurements is a sentence."""

    def judge(*measured: object) -> Finding | None:
        sentence = sentence_of(*measured)
        return None if sentence is None else Finding(level, verdict, sentence)

    return judge


def first_that_fits(question: Question, *measured: object) -> Finding | None:
    """Return the first finding of the rules, None where no rule fits."""
    return next((finding for judge in question if (finding := judge(*measured)) is not None), None)


def answers(questions: Iterable[Question], *measured: object) -> list[Finding]:
    """Return the finding of every question that has one, in their order."""
    found = (first_that_fits(question, *measured) for question in questions)
    return [finding for finding in found if finding is not None]
