"""What a simulation says about examinees of like ability, and about sittings that claimed the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.design import ExamDesign
from engine.response_models import FloatArray
from engine.simulation.cohort import BoolArray
from engine.simulation.monte_carlo import Figure, errors_of, mean, root_mean
from engine.simulation.simulated_sittings import SittingColumns

# Limits of the bins of true ability, in standard deviations of the prior about its mean.
LIMITS = np.arange(-2.5, 2.6, 0.5)
CLAIM_GROUPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalFigures:
    """Figures of the examinees whose true ability lies between two limits.

    Args:
        low: Lower limit, included; None for none.
        high: Upper limit; None for none.
        examinees: How many there are.
        theta: Mean of their true abilities.
        bias: Mean of estimated minus true ability.
        rmse: Root mean squared difference between them.
        standard_error: Root mean of the squared standard errors that the engine reports.
        length: Mean number of items.
        accuracy: Share of sittings in which the likelier side of the cut is the true one.
        coverage: Share of the 90 % credible intervals that hold the true ability.
        undecided: Share of sittings without a verdict.
        standard_errors: Monte-Carlo standard errors, by the name of the figure; none of a single examinee.
    """

    low: float | None
    high: float | None
    examinees: int
    theta: float
    bias: float
    rmse: float
    standard_error: float
    length: float
    accuracy: float
    coverage: float
    undecided: float
    standard_errors: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values, ready for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFigures:
    """Sittings that claimed about the same: how sure they were of the likelier side of the cut, how often rightly.

    Args:
        examinees: How many sittings.
        claimed: Mean probability that the engine gives to the likelier side.
        actual: Share of them in which that side is the true one.
        standard_errors: Monte-Carlo standard errors of both.
    """

    examinees: int
    claimed: float
    actual: float
    standard_errors: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values, ready for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def measurement(columns: SittingColumns, chosen: BoolArray) -> dict[str, Figure]:
    """Return bias, RMSE, standard error, coverage and length over the chosen sittings, at least one."""
    theta, estimate = columns.theta[chosen], columns.estimate[chosen]
    inside = (columns.low[chosen] <= theta) & (theta <= columns.high[chosen])
    return {
        "bias": mean(estimate - theta),
        "rmse": root_mean(np.square(estimate - theta)),
        "standard_error": root_mean(np.square(columns.standard_error[chosen])),
        "coverage": mean(inside.astype(np.float64)),
        "length": mean(columns.lengths[chosen].astype(np.float64)),
    }


def likelier_side_is_true(columns: SittingColumns, cut_score: float) -> FloatArray:
    """Return 1 where the likelier side of the cut is the true one and 0 elsewhere, shape (sittings,)."""
    return np.asarray((columns.probability >= 0.5) == (columns.theta >= cut_score), dtype=np.float64)


def claims(columns: SittingColumns) -> FloatArray:
    """Return the probability that the engine gives to the likelier side, shape (sittings,)."""
    return np.maximum(columns.probability, 1 - columns.probability)


def conditional_figures(columns: SittingColumns, design: ExamDesign) -> tuple[ConditionalFigures, ...]:
    """Return the figures by true ability.

    Args:
        columns: The sittings.
        design: The design, whose prior sets the bins: half a standard deviation wide, without end at both ends.

    Returns:
        Figures of each bin that has examinees, from the lowest ability to the highest.
    """
    limits = design.prior_mean + design.prior_sd * LIMITS
    right = likelier_side_is_true(columns, design.cut_score)
    places = np.searchsorted(limits, columns.theta, side="right")
    found = []
    for place in np.unique(places).tolist():
        chosen = places == place
        figures = measurement(columns, chosen) | {
            "theta": mean(columns.theta[chosen]),
            "accuracy": mean(right[chosen]),
            "undecided": mean((columns.verdict[chosen] == 0).astype(np.float64)),
        }
        found.append(
            ConditionalFigures(
                low=float(limits[place - 1]) if place else None,
                high=float(limits[place]) if place < limits.size else None,
                examinees=int(chosen.sum()),
                standard_errors=errors_of(figures),
                **{name: figure.value for name, figure in figures.items()},
            )
        )
    return tuple(found)


def claim_figures(columns: SittingColumns, design: ExamDesign) -> tuple[ClaimFigures, ...]:
    """Return claimed against actual accuracy of ten groups of about equal size, the least sure first.

    Args:
        columns: The sittings.
        design: The design with its cut score.

    Returns:
        The groups, fewer where there are fewer sittings.
    """
    claimed, right = claims(columns), likelier_side_is_true(columns, design.cut_score)
    return tuple(_claim_groups(claimed, right))


def _claim_groups(claimed: FloatArray, right: FloatArray) -> Iterator[ClaimFigures]:
    for group in np.array_split(np.argsort(claimed, kind="stable"), min(CLAIM_GROUPS, claimed.size)):
        figures = {"claimed": mean(claimed[group]), "actual": mean(right[group])}
        yield ClaimFigures(
            examinees=group.size,
            claimed=figures["claimed"].value,
            actual=figures["actual"].value,
            standard_errors=errors_of(figures),
        )
