"""When a sitting ends by itself: sure of the verdict, out of items to give, or unable to become sure any more."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.ability_grid import posterior_of, probability_above
from engine.design import PreparedExam
from engine.response_models import FloatArray, IntArray
from engine.shadow_test import open_items

CONFIDENT_COMPETENT = "confident_competent"
CONFIDENT_NOT_YET = "confident_not_yet"
MAXIMUM_LENGTH = "maximum_length"
OUTCOME_CANNOT_CHANGE = "outcome_cannot_change"
# Last digits that differ between platforms must not decide a verdict.
PROBABILITY_DIGITS = 12
# The bound is computed in floating point; it errs on the side of going on.
BOUND_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class StopDecision:
    """Whether to stop, and why.

    Args:
        stop: True if no further item is to be given.
        reason: "confident_competent", "confident_not_yet", "maximum_length", "outcome_cannot_change", or None.
    """

    stop: bool
    reason: str | None = None


def decide_stop(exam: PreparedExam, *, administered: Sequence[int], posterior: FloatArray) -> StopDecision:
    """Decide whether a sitting ends here.

    Args:
        exam: The prepared exam.
        administered: Pool positions of the items answered.
        posterior: Posterior on the exam's grid after these answers, shape (nodes,).

    Returns:
        The decision; never a stop below the minimum length.

    Reference:
        Lewis & Sheehan (1990) for the Bayesian rule; Finkelman (2008) for curtailment.
    """
    design, answered = exam.design, len(administered)
    at_maximum = answered >= design.maximum_length
    if design.stop_rule == "confidence" and answered >= design.minimum_length:
        passing = round(probability_above(exam.above_cut, posterior), PROBABILITY_DIGITS)
        if passing >= design.confidence:
            return StopDecision(True, CONFIDENT_COMPETENT)
        if passing <= round(1 - design.confidence, PROBABILITY_DIGITS):
            return StopDecision(True, CONFIDENT_NOT_YET)
        if not at_maximum and not confidence_in_reach(exam, administered=administered, posterior=posterior):
            return StopDecision(True, OUTCOME_CANNOT_CHANGE)
    return StopDecision(True, MAXIMUM_LENGTH) if at_maximum else StopDecision(False)


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
    # Two futures that can really happen settle most cases at a fraction of the bound's cost.
    likely = allowed[np.argsort(-exam.information_at_cut[allowed], kind="stable")[:left]]
    log_posterior = np.log(np.maximum(posterior, np.finfo(np.float64).tiny))
    for response in (0, -1):
        future = log_posterior + exam.log_probabilities[likely, response].sum(axis=0)
        passing = probability_above(exam.above_cut, posterior_of(future))
        if max(passing, 1 - passing) >= exam.design.confidence:
            return True
    return _bound_allows(exam, allowed, left, log_posterior)


def _bound_allows(exam: PreparedExam, allowed: IntArray, left: int, log_posterior: FloatArray) -> bool:
    """Bound the verdict's probability over every future by bounding each node of the posterior on its own.

    Up to `left` further answers multiply a node, relative to the cut score, by at most the product of the `left`
    largest likelihood ratios of the allowed items and at least that of the `left` smallest. A node that speaks for the
    verdict is given its largest factor and one that speaks against it its smallest; real futures cannot do better.
    """
    ratios = exam.log_ratios_to_cut[allowed]
    highest = log_posterior + np.sort(ratios.max(axis=1), axis=0)[-left:].sum(axis=0)
    lowest = log_posterior + np.sort(ratios.min(axis=1), axis=0)[:left].sum(axis=0)
    scale = highest.max()
    needed = exam.design.confidence - BOUND_SLACK
    for weights in (exam.above_cut, 1 - exam.above_cut):
        margins = weights - needed
        if float(margins @ np.exp(np.where(margins > 0, highest, lowest) - scale)) >= 0:
            return True
    return False
