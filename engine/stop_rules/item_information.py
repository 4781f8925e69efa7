"""Stop when no item that may still be given would tell much."""

from engine.ability.ability_grid import mean_and_sd
from engine.blueprints.shadow_test import open_items
from engine.design import PreparedExam
from engine.stop_rules.evidence import STOP_DIGITS, Evidence
from engine.stop_rules.stop_reasons import NO_INFORMATIVE_ITEM


def reason_to_stop(exam: PreparedExam, evidence: Evidence) -> str | None:
    """Return why no further item is worth giving, or None.

    Items that the blueprint has no room for do not count, however informative they are.

    Reference:
        Dodd, Koch & De Ayala (1989), minimum-information stopping.
    """
    if len(evidence.administered) >= exam.design.maximum_length:
        return None
    theta, _standard_error = mean_and_sd(exam.grid.nodes, evidence.posterior)
    allowed = open_items(exam.tree, length=exam.design.maximum_length, administered=evidence.administered)
    best = float(exam.pool.information([theta])[allowed, 0].max(initial=0.0))
    return NO_INFORMATIVE_ITEM if round(best, STOP_DIGITS) < exam.design.stopping.minimum_information else None
