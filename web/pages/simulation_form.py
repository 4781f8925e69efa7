"""The form of a new simulation: what was entered, as it was entered, and the design and candidates it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from engine.design import ExamDesign
from itembank.errors import InvalidInput, SamatError
from itembank.simulations.options import SimulationOptions
from itembank.simulations.starting_points import StartingPoint, changed_design
from web.error_pages import error_text
from web.pages.administration_entries import read_number, read_whole
from web.texts_catalogue import Texts

Made = TypeVar("Made")

Entered = Annotated[str, Field(max_length=60)]


def read_percent(entered: str, *, field: str) -> float:
    """Read a percentage as a share.

    Raises:
        InvalidInput: It is no number.
    """
    return read_number(entered.replace("%", ""), field=field) / 100


def _read_limit(entered: str, *, field: str) -> float | None:
    return read_percent(entered, field=field) if entered.strip() else None


def _read_name(entered: str, *, field: str) -> str:
    return entered


Reader = Callable[..., Any]

_DESIGN_FIELDS: Mapping[str, Reader] = {
    "minimum_length": read_whole,
    "maximum_length": read_whole,
    "cut_score": read_number,
    "confidence": read_percent,
    "selection": _read_name,
    "randomesque": read_whole,
    "maximum_exposure": _read_limit,
    "exposure_bins": read_whole,
    "pretest_items": read_whole,
    "stop_rule": _read_name,
}
_OPTION_FIELDS: Mapping[str, Reader] = {
    "examinees": read_whole,
    "ability_mean": read_number,
    "ability_sd": read_number,
    "seed": read_whole,
}


class SimulationForm(BaseModel):
    """Everything that the form of a new simulation holds."""

    model_config = ConfigDict(frozen=True)

    unit: Entered = ""
    bank: Entered = ""
    source: Entered = "proposed"
    minimum_length: Entered = ""
    maximum_length: Entered = ""
    cut_score: Entered = ""
    confidence: Entered = ""
    selection: Entered = ""
    randomesque: Entered = ""
    maximum_exposure: Entered = ""
    exposure_bins: Entered = ""
    pretest_items: Entered = ""
    stop_rule: Entered = ""
    further_rules: list[Entered] = []
    combination: Entered = "any"
    target_standard_error: Entered = ""
    examinees: Entered = ""
    ability_mean: Entered = ""
    ability_sd: Entered = ""
    seed: Entered = ""
    parameter_error: Entered = ""

    @classmethod
    def started(cls, start: StartingPoint) -> SimulationForm:
        """Begin with a starting point."""
        design, options = start.design, start.options
        limit = design.maximum_exposure
        return cls(
            unit=start.unit,
            bank=str(start.bank.number),
            source=start.source,
            minimum_length=str(design.minimum_length),
            maximum_length=str(design.maximum_length),
            cut_score=f"{design.cut_score:g}",
            confidence=f"{100 * design.confidence:g}",
            selection=design.selection,
            randomesque=str(design.randomesque),
            maximum_exposure="" if limit is None else f"{100 * limit:g}",
            exposure_bins=str(design.exposure_bins),
            pretest_items=str(design.pretest_items),
            stop_rule=design.stop_rule,
            further_rules=list(design.stopping.further_rules),
            combination=design.stopping.combination,
            target_standard_error=f"{design.stopping.target_standard_error:g}",
            examinees=str(options.examinees),
            ability_mean=f"{options.ability_mean:g}",
            ability_sd=f"{options.ability_sd:g}",
            seed=str(options.seed),
            parameter_error="1" if options.parameter_error else "",
        )

    def read(self, start: ExamDesign, t: Texts) -> tuple[ExamDesign, SimulationOptions] | Mapping[str, str]:
        """Read the form.

        Args:
            start: The design that the form began with, which keeps what the form does not show.
            t: The reader's language.

        Returns:
            The design and the candidates; or everything that can't be taken, by its field, to be mended in one go.
        """
        errors: dict[str, str] = {}
        changes = self._values(_DESIGN_FIELDS, errors, t)
        wanted = self._values(_OPTION_FIELDS, errors, t)
        stopping = self._values({"target_standard_error": read_number}, errors, t)
        stopping |= {"further_rules": [rule for rule in self.further_rules if rule != self.stop_rule]}
        stopping |= {"combination": self.combination}
        design = _tried(lambda: changed_design(start, changes, stopping), errors, t)
        options = _tried(lambda: SimulationOptions(**wanted, parameter_error=bool(self.parameter_error)), errors, t)
        return errors if errors or design is None or options is None else (design, options)

    def _values(self, fields: Mapping[str, Reader], errors: dict[str, str], t: Texts) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for field, read in fields.items():
            try:
                values[field] = read(getattr(self, field), field=field)
            except InvalidInput as error:
                errors |= field_error(error, t)
        return values


def field_error(error: SamatError, t: Texts) -> Mapping[str, str]:
    """Put a refusal beside its field; what the bank lacks stands beside the lengths."""
    if not isinstance(error, InvalidInput):
        return {"maximum_length": error_text(error, t)}
    field = str(error.details["field"]).rpartition(".")[2]
    key = f"simulations.error_{field}"
    return {field: t(key) if t.has(key) else error_text(error, t)}


def _tried(make: Callable[[], Made], errors: dict[str, str], t: Texts) -> Made | None:
    try:
        return make()
    except InvalidInput as error:
        # What could not even be read has its sentence already.
        errors |= {field: text for field, text in field_error(error, t).items() if field not in errors}
        return None
