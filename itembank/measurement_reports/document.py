"""A report in print as plain values: sections of words, facts, tables and plots, in one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itembank.drawing.print_copy import print_copy, print_copy_of_sample
from itembank.simulations.report.charts import Chart

FONT = "Sarabun"
#: A Wright map needs the height to tell its rows apart.
_TALL = {"wright": 340.0}


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; `strong` for what must not be overlooked."""

    text: str
    strong: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Give the block as plain values."""
        return {"kind": "words", "text": self.text, "strong": self.strong}


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms with their values."""

    pairs: Sequence[tuple[str, str]]

    def to_dict(self) -> dict[str, Any]:
        """Give the block as plain values."""
        return {"kind": "facts", "pairs": [list(pair) for pair in self.pairs]}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; columns named in `wide` hold text and share the room that is left, those in `texts` hold text."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: frozenset[int] = frozenset({0})
    wide: frozenset[int] = frozenset()

    def to_dict(self) -> dict[str, Any]:
        """Give the block as plain values."""
        places = range(len(self.columns))
        return {
            "kind": "table",
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "text": [place in self.texts | self.wide for place in places],
            "wide": [place in self.wide for place in places],
        }


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot, its data left to the tables and the CSV files."""

    chart: Chart

    def to_dict(self) -> dict[str, Any]:
        """Give the block as plain values, the drawing as an SVG file of its own."""
        chart = self.chart
        height = {"height": _TALL[chart.name]} if chart.name in _TALL else {}
        return {
            "kind": "plot",
            "title": chart.title,
            "description": chart.description,
            "drawing": print_copy(chart.drawing, font=FONT, **height),
            "key": [[print_copy_of_sample(sample, font=FONT), name] for sample, name in chart.key],
            "note": chart.note,
        }


Block = Words | Facts | Grid | Plot


@dataclass(frozen=True, slots=True)
class Section:
    """A title and what stands under it."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report in one language.

    Args:
        language: "th" or "en".
        title: What it is.
        subject: What it is about, under the title.
        running: A short line at the head of every page.
        made: When it was made, in words.
        simulated: The mark on every page where figures rest on simulated candidates, "" where none do.
        simulated_long: What that means, on the front.
        page: The words around a page's number, with {page} and {pages}.
        front: Facts on the first page.
        sections: The report.
    """

    language: str
    title: str
    subject: str
    running: str
    made: str
    simulated: str
    simulated_long: str
    page: str
    front: Facts
    sections: Sequence[Section]

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain values, ready for JSON."""
        names = ("language", "title", "subject", "running", "made", "simulated", "simulated_long", "page")
        return {name: getattr(self, name) for name in names} | {
            "front": self.front.to_dict(),
            "sections": [
                {"title": section.title, "blocks": [block.to_dict() for block in section.blocks]}
                for section in self.sections
            ],
        }
