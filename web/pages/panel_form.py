"""The form of a panel: what was entered, as it was entered, and the plan it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from calibration.standard_setting.bookmark import RESPONSE_PROBABILITY
from itembank.errors import InvalidInput, SamatError, TooFewJudges
from itembank.standard_setting.panels import LONGEST_DESCRIPTION, PanelPlan, PanelView
from web.error_pages import error_text
from web.pages.administration_entries import read_number, read_whole
from web.texts_catalogue import Texts

#: 67 stands for two chances in three, which is what the method means by it; 67.0 is 0.67.
TWO_IN_THREE = "67"

Entered = Annotated[str, Field(max_length=400)]
EnteredText = Annotated[str, Field(max_length=3 * LONGEST_DESCRIPTION)]


class PanelForm(BaseModel):
    """Everything that the form of a panel holds."""

    model_config = ConfigDict(frozen=True)

    unit: Entered = ""
    method: Entered = "angoff"
    description_th: EnteredText = ""
    description_en: EnteredText = ""
    judges: list[Entered] = []
    rounds: Entered = "2"
    sample: Entered = ""
    response_probability: Entered = TWO_IN_THREE
    shows_key: Entered = ""
    asks_limits: Entered = ""

    @classmethod
    def blank(cls, *, unit: str) -> PanelForm:
        """Begin a new panel."""
        return cls(unit=unit, shows_key="1")

    @classmethod
    def of(cls, panel: PanelView) -> PanelForm:
        """Begin a change."""
        return cls(
            unit=panel.unit,
            method=panel.method,
            description_th=panel.description_th,
            description_en=panel.description_en,
            judges=[str(judge.person_id) for judge in panel.judges],
            rounds=str(panel.rounds),
            sample=str(panel.items) if panel.is_sample else "",
            response_probability=_percent(panel.response_probability),
            shows_key="1" if panel.shows_key else "",
            asks_limits="1" if panel.asks_limits else "",
        )

    def plan(self) -> PanelPlan:
        """Read the plan.

        Raises:
            InvalidInput: A value can't be read.
        """
        values: dict[str, Any] = {}
        for name, read in self._readers().items():
            values[name] = read()
        return PanelPlan(
            unit=self.unit,
            method=self.method,
            description_th=self.description_th,
            description_en=self.description_en,
            shows_key=bool(self.shows_key),
            asks_limits=bool(self.asks_limits),
            **values,
        )

    def unreadable(self) -> Mapping[str, InvalidInput]:
        """Name every field that can't be read, so that all are mended in one go."""
        refused: dict[str, InvalidInput] = {}
        for name, read in self._readers().items():
            try:
                read()
            except InvalidInput as refusal:
                refused[name] = refusal
        return refused

    def _readers(self) -> Mapping[str, Callable[[], Any]]:
        return {
            "judges": lambda: tuple(_person(entered) for entered in self.judges),
            "rounds": lambda: read_whole(self.rounds, field="rounds"),
            "sample": lambda: read_whole(self.sample, field="sample") if self.sample.strip() else None,
            "response_probability": self._read_probability,
        }

    def _read_probability(self) -> float:
        percent = read_number(self.response_probability, field="response_probability")
        return RESPONSE_PROBABILITY if self.response_probability.strip() == TWO_IN_THREE else percent / 100


def refusal_texts(error: SamatError, t: Texts) -> dict[str, str]:
    """Put what was refused beside its field."""
    if isinstance(error, TooFewJudges):
        return {"judges": t("standard_setting.error_judges")}
    if not isinstance(error, InvalidInput):
        return {"unit": error_text(error, t)}
    field = str(error.details["field"])
    key = f"standard_setting.error_{field}"
    return {field: t(key) if t.has(key) else error_text(error, t)}


def _percent(probability: float) -> str:
    """Write a probability so that reading it gives the same one."""
    if probability == RESPONSE_PROBABILITY:
        return TWO_IN_THREE
    text = f"{100 * probability:.15g}"
    return "67.0" if text == TWO_IN_THREE else text


def _person(entered: str) -> UUID:
    try:
        return UUID(entered)
    except ValueError:
        raise InvalidInput(field="judges", expected="people from the list") from None
