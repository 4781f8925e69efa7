"""Whom a simulation examines: how many, how able, and whether the bank's parameters are the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from itembank.errors import InvalidInput

#: With more, a site that also holds exams would be busy for too long.
MOST_EXAMINEES = 5000
MOST_ABILITY = 5.0
LARGEST_SEED = 2**53 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationOptions:
    """The simulated candidates.

    Args:
        examinees: How many, 1 to 5,000.
        ability_mean: Mean of their true abilities, from -5 to 5.
        ability_sd: Standard deviation of them, 0 to 5.
        seed: Seed of everything random, from 0; the same seed gives the same report.
        parameter_error: Whether answers follow parameters that differ from the bank's by their standard errors.

    Raises:
        InvalidInput: A value can't be taken, by its field.
    """

    examinees: int = 1000
    ability_mean: float = 0.0
    ability_sd: float = 1.0
    seed: int = 1
    parameter_error: bool = False

    def __post_init__(self) -> None:
        _require(1 <= self.examinees <= MOST_EXAMINEES, "examinees", f"a whole number from 1 to {MOST_EXAMINEES}")
        mean, sd = self.ability_mean, self.ability_sd
        _require(
            isfinite(mean) and abs(mean) <= MOST_ABILITY, "ability_mean", f"from {-MOST_ABILITY:g} to {MOST_ABILITY:g}"
        )
        _require(isfinite(sd) and 0 <= sd <= MOST_ABILITY, "ability_sd", f"from 0 to {MOST_ABILITY:g}")
        _require(0 <= self.seed <= LARGEST_SEED, "seed", f"a whole number from 0 to {LARGEST_SEED}")

    def to_dict(self) -> dict[str, Any]:
        """Return the options as plain values, without the seed, which has a place of its own."""
        return {name: value for name, value in asdict(self).items() if name != "seed"}

    @classmethod
    def from_record(cls, document: Mapping[str, Any], *, seed: int) -> SimulationOptions:
        """Return the options that `to_dict` wrote."""
        return cls(**document, seed=seed)


def _require(holds: bool, field: str, expected: str) -> None:
    if not holds:
        raise InvalidInput(field=field, expected=expected)
