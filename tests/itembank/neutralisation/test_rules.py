"""What serves a candidate: the verdict on the unit first, then the elements, and never a missing answer alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.outcomes.verdicts import Outcome, SittingOutcome
from itembank.neutralisation.rules import compare_for_candidate

_UNIT = Outcome(
    code="U", verdict="competent", probability=0.97, theta=1.0, standard_error=0.4, interval=(0.3, 1.6),
    items_answered=10, items_required=10, complete=True, competent_from=0.95, not_yet_up_to=0.05,
)  # fmt: skip
_PROBABILITY = {"competent": 0.97, "not_yet_competent": 0.02, "not_enough_evidence": 0.6}


def _result(unit: str, *elements: str) -> SittingOutcome:
    def outcome(code: str, verdict: str) -> Outcome:
        # "failed_short": the answers speak against the candidate, but one too few of them count.
        known = "not_enough_evidence" if verdict == "failed_short" else verdict
        probability = 0.02 if verdict == "failed_short" else _PROBABILITY[known]
        return replace(_UNIT, code=code, verdict=known, probability=probability)

    return SittingOutcome(
        unit=outcome("U", unit), elements=tuple(outcome(f"E{n}", verdict) for n, verdict in enumerate(elements))
    )


@pytest.mark.parametrize(
    ("before", "after", "served"),
    [
        (("not_enough_evidence",), ("competent",), 1),
        (("not_yet_competent",), ("not_enough_evidence",), 1),
        (("not_yet_competent",), ("failed_short",), 0),
        (("failed_short",), ("not_yet_competent",), 0),
        (("competent",), ("not_enough_evidence",), -1),
        (("competent", "competent"), ("competent", "not_enough_evidence"), -1),
        (("competent", "not_enough_evidence"), ("competent", "competent"), 1),
        (("competent", "competent", "not_enough_evidence"), ("competent", "not_enough_evidence", "competent"), 0),
        (("not_enough_evidence", "competent"), ("competent", "not_enough_evidence"), 1),
        (("competent", "competent"), ("competent", "competent"), 0),
    ],
)
def test_what_is_better(before: tuple[str, ...], after: tuple[str, ...], served: int) -> None:
    assert compare_for_candidate(_result(*after), _result(*before)) == served
    assert compare_for_candidate(_result(*before), _result(*after)) == -served
