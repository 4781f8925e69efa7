"""Which sittings of a cohort end: the stop rules themselves, asked only where an array cannot rule a stop out."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from engine.ability.ability_grid import credible_intervals, means_and_sds, posterior_of, probabilities_above
from engine.response_models import FloatArray, IntArray
from engine.simulation.cohort import BoolArray, Cohort
from engine.stop_rules.stopping import decide_stop

# What two ways of adding the same numbers may differ by; nearer to a threshold the rule itself decides.
DOUBT = 1e-9


def end_where_due(cohort: Cohort, rows: IntArray, posterior: FloatArray, *, answered: int) -> BoolArray:
    """End the sittings that a stop rule or the maximum length ends.

    Args:
        cohort: The sittings; the reasons are noted in it.
        rows: The sittings that go on so far, shape (sittings,).
        posterior: Their posteriors, shape (sittings, nodes).
        answered: Answers of each of them.

    Returns:
        Whether each goes on, shape (sittings,).
    """
    exam = cohort.tables.exam
    goes_on = _surely_goes_on(cohort, rows, posterior, answered=answered)
    for place in np.flatnonzero(~goes_on).tolist():
        row = int(rows[place])
        stop = decide_stop(
            exam,
            administered=cohort.administered[row, :answered].tolist(),
            responses=cohort.responses[row, :answered].tolist(),
            posterior=posterior[place],
        )
        goes_on[place] = not stop.stop
        cohort.reasons[row] = stop.reason
    return goes_on


def _surely_goes_on(cohort: Cohort, rows: IntArray, posterior: FloatArray, *, answered: int) -> BoolArray:
    design = cohort.tables.exam.design
    if answered >= design.maximum_length:
        return np.zeros(rows.size, dtype=np.bool_)
    if answered < design.minimum_length:
        return np.ones(rows.size, dtype=np.bool_)
    silent = [
        RULED_OUT[rule](cohort, rows, posterior, answered) if rule in RULED_OUT else np.zeros(rows.size, np.bool_)
        for rule in design.stop_rules
    ]
    every = design.stopping.combination == "any"
    return np.asarray(np.logical_and.reduce(silent) if every else np.logical_or.reduce(silent))


def _length_not_reached(_cohort: Cohort, rows: IntArray, _posterior: FloatArray, _answered: int) -> BoolArray:
    return np.ones(rows.size, dtype=np.bool_)


def _not_precise(cohort: Cohort, _rows: IntArray, posterior: FloatArray, _answered: int) -> BoolArray:
    _means, deviations = means_and_sds(cohort.tables.exam.grid.nodes, posterior)
    return np.asarray(deviations > cohort.tables.exam.design.stopping.target_standard_error + DOUBT)


def _cut_inside_interval(cohort: Cohort, _rows: IntArray, posterior: FloatArray, _answered: int) -> BoolArray:
    design = cohort.tables.exam.design
    low, high = credible_intervals(cohort.tables.exam.grid, posterior, level=design.stopping.interval_level)
    return (low < design.cut_score - DOUBT) & (high > design.cut_score + DOUBT)


def _verdict_open(cohort: Cohort, rows: IntArray, posterior: FloatArray, answered: int) -> BoolArray:
    """Say where the verdict is neither sure nor out of reach.

    The likeliest ways to a sure verdict are all answers wrong and all right to the most informative items left: where
    either leads there, it is in reach. Elsewhere the rule has to look closer.
    """
    exam = cohort.tables.exam
    upper, lower = exam.design.stopping.thresholds(exam.design.confidence)
    passing = probabilities_above(exam.above_cut, posterior)
    is_open = (passing < upper - DOUBT) & (passing > lower + DOUBT)
    asked = np.flatnonzero(is_open)
    if asked.size:
        is_open[asked] = _verdict_in_reach(cohort, rows[asked], posterior[asked], answered)
    return np.asarray(is_open)


def _verdict_in_reach(cohort: Cohort, rows: IntArray, posterior: FloatArray, answered: int) -> BoolArray:
    tables, exam = cohort.tables, cohort.tables.exam
    upper, lower = exam.design.stopping.thresholds(exam.design.confidence)
    length = exam.design.maximum_length
    order = tables.by_information_at_cut
    allowed = cohort.unanswered[rows][:, order]
    if cohort.room is not None:
        fits = cohort.room.of(rows).fits(length=length)
        allowed &= fits[:, tables.groups.group_of_item[order]]
    likely = allowed & (allowed.cumsum(axis=1) <= length - answered)
    columns = np.flatnonzero(likely.any(axis=0))
    chosen = likely[:, columns].astype(np.float64)
    log_posterior = np.log(np.maximum(posterior, np.finfo(np.float64).tiny))
    in_reach = np.zeros(rows.size, dtype=np.bool_)
    for table in tables.lowest_and_highest:
        future = posterior_of(log_posterior + chosen @ table[order[columns]])
        passing = probabilities_above(exam.above_cut, future)
        in_reach |= (passing >= upper + DOUBT) | (passing <= lower - DOUBT)
    return in_reach


#: Where a rule surely has no reason to stop; rules that are not here are asked about every sitting.
RULED_OUT: Mapping[str, Callable[[Cohort, IntArray, FloatArray, int], BoolArray]] = MappingProxyType(
    {
        "length": _length_not_reached,
        "se": _not_precise,
        "interval": _cut_inside_interval,
        "confidence": _verdict_open,
    }
)
