"""What a simulation says about an exam, each figure with its Monte-Carlo standard error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from engine.design import PreparedExam
from engine.exposure.exposure_usage import UsageReport, overlap_rate, usage_report
from engine.outcomes.subscores import SubscoreValue, subscore_values
from engine.response_models import FloatArray
from engine.simulation.conditional_figures import (
    ClaimFigures,
    ConditionalFigures,
    claim_figures,
    claims,
    conditional_figures,
    likelier_side_is_true,
    measurement,
)
from engine.simulation.monte_carlo import Figure, errors_of, mean, share
from engine.simulation.programme import TakenSittings
from engine.simulation.simulated_sittings import SimulatedSitting, SittingColumns

__all__ = ["SimulatedSitting", "SimulationReport", "summarise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationReport:
    """How an exam fares over many simulated examinees.

    Args:
        examinees: Number of sittings.
        bias: Mean of estimated minus true ability.
        rmse: Root mean squared difference between them.
        mean_standard_error: Root mean of the squared standard errors that the engine reports.
        interval_coverage: Share of the 90 % credible intervals that hold the true ability.
        mean_length: Mean number of items that count.
        max_exposure: Largest share of sittings that administered one item.
        overlap: Share of its items that a sitting has in common with another, on average.
        blueprint_violations: Sittings that break a bound of the blueprint, early stops included.
        decision_accuracy: Share of sittings in which the likelier side of the cut is the true one.
        claimed_accuracy: Mean probability that the engine gives to the likelier side.
        verdict_accuracy: Share of right verdicts among those issued, None where none was.
        undecided: Share of sittings without a verdict.
        finish_reasons: Number of sittings by reason of their end.
        lengths: Number of sittings by number of items.
        exposure: Share of sittings that administered each item, by id.
        usage: How the bank was used: items never seen, and items above the rate aimed at.
        conditional: Figures by true ability.
        claims: Claimed against actual accuracy, the least sure sittings first.
        standard_errors: Monte-Carlo standard errors, by the name of the figure; none of a single sitting. That sittings
            under exposure control depend on each other a little is left out of them.
        sittings: The sittings themselves if they were asked for.
        subscores: What each element's own score is worth beside that of the whole test: its PRMSE in this bank.
    """

    examinees: int
    bias: float
    rmse: float
    mean_standard_error: float
    interval_coverage: float
    mean_length: float
    max_exposure: float
    overlap: float
    blueprint_violations: int
    decision_accuracy: float
    claimed_accuracy: float
    verdict_accuracy: float | None
    undecided: float
    finish_reasons: Mapping[str, int]
    lengths: Mapping[int, int]
    exposure: Mapping[str, float]
    usage: UsageReport
    conditional: tuple[ConditionalFigures, ...]
    claims: tuple[ClaimFigures, ...]
    standard_errors: Mapping[str, float]
    sittings: tuple[SimulatedSitting, ...]
    subscores: tuple[SubscoreValue, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return all figures, without the sittings, as plain values ready for JSON."""
        document = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "sittings"}
        plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in document.items()}
        return plain | {
            "lengths": {str(length): sittings for length, sittings in self.lengths.items()},
            "usage": self.usage.to_dict(),
            "conditional": [figures.to_dict() for figures in self.conditional],
            "claims": [figures.to_dict() for figures in self.claims],
            "subscores": [value.to_dict() for value in self.subscores],
        }


def summarise(
    exam: PreparedExam, parts: Sequence[TakenSittings], *, exposure_limit: float | None = None
) -> SimulationReport:
    """Condense simulated sittings into a report.

    Args:
        exam: The prepared exam.
        parts: Its simulated sittings, at least one.
        exposure_limit: Largest share of sittings that should administer an item, if there is one.

    Returns:
        The report.

    Reference:
        Chen, Ankenmann & Spray (2003) for the overlap; Morris, White & Crowther (2019) for the standard errors.
    """
    columns = SittingColumns.joined([part.columns for part in parts])
    sittings = columns.theta.size
    counts = np.bincount(columns.administered[columns.administered >= 0], minlength=len(exam.pool)).astype(np.float64)
    figures = _measurement(columns) | _decisions(columns, exam.design.cut_score) | _usage(columns, counts / sittings)
    values: dict[str, Any] = {"verdict_accuracy": None} | {name: figure.value for name, figure in figures.items()}
    broken = share(int(columns.broken.sum()), sittings)
    return SimulationReport(
        examinees=sittings,
        blueprint_violations=round(broken.value * sittings),
        finish_reasons=_tally(columns.reasons),
        lengths=_tally(columns.lengths),
        exposure=dict(zip(exam.pool.item_ids, (counts / sittings).tolist(), strict=True)),
        usage=usage_report(exam.pool.item_ids, counts, sittings, limit=exposure_limit),
        conditional=conditional_figures(columns, exam.design),
        claims=claim_figures(columns, exam.design),
        standard_errors=errors_of(figures | {"blueprint_violations": broken.times(sittings)}),
        sittings=tuple(sitting for part in parts for sitting in part.records),
        subscores=subscore_values(exam) if any(exam.pool.elements) else (),
        **values,
    )


def _measurement(columns: SittingColumns) -> dict[str, Figure]:
    names = {"standard_error": "mean_standard_error", "coverage": "interval_coverage", "length": "mean_length"}
    figures = measurement(columns, np.ones(columns.theta.size, dtype=np.bool_))
    return {names.get(name, name): figure for name, figure in figures.items()}


def _decisions(columns: SittingColumns, cut_score: float) -> dict[str, Figure]:
    figures = {
        "decision_accuracy": mean(likelier_side_is_true(columns, cut_score)),
        "claimed_accuracy": mean(claims(columns)),
        "undecided": mean((columns.verdict == 0).astype(np.float64)),
    }
    issued = columns.verdict != 0
    if issued.any():
        right = (columns.verdict[issued] > 0) == (columns.theta[issued] >= cut_score)
        figures["verdict_accuracy"] = mean(right.astype(np.float64))
    return figures


def _usage(columns: SittingColumns, rates: FloatArray) -> dict[str, Figure]:
    """Return the largest exposure rate and the overlap.

    The overlap is a function of the rates, and these are means over the sittings: a sitting moves it by twice the mean
    rate of its items, less the overlap for each of them.
    """
    overlap, length = overlap_rate(rates), float(rates.sum())
    given = columns.administered >= 0
    rates_met = np.where(given, rates[columns.administered], 0.0).sum(axis=1)
    error = mean((2 * rates_met - overlap * given.sum(axis=1)) / length).error
    sittings = columns.theta.size
    return {
        "max_exposure": share(round(float(rates.max()) * sittings), sittings),
        "overlap": Figure(overlap, error),
    }


def _tally(values: "np.ndarray[Any, np.dtype[Any]]") -> dict[Any, int]:
    found, sittings = np.unique(values, return_counts=True)
    return dict(zip(found.tolist(), sittings.tolist(), strict=True))
