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
NO_GUESSING = "no_guessing"
FIXED = "fixed"
ONE_CATEGORY = "one_category"


@dataclass(frozen=True)
class CalibratedItem:
    """Parameters of one item with D = 1; for ``"2pl"`` P(right | θ) = 1 / (1 + exp(−a (θ − b))).

    Args:
        item_id: The item.
        model: ``"rasch"``, ``"2pl"``, ``"3pl"``, ``"grm"`` or ``"gpcm"``.
        discrimination: a.
        difficulty: b; of an item with several thresholds their mean.
        se_discrimination: Standard error of a: 0 where a was fixed, infinite where there is none.
        se_difficulty: Standard error of b, likewise.
        covariance: Covariance of the two.
        n_responses: Answers to the item.
        flag: None; ``"negative_discrimination"`` (look for a wrong key); ``"at_bound"`` (the likelihood rises without
            end, as with perfect separation: these are no estimates); ``"no_discrimination"`` (flat, so the difficulty
            is not defined); ``"no_guessing"`` (c ran to 0 and stays there); ``"one_category"`` (everybody answered
            alike: only the prior bounds the estimate); or ``"fixed"``.
        thresholds: b₁, b₂, … of ``"grm"`` and ``"gpcm"``, () otherwise.
        se_thresholds: Their standard errors.
        guessing: c of ``"3pl"``, 0 otherwise.
        se_guessing: Its standard error.
        covariances: Covariance matrix of a, then b or the thresholds, then c, row by row; () where it is that of a and
            b alone, which ``se_discrimination``, ``se_difficulty`` and ``covariance`` hold, or is not known.
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
    thresholds: tuple[float, ...] = ()
    se_thresholds: tuple[float, ...] = ()
    guessing: float = 0.0
    se_guessing: float = 0.0
    covariances: tuple[tuple[float, ...], ...] = ()

    def to_dict(self) -> dict[str, str | float | int | None]:
        """Name the values as parameter files and JSON do.

        Returns:
            Keys ``item, model, a, b, c, se_a, se_b, se_c, cov_ab, n, flag``, and ``b1, se_b1, b2, …`` of an item with
            thresholds; None where a number does not exist.
        """
        guesses = self.model == "3pl"
        document: dict[str, str | float | int | None] = {
            "item": self.item_id,
            "model": self.model,
            "a": self.discrimination,
            "b": self.difficulty,
            "c": self.guessing if guesses else None,
            "se_a": _finite(self.se_discrimination),
            "se_b": _finite(self.se_difficulty),
            "se_c": _finite(self.se_guessing) if guesses else None,
            "cov_ab": _finite(self.covariance),
            "n": self.n_responses,
            "flag": self.flag,
        }
        for place, (threshold, error) in enumerate(zip(self.thresholds, self.se_thresholds, strict=True), start=1):
            document[f"b{place}"], document[f"se_b{place}"] = threshold, _finite(error)
        return document


@dataclass(frozen=True)
class CalibrationResult:
    """Outcome of a calibration; a cancelled one carries no items.

    Args:
        model: The model asked for, or ``"mixed"``.
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
