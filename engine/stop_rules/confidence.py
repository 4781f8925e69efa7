"""Stop as soon as the verdict is sure, or cannot become sure any more."""

from collections.abc import Sequence

import numpy as np

from engine.ability.ability_grid import posterior_of, probability_above
from engine.blueprints.shadow_test import open_items
from engine.design import PreparedExam
from engine.response_models import FloatArray, IntArray
from engine.stop_rules.evidence import STOP_DIGITS, Evidence
from engine.stop_rules.stop_reasons import CONFIDENT_COMPETENT, CONFIDENT_NOT_YET, OUTCOME_CANNOT_CHANGE

# The bound is computed in floating point; it errs on the side of going on.
BOUND_SLACK = 1e-9


def reason_to_stop(exam: PreparedExam, evidence: Evidence) -> str | None:
    """Return why the verdict needs no further item, or None.

    Reference:
        Lewis & Sheehan (1990) for the Bayesian rule; Finkelman (2008) for curtailment.
    """
    upper, lower = exam.design.stopping.thresholds(exam.design.confidence)
    passing = round(probability_above(exam.above_cut, evidence.posterior), STOP_DIGITS)
    if passing >= upper:
        return CONFIDENT_COMPETENT
    if passing <= round(lower, STOP_DIGITS):
        return CONFIDENT_NOT_YET
    at_maximum = len(evidence.administered) >= exam.design.maximum_length
    if at_maximum or confidence_in_reach(exam, administered=evidence.administered, posterior=evidence.posterior):
        return None
    return OUTCOME_CANNOT_CHANGE


def confidence_in_reach(exam: PreparedExam, *, administered: Sequence[int], posterior: FloatArray) -> bool:
    """Say whether any further answers could still make the exam sure of a verdict; when in doubt, yes.

    Args:
        exam: The prepared exam.
        administered: Pool positions of the items answered, fewer than the maximum length.
        posterior: Posterior on the exam's grid after these answers, shape (nodes,).

    Returns:
        False only if no choice of further items and no answers to them can lead to either confidence.

    Reference:
        Finkelman (2008).
    """
    left = exam.design.maximum_length - len(administered)
    allowed = open_items(exam.tree, length=exam.design.maximum_length, administered=administered)
    upper, lower = exam.design.stopping.thresholds(exam.design.confidence)
    # Two futures that can really happen settle most cases at a fraction of the bound's cost.
    likely = allowed[np.argsort(-exam.information_at_cut[allowed], kind="stable")[:left]]
    log_posterior = np.log(np.maximum(posterior, np.finfo(np.float64).tiny))
    for responses in (np.zeros(likely.size, dtype=np.int64), exam.pool.category_counts[likely] - 1):
        future = log_posterior + exam.answer_likelihood.of(likely.tolist(), responses.tolist())
        passing = probability_above(exam.above_cut, posterior_of(future))
        if passing >= upper or passing <= lower:
            return True
    return _bound_allows(exam, allowed, left, log_posterior)


def _bound_allows(exam: PreparedExam, allowed: IntArray, left: int, log_posterior: FloatArray) -> bool:
    """Bound the verdict's probability over every future by bounding each node of the posterior on its own.

    Up to `left` further answers multiply a node, relative to the cut score, by at most the product of the `left`
    largest likelihood ratios of the allowed items and at least that of the `left` smallest. A node that speaks for the
    verdict is given its largest factor and one that speaks against it its smallest; real futures cannot do better.
    """
    largest, smallest = exam.extreme_log_ratios
    highest = log_posterior + np.sort(largest[allowed], axis=0)[-left:].sum(axis=0)
    lowest = log_posterior + np.sort(smallest[allowed], axis=0)[:left].sum(axis=0)
    scale = highest.max()
    upper, lower = exam.design.stopping.thresholds(exam.design.confidence)
    for margins in (exam.above_cut - (upper - BOUND_SLACK), (lower + BOUND_SLACK) - exam.above_cut):
        if float(margins @ np.exp(np.where(margins > 0, highest, lowest) - scale)) >= 0:
            return True
    return False
