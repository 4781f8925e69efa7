"""The form that asks for a calibration run: what was typed, and the settings that it means."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from math import nan
from typing import Annotated, Final

from fastapi import Form

from itembank.calibration_runs.run_settings import (
    ABILITIES,
    GROUPINGS,
    LINKS,
    PRIOR_KINDS,
    SCOPES,
    RunSettings,
)
from itembank.errors import (
    InvalidInput,
    NotEnoughAnswers,
    NotSeveralGroups,
    SamatError,
    TooFewFixedItems,
    TooFewForGuessing,
)

#: The recommended one first.
MODELS: Final = ("2pl", "rasch", "3pl")
#: What each further choice offers, the default first.
CHOICES: Final = {
    "scope": SCOPES,
    "link": LINKS,
    "abilities": ABILITIES,
    "groups": GROUPINGS,
    "priors": PRIOR_KINDS,
}
_FIELD_OF: Final = {TooFewForGuessing: "model", TooFewFixedItems: "scope", NotSeveralGroups: "groups"}
REFUSALS: Final = (NotEnoughAnswers, InvalidInput, *_FIELD_OF)


@dataclass(frozen=True)
class RunForm:
    """What was typed, by the names of the fields."""

    unit: Annotated[str, Form()] = ""
    model: Annotated[str, Form()] = MODELS[0]
    simulated: Annotated[str, Form()] = ""
    scope: Annotated[str, Form()] = SCOPES[0]
    link: Annotated[str, Form()] = LINKS[0]
    abilities: Annotated[str, Form()] = ABILITIES[0]
    groups: Annotated[str, Form()] = GROUPINGS[0]
    priors: Annotated[str, Form()] = PRIOR_KINDS[0]
    log_discrimination_sd: Annotated[str, Form()] = "0.35"
    guessing: Annotated[str, Form()] = "0.2"
    guessing_logit_sd: Annotated[str, Form()] = "0.5"

    @property
    def settings(self) -> RunSettings:
        """The choices; what is no number becomes one that no run takes."""
        return RunSettings(
            scope=self.scope,
            link=self.link,
            abilities=self.abilities,
            groups=self.groups,
            priors=self.priors,
            log_discrimination_sd=_number(self.log_discrimination_sd),
            guessing=_number(self.guessing),
            guessing_logit_sd=_number(self.guessing_logit_sd),
        )

    @property
    def beyond_defaults(self) -> bool:
        """Whether a further choice differs from its default, so that it should be in sight."""
        return self.settings != RunSettings()

    def values(self) -> dict[str, str]:
        """Give back what was typed."""
        return asdict(self)


def field_of(error: SamatError) -> str:
    """Name the field that a refusal is about."""
    return _FIELD_OF.get(type(error)) or str(error.details.get("field", "unit"))


def _number(text: str) -> float:
    with suppress(ValueError):
        return float(text.replace(",", "."))
    return nan
