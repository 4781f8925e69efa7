"""Simulated sittings, as records that can be replayed and as the columns that a report is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from engine.ability.ability_grid import credible_intervals, means_and_sds, posterior_of, probabilities_above
from engine.blueprints.blueprint import ROOT
from engine.design import PreparedExam
from engine.outcomes.verdicts import (
    COMPETENT,
    INTERVAL_LEVEL,
    NOT_ENOUGH_EVIDENCE,
    NOT_YET_COMPETENT,
    SittingOutcome,
    outcomes,
)
from engine.response_models import FloatArray, IntArray
from engine.simulation.cohort import BoolArray
from engine.simulation.cohort_room import NestedGroups
from engine.simulation.cohort_sittings import FinishedSittings
from engine.sittings.sitting import SittingState
from engine.stop_rules.evidence import STOP_DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSitting:
    """One simulated sitting, complete enough to be replayed.

    Args:
        seed: Seed of the sitting.
        theta: True ability.
        ineligible: Ids of the items that exposure control kept back.
        responses: Item id and scored response of every answer, in order, pretest items included.
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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SittingColumns:
    """What a report needs to know of many sittings, one a row.

    Args:
        theta: True abilities, shape (sittings,).
        estimate: Posterior means, shape (sittings,).
        standard_error: Posterior standard deviations, shape (sittings,).
        low: Lower ends of the credible intervals, shape (sittings,).
        high: Their upper ends, shape (sittings,).
        probability: P(ability >= cut score), shape (sittings,).
        verdict: 1 for competent, -1 for not yet, 0 where none was issued, shape (sittings,).
        broken: Whether a bound of the blueprint is broken, shape (sittings,).
        administered: Pool positions of the scored items, shape (sittings, maximum length); -1 beyond the end.
        reasons: Why each sitting ended, shape (sittings,).
    """

    theta: FloatArray
    estimate: FloatArray
    standard_error: FloatArray
    low: FloatArray
    high: FloatArray
    probability: FloatArray
    verdict: IntArray
    broken: BoolArray
    administered: IntArray
    reasons: "np.ndarray[tuple[int], np.dtype[np.str_]]"

    @property
    def lengths(self) -> IntArray:
        """Number of scored items of each sitting, shape (sittings,)."""
        return np.asarray((self.administered >= 0).sum(axis=1))

    @classmethod
    def joined(cls, parts: Sequence["SittingColumns"]) -> "SittingColumns":
        """Return the columns of several groups of sittings of one exam, one group after the other."""
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})


def columns_of(finished: FinishedSittings, groups: NestedGroups) -> SittingColumns:
    """Return the columns of sittings that were stepped together: for the whole exam what `outcomes` says of each."""
    exam = finished.exam
    posterior = posterior_of(finished.log_posterior)
    estimate, standard_error = means_and_sds(exam.grid.nodes, posterior)
    low, high = credible_intervals(exam.grid, posterior, level=INTERVAL_LEVEL)
    probability = probabilities_above(exam.above_cut, posterior)
    counts = groups.counts(finished.administered)
    complete = (counts >= exam.tree.minima).all(axis=1)
    enough = complete & (counts[:, ROOT] >= max(exam.design.minimum_length, exam.tree.required[ROOT]))
    upper, lower = exam.design.stopping.thresholds(exam.design.confidence)
    rounded = probability.round(STOP_DIGITS)
    side = np.where(rounded >= upper, 1, np.where(rounded <= round(lower, STOP_DIGITS), -1, 0))
    return SittingColumns(
        theta=finished.thetas,
        estimate=estimate,
        standard_error=standard_error,
        low=low,
        high=high,
        probability=probability,
        verdict=np.where(enough, side, 0).astype(np.int64),
        broken=np.asarray(~complete | (counts > exam.tree.maxima).any(axis=1)),
        administered=finished.administered,
        reasons=np.array(finished.reasons),
    )


def columns_of_records(exam: PreparedExam, sittings: Sequence[SimulatedSitting]) -> SittingColumns:
    """Return the columns of sittings that were taken one by one."""
    units = [sitting.outcome.unit for sitting in sittings]
    verdicts = {COMPETENT: 1, NOT_YET_COMPETENT: -1, NOT_ENOUGH_EVIDENCE: 0}
    administered = np.full((len(sittings), exam.design.maximum_length), -1, dtype=np.int64)
    for row, sitting in enumerate(sittings):
        given = [item_id for item_id, _response in scored_answers(exam, sitting)]
        administered[row, : len(given)] = [exam.pool.index_of(item_id) for item_id in given]
    return SittingColumns(
        theta=np.array([sitting.theta for sitting in sittings]),
        estimate=np.array([unit.theta for unit in units]),
        standard_error=np.array([unit.standard_error for unit in units]),
        low=np.array([unit.interval[0] for unit in units]),
        high=np.array([unit.interval[1] for unit in units]),
        probability=np.array([unit.probability for unit in units]),
        verdict=np.array([verdicts[unit.verdict] for unit in units], dtype=np.int64),
        broken=np.array([bool(sitting.violations) for sitting in sittings]),
        administered=administered,
        reasons=np.array([sitting.finish_reason for sitting in sittings]),
    )


def records_of(finished: FinishedSittings) -> list[SimulatedSitting]:
    """Return sittings that were stepped together as records."""
    states = [finished.state(row) for row in range(len(finished.seeds))]
    return [
        record_of(finished.exam, state, theta=theta, responses=_by_id(finished.exam, state))
        for state, theta in zip(states, finished.thetas.tolist(), strict=True)
    ]


def record_of(
    exam: PreparedExam, state: SittingState, *, theta: float, responses: tuple[tuple[str, int], ...]
) -> SimulatedSitting:
    """Return the record of a finished sitting.

    Args:
        exam: The prepared exam.
        state: The finished sitting.
        theta: True ability.
        responses: Item id and scored response of every answer, in order.

    Returns:
        The record, judged and held against the blueprint.
    """
    return SimulatedSitting(
        seed=state.seed,
        theta=theta,
        ineligible=state.ineligible,
        responses=responses,
        finish_reason=str(state.finish_reason),
        outcome=outcomes(exam, state),
        violations=exam.tree.violations(state.administered),
        ineligible_by_bin=state.ineligible_by_bin,
    )


def scored_answers(exam: PreparedExam, sitting: SimulatedSitting) -> list[tuple[str, int]]:
    """Return the answers of a sitting that count, without those to pretest items."""
    return [answer for answer in sitting.responses if answer[0] not in exam.pretest_positions]


def _by_id(exam: PreparedExam, state: SittingState) -> tuple[tuple[str, int], ...]:
    return tuple(zip((exam.pool.item_ids[item] for item in state.administered), state.responses, strict=True))
