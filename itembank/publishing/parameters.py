"""What an item is measured by in a bank, and what to measure it by before anybody has answered it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from calibration.priors import difficulty_prior, discrimination_of_guess
from itembank.tables import BankItem, BankTask

PRIOR, CALIBRATED = "prior", "calibration"

#: Logits from one threshold of an item with parts to the next, before answers tell.
_THRESHOLD_SPACING = 1.0


@dataclass(frozen=True, slots=True)
class Parameters:
    """What an item is measured by in a bank; ``further`` holds what its model needs besides, by the engine's names."""

    model: str
    discrimination: float
    difficulty: float
    se_discrimination: float
    se_difficulty: float
    source: str  # "prior" or "calibration"
    n_responses: int = 0
    further: Mapping[str, Any] = field(default_factory=dict)

    @property
    def maximum_score(self) -> int:
        """The highest score that the model knows."""
        return highest_score(self.further)

    @classmethod
    def of_row(cls, row: BankItem | BankTask) -> Parameters:
        """Read what a bank keeps."""
        return cls(
            model=row.model,
            discrimination=row.discrimination,
            difficulty=row.difficulty,
            se_discrimination=row.se_discrimination,
            se_difficulty=row.se_difficulty,
            source=row.parameter_source,
            n_responses=row.n_responses,
            further=row.parameters,
        )

    def columns(self) -> dict[str, Any]:
        """Name the values as a row of a bank does."""
        return {
            "model": self.model,
            "discrimination": self.discrimination,
            "difficulty": self.difficulty,
            "se_discrimination": self.se_discrimination,
            "se_difficulty": self.se_difficulty,
            "parameters": dict(self.further),
            "parameter_source": self.source,
            "n_responses": self.n_responses,
        }


def highest_score(further: Mapping[str, Any]) -> int:
    """Tell the highest score of an item from what its model needs besides discrimination and difficulty."""
    return len(further.get("thresholds") or further.get("category_slopes", ())[1:]) or 1


def prior_parameters(difficulty_rating: int, *, maximum_score: int = 1) -> Parameters:
    """Give the parameters of an item about which only the writer's rating is known (cold start).

    Args:
        difficulty_rating: From 1 (easy) to 5 (hard).
        maximum_score: The highest score; above 1 the item is scored in parts and follows the generalised partial credit
            model, its thresholds spread evenly around the difficulty.
    """
    difficulty, spread = difficulty_prior(difficulty_rating)
    guess = discrimination_of_guess(1.0, spread)
    if maximum_score == 1:
        return Parameters("2pl", guess, difficulty, 0.35, spread, PRIOR)
    # Parts of one question say less than as many questions, and how much less is not known before there are answers:
    # until then the item is to count about as much as any other, however many parts it has.
    slope = guess * 2 / (maximum_score + 1)
    middle = (maximum_score - 1) / 2
    thresholds = [round(difficulty + (step - middle) * _THRESHOLD_SPACING, 12) for step in range(maximum_score)]
    location = sum(thresholds) / maximum_score
    return Parameters("gpcm", slope, location, 0.35 * slope / guess, spread, PRIOR, further={"thresholds": thresholds})
