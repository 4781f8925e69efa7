"""The form of a new exam: what was entered, as it was entered, and the exam it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from engine.design import ExamDesign
from engine.stop_rules.stop_settings import StopSettings
from itembank.delivery.design_limits import MAXIMUM_MINUTES, refused_by_limits
from itembank.delivery.exam_planning import adjusted_stopping, changed_fields
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
        return Times(**{name: read() for name, read in self._time_readers(zone).items()})

    def _time_readers(self, zone: str) -> Mapping[str, Callable[[], Any]]:
        limit = self.time_limit_minutes.strip()
        return {
            "time_limit_minutes": lambda: read_whole(limit, field="time_limit_minutes") if limit else None,
            "opens_at": lambda: read_moment(self.opens_at, field="opens_at", zone=zone),
            "closes_at": lambda: read_moment(self.closes_at, field="closes_at", zone=zone),
        }


class ExamForm(TimesForm):
    """Everything that the form of a new exam holds."""

    unit: Entered = ""
    title: Entered = ""
    minimum_length: Entered = ""
    maximum_length: Entered = ""
    cut_score: Entered = ""
    cut_standard_error: Entered = ""
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
    #: Asked only where the bank has tasks; nothing entered means none.
    written_tasks: Entered = ""
    marking_tolerance: Entered = ""
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
            written_tasks=str(design.written_tasks),
            marking_tolerance=str(design.marking_tolerance),
            minimum_length=str(design.minimum_length),
            maximum_length=str(design.maximum_length),
            cut_score=f"{design.cut_score:g}",
            cut_standard_error=f"{design.cut_standard_error:g}",
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
        design, refused = self.read(proposed)
        for refusal in refused:
            raise refusal
        return design

    def read(self, proposed: ExamDesign) -> tuple[ExamDesign, list[InvalidInput]]:
        """Read the design field by field.

        Returns:
            The design, as proposed where a field can't be taken; and a refusal for each such field.
        """
        refused: list[InvalidInput] = []
        values = _each(
            {name: partial(read, getattr(self, name), field=name) for name, read in _DESIGN_READERS.items()}, refused
        )
        values |= _each({"maximum_exposure": lambda: self._exposure(proposed)}, refused)
        values["stopping"] = self._stopping(proposed, refused)
        for name in _JUDGED_TOGETHER.keys() - values.keys():
            values = _without(values, name)
        design = _design_of(proposed, values, refused)
        refused += refused_by_limits(design)
        return design, refused

    def _stopping(self, proposed: ExamDesign, refused: list[InvalidInput]) -> StopSettings:
        settings = proposed.stopping
        seconds = settings.time_limit_seconds
        known = {
            "target_standard_error": settings.target_standard_error,
            "limit_minutes": None if seconds is None else seconds / 60,
        }
        entered = _each(
            {
                "target_standard_error": lambda: read_number(self.target_standard_error, field="target_standard_error"),
                "limit_minutes": lambda: _read_minutes(self.stop_minutes, field="stop_minutes"),
            },
            refused,
        )
        adjusted = partial(adjusted_stopping, settings, stop_rule=self.stop_rule)
        try:
            return adjusted(**(known | entered))
        except InvalidInput as refusal:
            # The minutes were found possible; what remains to be refused is how precise is enough.
            refused.append(refusal)
            return adjusted(**(known | entered | {"target_standard_error": settings.target_standard_error}))

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
        _, refused = self.read(proposed)
        _each(self._time_readers(zone), refused)
        for refusal in refused:
            found |= field_errors(_beside_its_field(refusal), t, otherwise="title")
        return found


_LENGTHS = frozenset({"minimum_length", "maximum_length"})
#: Fields that are judged by one another, so that none of them is kept where one can't be.
_JUDGED_TOGETHER: Mapping[str, frozenset[str]] = {
    "minimum_length": _LENGTHS,
    "maximum_length": _LENGTHS,
    "stop_rule": frozenset({"stop_rule", "stopping"}),
    "stopping": frozenset({"stop_rule", "stopping"}),
}
#: Where the form asks for what the design calls otherwise.
_ASKED_AS: Mapping[str, str] = {"time_limit_seconds": "stop_minutes", "further_rules": "stop_rule"}


def _number_or_none(entered: str, *, field: str) -> float | None:
    return read_number(entered, field=field) if entered.strip() else None


def _read_minutes(entered: str, *, field: str) -> float | None:
    minutes = _number_or_none(entered, field=field)
    if minutes is not None and not 0 < minutes <= MAXIMUM_MINUTES:
        raise InvalidInput(field=field, expected=f"a number of minutes up to {MAXIMUM_MINUTES}, or nothing")
    return minutes


def _read_percent(entered: str, *, field: str) -> float:
    return read_number(entered, field=field) / 100


def _read_error(entered: str, *, field: str) -> float:
    # Nothing entered means that the cut score is taken as known.
    return _number_or_none(entered, field=field) or 0.0


def _whole_or_none(entered: str, *, field: str) -> int:
    return read_whole(entered, field=field) if entered.strip() else 0


def _read_name(entered: str, *, field: str) -> str:
    return entered


_DESIGN_READERS: Mapping[str, Callable[..., Any]] = {
    "minimum_length": read_whole,
    "maximum_length": read_whole,
    "cut_score": read_number,
    "cut_standard_error": _read_error,
    "confidence": _read_percent,
    "selection": _read_name,
    "randomesque": read_whole,
    "stop_rule": _read_name,
    "exposure_bins": read_whole,
    "pretest_items": read_whole,
    "unit_correlation": _number_or_none,
    "written_tasks": _whole_or_none,
    "marking_tolerance": _whole_or_none,
}


def _each(readers: Mapping[str, Callable[[], Any]], refused: list[InvalidInput]) -> dict[str, Any]:
    """Read each field; one that can't be read is left out and its refusal noted."""
    values: dict[str, Any] = {}
    for name, read in readers.items():
        try:
            values[name] = read()
        except InvalidInput as refusal:
            refused.append(refusal)
    return values


def _design_of(proposed: ExamDesign, values: Mapping[str, Any], refused: list[InvalidInput]) -> ExamDesign:
    """Put the values into the design; those that make no sense stay as proposed, and their refusals are noted."""
    while True:
        try:
            return changed_fields(proposed, values)
        except InvalidInput as refusal:
            refused.append(refusal)
            name = str(refusal.details["field"]).partition(".")[0]
            if name not in values:
                return proposed
            values = _without(values, name)


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    left_out = _JUDGED_TOGETHER.get(name, frozenset({name}))
    return {kept: value for kept, value in values.items() if kept not in left_out}


def _beside_its_field(refusal: InvalidInput) -> InvalidInput:
    name = str(refusal.details["field"]).rpartition(".")[2]
    return InvalidInput(field=_ASKED_AS.get(name, name), expected=str(refusal.details["expected"]))


def refusal(error: SamatError, t: Texts) -> Mapping[str, str]:
    """Put what the use case refused beside its field."""
    return field_errors(error, t, otherwise="maximum_length")
