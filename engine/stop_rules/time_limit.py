"""Stop giving items once the time of the design is over."""

from math import isfinite

from engine.design import PreparedExam
from engine.errors import InvalidSetting
from engine.stop_rules.evidence import Evidence
from engine.stop_rules.stop_reasons import TIME_LIMIT_REACHED

RULE = "time"


def reason_to_stop(exam: PreparedExam, evidence: Evidence) -> str | None:
    """Return that the time is over, or None; the minimum length goes before it, as before every rule."""
    return TIME_LIMIT_REACHED if is_over(exam, evidence.elapsed_seconds) else None


def is_over(exam: PreparedExam, elapsed_seconds: float | None) -> bool:
    """Say whether the time of the design has gone by.

    Args:
        exam: The prepared exam.
        elapsed_seconds: Time since the start of the sitting, None where nobody measures it.

    Returns:
        False where the design has no stop by time.
    """
    limit = exam.design.stopping.time_limit_seconds
    return elapsed_seconds is not None and limit is not None and elapsed_seconds >= limit


def checked_elapsed(exam: PreparedExam, elapsed_seconds: float | None) -> float | None:
    """Refuse a sitting without a clock where the design stops by time.

    Args:
        exam: The prepared exam.
        elapsed_seconds: Time since the start of the sitting, or None.

    Returns:
        The same.

    Raises:
        InvalidSetting: If the design has the rule "time" and no time is passed in, or if it is no possible time.
    """
    if elapsed_seconds is None:
        if RULE in exam.design.stop_rules:
            raise InvalidSetting("elapsed_seconds must be passed in, because the design has the stop rule 'time'")
    elif not (isfinite(elapsed_seconds) and elapsed_seconds >= 0):
        raise InvalidSetting(f"elapsed_seconds must be finite and 0 or more, not {elapsed_seconds!r}")
    return elapsed_seconds
