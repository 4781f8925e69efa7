"""Where a sitting's ability prior comes from when it is not the population's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from engine.errors import InvalidSetting


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorOrigin:
    """The population's prior, and the finished sittings of other units that moved one sitting's prior away from it.

    Args:
        population_mean: Mean of the population's prior, which the exam was designed with.
        population_sd: Its standard deviation.
        units: Codes of the finished units, in the order in which they were taken into account.
        sittings: Names of the sittings that stand for them, one for each unit.
        weight: Power of their evidence that was counted, from 0 to 1: below 1 where all of it would have settled the
            verdict before the first answer.

    Raises:
        InvalidSetting: If a value makes no sense, by its name.
    """

    population_mean: float
    population_sd: float
    units: tuple[str, ...]
    sittings: tuple[str, ...]
    weight: float

    def __post_init__(self) -> None:
        for name in ("population_mean", "population_sd", "weight"):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not isfinite(value):
                raise InvalidSetting(f"prior_origin.{name} must be a finite number, not {value!r}")
        if self.population_sd <= 0:
            raise InvalidSetting(f"prior_origin.population_sd must be above 0, not {self.population_sd!r}")
        if not 0 <= self.weight <= 1:
            raise InvalidSetting(f"prior_origin.weight must be from 0 to 1, not {self.weight!r}")
        if len(set(self.units)) != len(self.units) or not self.units:
            raise InvalidSetting(f"prior_origin.units must be all different and at least one, not {self.units!r}")
        if len(self.sittings) != len(self.units):
            raise InvalidSetting(
                f"prior_origin.sittings must be one for each of {len(self.units)} units, not {len(self.sittings)}"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the origin as plain values, ready for JSON."""
        return {
            "population_mean": self.population_mean,
            "population_sd": self.population_sd,
            "units": list(self.units),
            "sittings": list(self.sittings),
            "weight": self.weight,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "PriorOrigin":
        """Return the origin that `to_dict` wrote.

        Raises:
            InvalidSetting: If a field is unknown, missing or of the wrong kind, by its name.
        """
        fields = ("population_mean", "population_sd", "units", "sittings", "weight")
        for name in (*document, *fields):
            if name not in fields or name not in document:
                problem = "is missing" if name in fields else f"is not a field; the fields are {', '.join(fields)}"
                raise InvalidSetting(f"prior_origin.{name} {problem}")
        for name in ("units", "sittings"):
            if not isinstance(document[name], (list, tuple)) or not all(
                isinstance(code, str) for code in document[name]
            ):
                raise InvalidSetting(f"prior_origin.{name} must be a list of texts, not {document[name]!r}")
        return cls(**{**document, "units": tuple(document["units"]), "sittings": tuple(document["sittings"])})
