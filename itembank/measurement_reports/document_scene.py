"""What every report in print needs: words, numbers, and the mark of simulated data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from itembank.measurement_reports.document import Document, Facts, Grid, Section, Words
from itembank.measurement_reports.report_words import code_text, text
from itembank.measurement_reports.writing import Writing

#: Longer tables than these would bury what matters; the CSV files have all.
MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class DocumentScene:
    """How a report in print is written, and when."""

    write: Writing
    now: datetime

    def text(self, key: str, **values: object) -> str:
        """Give a text in the report's language."""
        return text(key, self.write.language, **values)

    def texts(self, *keys: str) -> tuple[str, ...]:
        """Give several texts."""
        return tuple(self.text(key) for key in keys)

    def code(self, kind: str, code: str) -> str:
        """Give the words of a code."""
        return code_text(kind, code, self.write.language)

    def document(
        self,
        *,
        title: str,
        subject: str,
        simulated: bool,
        front: Sequence[tuple[str, str]],
        sections: Sequence[Section],
    ) -> Document:
        """Put a report together, marked where it rests on simulated data."""
        return Document(
            language=self.write.language,
            title=title,
            subject=subject,
            running=f"{title} · {subject}",
            made=self.text("made", moment=self.write.moment(self.now)),
            simulated=self.text("simulated") if simulated else "",
            simulated_long=self.text("simulated_long") if simulated else "",
            page=self.text("page"),
            front=Facts(front),
            sections=sections,
        )

    def shortened(self, grid: Grid) -> list[Grid | Words]:
        """Cut a table that is too long, and say so."""
        count = len(grid.rows)
        if count <= MOST_ROWS:
            return [grid]
        told = self.text("first_of", shown=self.write.count(MOST_ROWS), n=self.write.count(count))
        return [Grid(grid.columns, grid.rows[:MOST_ROWS], grid.texts, grid.wide), Words(told)]
