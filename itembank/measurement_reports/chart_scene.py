"""What every plot of a report needs: a way to write numbers, and the words of its language."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from itembank.drawing.svg import draw_reference_key
from itembank.measurement_reports.chart_words import text
from itembank.measurement_reports.information_curves import InformationCurves
from itembank.measurement_reports.unit_material import ReportedDesign
from itembank.measurement_reports.writing import Writing

Sample = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scene:
    """How the plots of a report are written."""

    write: Writing

    def text(self, key: str, **values: object) -> str:
        """Give a text in the report's language."""
        return text(key, self.write.language, **values)

    def texts(self, *keys: str) -> tuple[str, ...]:
        """Give several texts."""
        return tuple(self.text(key) for key in keys)

    def reference(self, key: str, **values: object) -> Sample:
        """Give the sample of a reference line across with its name."""
        return draw_reference_key(), self.text(key, **values)

    def upright_cut(self) -> Sample:
        """Give the sample of an upright line at the cut score with its name."""
        return draw_reference_key(upright=True), self.text("key_cut")

    def yes_or_no(self, is_so: bool) -> str:
        """Answer a question in a table."""
        return self.text("yes" if is_so else "no")

    def target_note(self, curves: InformationCurves, design: ReportedDesign) -> str:
        """Explain the target, and how far the bank reaches, and whose design it is."""
        number, distance = self.write.number, self.write.number(curves.distance)
        whose = self.text("of_exam", title=design.exam_title) if design.exam_title else self.text("of_proposal")
        if not isfinite(curves.target):
            return f"{self.text('target_out_of_reach', distance=distance)} · {whose}"
        told = self.text(
            "target_note",
            target=number(curves.target, 1),
            distance=distance,
            n=curves.length,
            at_cut=number(curves.at_cut, 1),
            reached=number(curves.reached),
        )
        return f"{told} · {whose}"
