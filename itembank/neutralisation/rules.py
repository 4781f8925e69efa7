"""For whom a recomputed result replaces the one before: everybody, or those whom it serves."""

from __future__ import annotations

from enum import StrEnum

from engine.outcomes.verdicts import COMPETENT, NOT_YET_COMPETENT, Outcome, SittingOutcome
from engine.stop_rules.evidence import STOP_DIGITS


class Rule(StrEnum):
    """Whose result is replaced."""

    #: Nobody is worse off for a question that was not his fault: the usual choice, and the default.
    BETTER_ONLY = "better_only"
    ALL = "all"


class Fault(StrEnum):
    """What is wrong with the item."""

    WRONG_KEY = "wrong_key"
    AMBIGUOUS = "ambiguous"
    LEAKED = "leaked"
    OTHER = "other"


def compare_for_candidate(after: SittingOutcome, before: SittingOutcome) -> int:
    """Tell whether a result serves its candidate better (1), worse (-1) or neither (0).

    The verdict on the unit decides, for it is what a certificate rests on. Where that stays, the result is better when
    some element's verdict is better and none is worse, and worse when the reverse holds.

    Args:
        after: The recomputed result.
        before: The result so far, of the same sitting.
    """
    unit = _worth(after.unit) - _worth(before.unit)
    if unit:
        return 1 if unit > 0 else -1
    earlier = {element.code: _worth(element) for element in before.elements}
    gains = [_worth(element) - earlier[element.code] for element in after.elements]
    best, worst = max(gains, default=0), min(gains, default=0)
    return int(best > 0 and worst >= 0) - int(worst < 0 and best <= 0)


def _worth(outcome: Outcome) -> int:
    """Rank a verdict by what it is worth to its candidate."""
    if outcome.verdict == COMPETENT:
        return 2
    # A missing answer alone is no gain: where the others still speak against the candidate, "not enough evidence" says
    # no more for him than "not yet competent" does, or every question left out would lift all who failed at the least
    # length.
    speaks_against = round(outcome.probability, STOP_DIGITS) <= outcome.not_yet_up_to
    return 0 if outcome.verdict == NOT_YET_COMPETENT or speaks_against else 1
