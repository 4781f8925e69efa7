"""What a calibration hands back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from calibration.exclusions import Exclusion
from calibration.priors import Priors

CONVERGED = "converged"
NOT_CONVERGED = "not_converged"
CANCELLED = "cancelled"

NEGATIVE_DISCRIMINATION = "negative_discrimination"
AT_BOUND = "at_bound"
NO_DISCRIMINATION = "no_discrimination"
FIXED = "fixed"


@dataclass(frozen=True)
class CalibratedItem:
    """Parameters of one item, P(right | θ) = 1 / (1 + exp(−a (θ − b))), with D = 1.

    Args:
        item_id: The item.
        model: ``"rasch"`` or ``"2pl"``.
        discrimination: a.
        difficulty: b.
        se_discrimination: Standard error of a: 0 where a was fixed, infinite where there is none.
        se_difficulty: Standard error of b, likewise.
        covariance: Covariance of the two.
        n_responses: Answers to the item.
        flag: None; ``"negative_discrimination"`` (look for a wrong key); ``"at_bound"`` (the likelihood rises without
            end, as with perfect separation: these are no estimates); ``"no_discrimination"`` (flat, so the difficulty
            is not defined); or ``"fixed"``.
    """

    item_id: str
    model: str
    discrimination: float
    difficulty: float
    se_discrimination: float
    se_difficulty: float
    covariance: float
    n_responses: int
    flag: str | None = None

    def to_dict(self) -> dict[str, str | float | int | None]:
        """Name the values as parameter files and JSON do.

        Returns:
            Keys ``item, model, a, b, c, se_a, se_b, se_c, cov_ab, n, flag``; None where a number does not exist.
        """
        return {
            "item": self.item_id,
            "model": self.model,
            "a": self.discrimination,
            "b": self.difficulty,
            "c": None,
            "se_a": _finite(self.se_discrimination),
            "se_b": _finite(self.se_difficulty),
            "se_c": None,
            "cov_ab": _finite(self.covariance),
            "n": self.n_responses,
            "flag": self.flag,
        }


@dataclass(frozen=True)
class CalibrationResult:
    """Outcome of a calibration; a cancelled one carries no items.

    Args:
        model: ``"rasch"`` or ``"2pl"``.
        status: ``"converged"``, ``"not_converged"`` or ``"cancelled"``.
        items: Calibrated items in the order of the data.
        log_likelihood: Marginal log-likelihood, without the priors.
        iterations: E-steps taken.
        latent_mean: Mean of the abilities.
        latent_sd: Standard deviation of the abilities.
        n_persons: Persons who took part.
        n_responses: Answers that took part.
        n_nodes: Nodes of the ability grid.
        exclusions: What took no part, and why.
        priors: Priors with the hyperparameters at the end, or None.
        history: Log-likelihood plus log prior at each accepted step; it never falls while grid and
            priors stand still.
    """

    model: str
    status: str
    items: tuple[CalibratedItem, ...]
    log_likelihood: float
    iterations: int
    latent_mean: float
    latent_sd: float
    n_persons: int
    n_responses: int
    n_nodes: int
    exclusions: tuple[Exclusion, ...]
    priors: Priors | None
    history: tuple[float, ...]

    @property
    def converged(self) -> bool:
        """Whether the maximum was reached and is a maximum."""
        return self.status == CONVERGED

    @property
    def n_items(self) -> int:
        """How many items were calibrated."""
        return len(self.items)

    @property
    def parameters(self) -> Mapping[str, tuple[float, float]]:
        """Discrimination and difficulty by item."""
        return {item.item_id: (item.discrimination, item.difficulty) for item in self.items}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
