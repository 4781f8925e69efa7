"""The form of a new exam: what was entered, as it was entered, and the exam it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engine.design import ExamDesign
from itembank.delivery.exam_planning import adjusted_design
from itembank.errors import InvalidInput, SamatError
from web.pages.administration_entries import field_errors, read_moment, read_number, read_whole
from web.texts_catalogue import Texts

Entered = Annotated[str, Field(max_length=400)]


@dataclass(frozen=True, slots=True)
class Times:
    """When an exam may be started and how long it takes."""

    time_limit_minutes: int | None
    opens_at: datetime | None
    closes_at: datetime | None


class TimesForm(BaseModel):
    """The times as entered."""

    model_config = ConfigDict(frozen=True)

    time_limit_minutes: Entered = ""
    opens_at: Entered = ""
    closes_at: Entered = ""

    def times(self, zone: str) -> Times:
        """Read the times.

        Raises:
            InvalidInput: One can't be read.
        """
        limit = self.time_limit_minutes.strip()
        return Times(
            time_limit_minutes=read_whole(limit, field="time_limit_minutes") if limit else None,
            opens_at=read_moment(self.opens_at, field="opens_at", zone=zone),
            closes_at=read_moment(self.closes_at, field="closes_at", zone=zone),
        )


class ExamForm(TimesForm):
    """Everything that the form of a new exam holds."""

    unit: Entered = ""
    title: Entered = ""
    minimum_length: Entered = ""
    maximum_length: Entered = ""
    cut_score: Entered = ""
    confidence: Entered = ""

    @classmethod
    def proposed(cls, design: ExamDesign, *, unit: str, title: str) -> ExamForm:
        """Begin with the proposed design."""
        return cls(
            unit=unit,
            title=title,
            minimum_length=str(design.minimum_length),
            maximum_length=str(design.maximum_length),
            cut_score=f"{design.cut_score:g}",
            confidence=f"{100 * design.confidence:g}",
            time_limit_minutes="60",
        )

    def design(self, proposed: ExamDesign) -> ExamDesign:
        """Put what was entered into the proposed design.

        Raises:
            InvalidInput: A value can't be read or makes no sense.
        """
        return adjusted_design(
            proposed,
            minimum_length=read_whole(self.minimum_length, field="minimum_length"),
            maximum_length=read_whole(self.maximum_length, field="maximum_length"),
            cut_score=read_number(self.cut_score, field="cut_score"),
            confidence=read_number(self.confidence, field="confidence") / 100,
        )

    def errors(self, proposed: ExamDesign, t: Texts, *, zone: str) -> Mapping[str, str]:
        """Name everything in the form that can't be taken, so that it is mended in one go."""
        found: dict[str, str] = {}
        if not self.title.strip():
            found["title"] = t("administration.error_title")
        for read in (lambda: self.design(proposed), lambda: self.times(zone)):
            try:
                read()
            except InvalidInput as error:
                found |= field_errors(error, t, otherwise="title")
        return found


def refusal(error: SamatError, t: Texts) -> Mapping[str, str]:
    """Put what the use case refused beside its field."""
    return field_errors(error, t, otherwise="maximum_length")
