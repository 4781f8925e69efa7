"""Stop when the credible interval of ability leaves the cut score out."""

from engine.ability.ability_grid import credible_interval
from engine.design import PreparedExam
from engine.stop_rules.evidence import STOP_DIGITS, Evidence
from engine.stop_rules.stop_reasons import INTERVAL_ABOVE_CUT, INTERVAL_BELOW_CUT


def reason_to_stop(exam: PreparedExam, evidence: Evidence) -> str | None:
    """Return on which side of the cut score the interval lies, or None.

    Reference:
        Weiss & Kingsbury (1984), adaptive mastery testing.
    """
    level, cut = exam.design.stopping.interval_level, exam.design.cut_score
    low, high = credible_interval(exam.grid, evidence.posterior, level=level)
    if round(low, STOP_DIGITS) > cut:
        return INTERVAL_ABOVE_CUT
    return INTERVAL_BELOW_CUT if round(high, STOP_DIGITS) < cut else None
