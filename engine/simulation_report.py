"""What a simulation says about an exam, each figure with its Monte-Carlo standard error."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from math import sqrt
from typing import Any

import numpy as np

from engine.design import PreparedExam
from engine.outcomes import COMPETENT, NOT_ENOUGH_EVIDENCE, SittingOutcome
from engine.response_models import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSitting:
    """One simulated sitting, complete enough to be replayed.

    Args:
        seed: Seed of the sitting.
        theta: True ability.
        ineligible: Ids of the items that exposure control kept back.
        responses: Item id and scored response of every answer, in order.
        finish_reason: Why the engine ended it.
        outcome: What the engine concluded.
        violations: Bounds of the blueprint that the finished sitting breaks, as sentences.
        ineligible_by_bin: Ids of the items kept back besides while the estimate was in each exposure bin.
    """

    seed: int
    theta: float
    ineligible: tuple[str, ...]
    responses: tuple[tuple[str, int], ...]
    finish_reason: str
    outcome: SittingOutcome
    violations: tuple[str, ...]
    ineligible_by_bin: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationReport:
    """How an exam fares over many simulated examinees.

    Args:
        examinees: Number of sittings.
        bias: Mean of estimated minus true ability.
        rmse: Root mean squared difference between them.
        mean_standard_error: Root mean of the squared standard errors that the engine reports.
        interval_coverage: Share of the 90 % credible intervals that hold the true ability.
        mean_length: Mean number of items.
        max_exposure: Largest share of sittings that administered one item.
        overlap: Share of its items that a sitting has in common with another, on average.
        blueprint_violations: Sittings that break a bound of the blueprint, early stops included.
        decision_accuracy: Share of sittings in which the likelier side of the cut is the true one.
        claimed_accuracy: Mean probability that the engine gives to the likelier side.
        verdict_accuracy: Share of right verdicts among those issued, None where none was.
        undecided: Share of sittings without a verdict.
        finish_reasons: Number of sittings by reason of their end.
        exposure: Share of sittings that administered each item, by id.
        standard_errors: Monte-Carlo standard errors, by the name of the figure.
        sittings: The sittings themselves if they were asked for.
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
    exposure: Mapping[str, float]
    standard_errors: Mapping[str, float]
    sittings: tuple[SimulatedSitting, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return all figures, without the sittings, as plain values ready for JSON."""
        document = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "sittings"}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in document.items()}


def summarise(
    exam: PreparedExam, sittings: Sequence[SimulatedSitting], *, keep_sittings: bool = False
) -> SimulationReport:
    """Condense simulated sittings into a report.

    Args:
        exam: The prepared exam.
        sittings: Its simulated sittings, at least one.
        keep_sittings: Whether the report holds the sittings themselves.

    Returns:
        The report.

    Reference:
        Chen, Ankenmann & Spray (2003) for the overlap; Morris, White & Crowther (2019) for the standard errors.
    """
    figures = _measurement(sittings) | _decisions(exam, sittings)
    verdicts_right = _verdicts_right(exam, sittings)
    if verdicts_right.size:
        figures["verdict_accuracy"] = _mean(verdicts_right)
    exposure = _exposure(exam, sittings)
    values: dict[str, Any] = {"verdict_accuracy": None} | {name: value for name, (value, _error) in figures.items()}
    return SimulationReport(
        examinees=len(sittings),
        max_exposure=float(exposure.max()),
        overlap=float(np.square(exposure).sum() / exposure.sum()),
        blueprint_violations=sum(bool(sitting.violations) for sitting in sittings),
        finish_reasons=dict(sorted(Counter(sitting.finish_reason for sitting in sittings).items())),
        exposure=dict(zip(exam.pool.item_ids, exposure.tolist(), strict=True)),
        standard_errors={name: error for name, (_value, error) in figures.items()},
        sittings=tuple(sittings) if keep_sittings else (),
        **values,
    )


def _measurement(sittings: Sequence[SimulatedSitting]) -> dict[str, tuple[float, float]]:
    units = [sitting.outcome.unit for sitting in sittings]
    error = _column(unit.theta - sitting.theta for unit, sitting in zip(units, sittings, strict=True))
    inside = _column(unit.interval[0] <= s.theta <= unit.interval[1] for unit, s in zip(units, sittings, strict=True))
    return {
        "bias": _mean(error),
        "rmse": _root_mean(error**2),
        "mean_standard_error": _root_mean(_column(unit.standard_error**2 for unit in units)),
        "interval_coverage": _mean(inside),
        "mean_length": _mean(_column(len(sitting.responses) for sitting in sittings)),
    }


def _decisions(exam: PreparedExam, sittings: Sequence[SimulatedSitting]) -> dict[str, tuple[float, float]]:
    cut, units = exam.design.cut_score, [sitting.outcome.unit for sitting in sittings]
    right = ((unit.probability >= 0.5) == (s.theta >= cut) for unit, s in zip(units, sittings, strict=True))
    return {
        "decision_accuracy": _mean(_column(right)),
        "claimed_accuracy": _mean(_column(max(unit.probability, 1 - unit.probability) for unit in units)),
        "undecided": _mean(_column(unit.verdict == NOT_ENOUGH_EVIDENCE for unit in units)),
    }


def _verdicts_right(exam: PreparedExam, sittings: Sequence[SimulatedSitting]) -> FloatArray:
    issued = (sitting for sitting in sittings if sitting.outcome.unit.verdict != NOT_ENOUGH_EVIDENCE)
    return _column((s.outcome.unit.verdict == COMPETENT) == (s.theta >= exam.design.cut_score) for s in issued)


def _exposure(exam: PreparedExam, sittings: Sequence[SimulatedSitting]) -> FloatArray:
    counts = np.zeros(len(exam.pool))
    for sitting in sittings:
        for item_id, _response in sitting.responses:
            counts[exam.pool.index_of(item_id)] += 1
    return counts / len(sittings)


def _column(values: Iterable[float]) -> FloatArray:
    return np.array(list(values), dtype=np.float64)


def _mean(values: FloatArray) -> tuple[float, float]:
    error = float(values.std(ddof=1)) / sqrt(values.size) if values.size > 1 else 0.0
    return float(values.mean()), error


def _root_mean(squares: FloatArray) -> tuple[float, float]:
    """Return the root of a mean and, by the delta method, its standard error."""
    mean, error = _mean(squares)
    root = sqrt(mean)
    return root, error / (2 * root) if root else 0.0
