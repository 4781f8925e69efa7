"""Wald's sequential probability ratio test between an ability just above the cut score and one just below it."""

from collections.abc import Sequence
from math import log

from engine.design import PreparedExam
from engine.stop_rules.evidence import STOP_DIGITS, Evidence
from engine.stop_rules.stop_reasons import RATIO_COMPETENT, RATIO_NOT_YET
from engine.stop_rules.stop_settings import StopSettings


def reason_to_stop(exam: PreparedExam, evidence: Evidence) -> str | None:
    """Return which of the two abilities the responses speak for clearly enough, or None.

    Reference:
        Wald (1947); Reckase (1983); Eggen (1999).
    """
    ratio = log_ratio(exam, evidence.administered, evidence.responses)
    return side_of(ratio, exam.design.stopping, competent=RATIO_COMPETENT, not_yet=RATIO_NOT_YET)


def log_ratio(exam: PreparedExam, administered: Sequence[int], responses: Sequence[int]) -> float:
    """Return the logarithm of the likelihood at the upper end of the indifference region over that at the lower end.

    Args:
        exam: The prepared exam.
        administered: Pool positions of the items answered.
        responses: Scored responses to them.

    Returns:
        The logarithm; 0 without responses.
    """
    ends = exam.sprt_likelihood.of(administered, responses)
    return float(ends[1] - ends[0])


def side_of(log_likelihood_ratio: float, settings: StopSettings, *, competent: str, not_yet: str) -> str | None:
    """Compare a log-likelihood ratio with Wald's boundaries for the two error rates.

    Args:
        log_likelihood_ratio: For the upper against the lower ability.
        settings: Settings with the rates.
        competent: What to return at or above the upper boundary.
        not_yet: What to return at or below the lower one.

    Returns:
        One of them, or None between the boundaries.

    Reference:
        Wald (1947).
    """
    alpha, beta = settings.false_positive_rate, settings.false_negative_rate
    ratio = round(log_likelihood_ratio, STOP_DIGITS)
    if ratio >= round(log((1 - beta) / alpha), STOP_DIGITS):
        return competent
    return not_yet if ratio <= round(log(beta / (1 - alpha)), STOP_DIGITS) else None
