"""When a sitting ends by itself: one stop rule or several together, never before the minimum length."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.design import PreparedExam
from engine.response_models import FloatArray
from engine.stop_rules import (
    confidence,
    generalised_ratio,
    interval,
    item_information,
    probability_ratio,
    standard_error,
    time_limit,
)
from engine.stop_rules.evidence import Evidence
from engine.stop_rules.stop_reasons import MAXIMUM_LENGTH, TIME_LIMIT_REACHED

Rule = Callable[[PreparedExam, Evidence], str | None]


def _reason_of_length(exam: PreparedExam, evidence: Evidence) -> str | None:
    return MAXIMUM_LENGTH if len(evidence.administered) >= exam.design.maximum_length else None


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "confidence": confidence.reason_to_stop,
        "se": standard_error.reason_to_stop,
        "information": item_information.reason_to_stop,
        "sprt": probability_ratio.reason_to_stop,
        "glr": generalised_ratio.reason_to_stop,
        "interval": interval.reason_to_stop,
        "length": _reason_of_length,
        "time": time_limit.reason_to_stop,
    }
)


@dataclass(frozen=True, slots=True)
class StopDecision:
    """Whether to stop, and why.

    Args:
        stop: True if no further item is to be given.
        reason: A code of `engine.stop_rules.stop_reasons`, or None.
        further: Reasons of the other rules where all of them had to agree; none beside a time that is over.
    """

    stop: bool
    reason: str | None = None
    further: tuple[str, ...] = ()


def decide_stop(
    exam: PreparedExam,
    *,
    administered: Sequence[int],
    responses: Sequence[int],
    posterior: FloatArray,
    elapsed_seconds: float | None = None,
) -> StopDecision:
    """Decide whether a sitting ends here.

    Args:
        exam: The prepared exam.
        administered: Pool positions of the items answered.
        responses: Scored responses to them.
        posterior: Posterior on the exam's grid after these answers, shape (nodes,).
        elapsed_seconds: Time since the start of the sitting, which the rule "time" needs.

    Returns:
        The decision; never a stop below the minimum length, always one at the maximum length and, whatever the
        combination of the rules, when the time of the rule "time" is over.
    """
    design, answered = exam.design, len(administered)
    if answered >= design.minimum_length:
        evidence = Evidence(
            administered=administered, responses=responses, posterior=posterior, elapsed_seconds=elapsed_seconds
        )
        decision = _combined(exam, evidence)
        if decision.stop:
            return decision
    return StopDecision(True, MAXIMUM_LENGTH) if answered >= design.maximum_length else StopDecision(False)


def _combined(exam: PreparedExam, evidence: Evidence) -> StopDecision:
    every = exam.design.stopping.combination == "all"
    # Candidates are promised that no question comes after the time; that waits for no other rule, nor they for it.
    if every and time_limit.is_over(exam, evidence.elapsed_seconds):
        return StopDecision(True, TIME_LIMIT_REACHED)
    reasons: list[str] = []
    for rule in exam.design.stop_rules:
        if every and rule == time_limit.RULE:
            continue
        reason = RULES[rule](exam, evidence)
        if not every:
            if reason is not None:
                return StopDecision(True, reason)
        elif reason is None:
            return StopDecision(False)
        else:
            reasons.append(reason)
    return StopDecision(True, reasons[0], tuple(reasons[1:])) if reasons else StopDecision(False)
