"""An outcome as the JSON document that is recorded."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine.design import PreparedExam
from engine.outcomes.verdicts import Outcome, SittingOutcome, outcomes
from engine.sittings.sitting import SittingState, last_effect


def outcome_document(exam: PreparedExam, state: SittingState, *, counted: SittingState | None = None) -> dict[str, Any]:
    """Give a finished sitting's outcome, and what its last answer changed, as a JSON document.

    Args:
        exam: Its prepared exam.
        state: Its state with all answers.
        counted: The state that outcomes are taken from where it is another, such as one with the marks of tasks.
    """
    document = verdicts_document(outcomes(exam, state if counted is None else counted))
    effect = last_effect(exam, state)
    return document if effect is None else document | {"last_answer": effect.to_dict()}


def verdicts_document(outcome: SittingOutcome) -> dict[str, Any]:
    """Give the verdicts on the unit and its elements as a JSON document."""
    return {"unit": _plain(outcome.unit), "elements": [_plain(element) for element in outcome.elements]}


def _plain(outcome: Outcome) -> dict[str, Any]:
    document = asdict(outcome)
    document["interval"] = list(outcome.interval)
    return {key: _rounded(value) for key, value in document.items()}


def _rounded(value: Any) -> Any:
    # Twelve digits: processors differ in the last bits, and a record has to compare equal on all of them.
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return value
