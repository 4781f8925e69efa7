"""Stop when ability is known precisely enough."""

from engine.ability.ability_grid import mean_and_sd
from engine.design import PreparedExam
from engine.stop_rules.evidence import STOP_DIGITS, Evidence
from engine.stop_rules.stop_reasons import PRECISE_ENOUGH


def reason_to_stop(exam: PreparedExam, evidence: Evidence) -> str | None:
    """Return why the estimate needs no further item, or None.

    Reference:
        Bock & Mislevy (1982): the standard error is the standard deviation of the posterior.
    """
    _mean, standard_error = mean_and_sd(exam.grid.nodes, evidence.posterior)
    reached = round(standard_error, STOP_DIGITS) <= exam.design.stopping.target_standard_error
    return PRECISE_ENOUGH if reached else None
