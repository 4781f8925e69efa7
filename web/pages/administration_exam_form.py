"""The form of a new exam: what was entered, as it was entered, and the exam it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engine.design import ExamDesign
from engine.stop_rules.stop_settings import StopSettings
from itembank.delivery.exam_planning import adjusted_design, adjusted_stopping
from itembank.delivery.exams import MAXIMUM_MINUTES
from itembank.errors import InvalidInput, SamatError
from web.pages.administration_entries import field_errors, read_moment, read_number, read_whole
from web.texts_catalogue import Texts

Entered = Annotated[str, Field(max_length=400)]

#: Fields of the part that is folded away at first.
ADVANCED_FIELDS = frozenset(
    {
        "selection", "randomesque", "stop_rule", "target_standard_error", "stop_minutes", "maximum_exposure",
        "exposure_bins", "pretest_items", "unit_correlation",
    }
)  # fmt: skip


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
    #: Sent along with the fields below, of which an empty one has a meaning too.
    advanced: Entered = ""
    selection: Entered = ""
    randomesque: Entered = ""
    stop_rule: Entered = ""
    target_standard_error: Entered = ""
    stop_minutes: Entered = ""
    maximum_exposure: Entered = ""
    exposure_bins: Entered = ""
    pretest_items: Entered = ""
    unit_correlation: Entered = ""
    #: The simulation whose design this one started from; empty for the proposed one.
    run: Entered = ""

    @classmethod
    def proposed(cls, design: ExamDesign, *, unit: str, title: str, run: str = "") -> ExamForm:
        """Begin with the proposed design, or with that of a simulation."""
        seconds, exposure = design.stopping.time_limit_seconds, design.maximum_exposure
        return cls(
            unit=unit,
            title=title,
            run=run,
            advanced="1",
            selection=design.selection,
            randomesque=str(design.randomesque),
            stop_rule=design.stop_rule,
            target_standard_error=f"{design.stopping.target_standard_error:g}",
            stop_minutes="" if seconds is None else f"{seconds / 60:g}",
            maximum_exposure="" if exposure is None else f"{100 * exposure:.4g}",
            exposure_bins=str(design.exposure_bins),
            pretest_items=str(design.pretest_items),
            unit_correlation="" if design.unit_correlation is None else f"{design.unit_correlation:g}",
            minimum_length=str(design.minimum_length),
            maximum_length=str(design.maximum_length),
            cut_score=f"{design.cut_score:g}",
            confidence=f"{100 * design.confidence:g}",
            time_limit_minutes="60",
        )

    def completed(self, design: ExamDesign) -> ExamForm:
        """Take the advanced choices from a design where a form came without them."""
        if self.advanced:
            return self
        proposed = ExamForm.proposed(design, unit=self.unit, title=self.title, run=self.run)
        return self.model_copy(update=proposed.model_dump(include={*ADVANCED_FIELDS, "advanced"}))

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
            selection=self.selection,
            randomesque=read_whole(self.randomesque, field="randomesque"),
            stop_rule=self.stop_rule,
            stopping=self._stopping(proposed.stopping),
            maximum_exposure=self._exposure(proposed),
            exposure_bins=read_whole(self.exposure_bins, field="exposure_bins"),
            pretest_items=read_whole(self.pretest_items, field="pretest_items"),
            unit_correlation=_number_or_none(self.unit_correlation, field="unit_correlation"),
        )

    def _stopping(self, settings: StopSettings) -> StopSettings:
        minutes = _number_or_none(self.stop_minutes, field="stop_minutes")
        if minutes is not None and not 0 < minutes <= MAXIMUM_MINUTES:
            raise InvalidInput(
                field="stop_minutes", expected=f"a number of minutes up to {MAXIMUM_MINUTES}, or nothing"
            )
        return adjusted_stopping(
            settings,
            target_standard_error=read_number(self.target_standard_error, field="target_standard_error"),
            limit_minutes=minutes,
        )

    def _exposure(self, proposed: ExamDesign) -> float | None:
        share = _number_or_none(self.maximum_exposure, field="maximum_exposure")
        # What was shown rounded and left alone is not to change by that.
        known = ExamForm.proposed(proposed, unit="", title="").maximum_exposure
        if share is None or self.maximum_exposure == known:
            return None if share is None else proposed.maximum_exposure
        return share / 100

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


def _number_or_none(entered: str, *, field: str) -> float | None:
    return read_number(entered, field=field) if entered.strip() else None


def refusal(error: SamatError, t: Texts) -> Mapping[str, str]:
    """Put what the use case refused beside its field."""
    return field_errors(error, t, otherwise="maximum_length")
