"""Tables of the catalogue that print well, in a terminal and in a notebook."""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Generic, TypeVar

from models.spec import catalogue
from models.spec.catalogue import NetworkInfo, PixelModelInfo, TermInfo, VariantInfo
from models.spec.schedules import SCHEDULES, ScheduleInfo

Entry = TypeVar("Entry")


class CatalogueTable(Mapping[str, Entry], Generic[Entry]):
    """Names for an experiment: a mapping from each to its entry, with a table of what is said of them."""

    def __init__(self, entries: Mapping[str, Entry], columns: Mapping[str, Callable[[Entry], str]]):
        self._entries, self._columns = entries, columns

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def rows(self) -> list[list[str]]:
        """Return the table: a row of titles, then one for each entry, which begins with its name."""
        rows = [[name, *(column(entry) for column in self._columns.values())] for name, entry in self.items()]
        return [["name", *self._columns], *rows]

    def __repr__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        kinds = ("th", *("td" for _ in self))
        head, *body = (
            "".join(f'<{kind} style="text-align: left">{escape(cell)}</{kind}>' for cell in row)
            for row, kind in zip(self.rows(), kinds, strict=True)
        )
        rows = "".join(f"<tr>{row}</tr>" for row in body)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _terms_of(variant: VariantInfo) -> str:
    """Return the default weights of a variant's terms, learner by learner."""
    learners = [
        ", ".join(f"{weight:g} {term}" for term, weight in learner.weights.items())
        for learner in variant.learners.values()
    ]
    return "; ".join(learners)


variants: CatalogueTable[VariantInfo] = CatalogueTable(
    catalogue.VARIANTS,
    {
        "title": lambda entry: entry.title,
        "weights of its terms": _terms_of,
        "needs classes": lambda entry: "yes" if entry.conditional else "",
        "summary": lambda entry: entry.summary,
    },
)
terms: CatalogueTable[TermInfo] = CatalogueTable(
    catalogue.TERMS,
    {
        "title": lambda entry: entry.title,
        "formula": lambda entry: entry.formula,
        "unit": lambda entry: "of the pixel model" if entry.of_pixels else entry.unit,
        "source": lambda entry: entry.paper,
    },
)
networks: CatalogueTable[NetworkInfo] = CatalogueTable(
    catalogue.NETWORKS,
    {
        "title": lambda entry: entry.title,
        "least side in pixels": lambda entry: str(entry.least_side),
        "sized by": lambda entry: ", ".join(entry.settings),
        "summary": lambda entry: entry.summary,
    },
)
pixel_models: CatalogueTable[PixelModelInfo] = CatalogueTable(
    catalogue.PIXEL_MODELS,
    {
        "title": lambda entry: entry.title,
        "reconstruction": lambda entry: entry.reconstruction,
        "unit": lambda entry: entry.unit,
        "summary": lambda entry: entry.summary,
    },
)
optimizers: CatalogueTable[str] = CatalogueTable(catalogue.OPTIMIZERS, {"title": lambda title: title})
schedules: CatalogueTable[ScheduleInfo] = CatalogueTable(
    SCHEDULES, {"title": lambda entry: entry.title, "summary": lambda entry: entry.summary}
)
