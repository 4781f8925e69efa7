"""Replaying a recorded sitting: every decision recomputed and compared with its record."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from engine.outcomes import outcomes
from engine.sitting import FINISH_REASONS, SittingState, finish, replay
from itembank.actor import Actor, Role
from itembank.delivery.outcome_record import outcome_document
from itembank.delivery.records import SittingRecord, load_record
from itembank.tables import AskedItem, RecordedOutcome

#: Records are rounded to twelve digits; what differs by more than this was decided otherwise.
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One question of a replayed sitting; `decision` is its record, completed by what older records do not hold."""

    position: int
    item: str
    selected: tuple[int, ...] | None
    score: int | None
    theta: float
    standard_error: float
    probability_competent: float
    differences: tuple[str, ...]
    decision: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """A replayed sitting: its steps, its end, and whether all of it agrees with the record."""

    sitting_id: UUID
    steps: tuple[ReplayStep, ...]
    finish_reason: str | None
    outcome: dict[str, Any] | None
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs from the record."""
        return not self.differences and not any(step.differences for step in self.steps)


def replay_sitting(session: Session, *, actor: Actor, sitting_id: UUID, now: datetime) -> ReplayReport:
    """Recompute a sitting from its design, bank, seed and answers, and compare it with its record step by step.

    Raises:
        NotAllowed: The actor neither runs exams nor calibrates.
        NotFound: There is no such sitting.
    """
    actor.require(Role.ADMINISTRATOR, Role.PSYCHOMETRICIAN)
    loaded = load_record(session, sitting_id)
    asked = session.exec(
        select(AskedItem).where(AskedItem.sitting_id == sitting_id).order_by(col(AskedItem.position))
    ).all()
    states = list(
        replay(
            loaded.prepared,
            seed=loaded.sitting.seed,
            ineligible=tuple(loaded.sitting.ineligible),
            responses=loaded.responses,
        )
    )
    steps = _steps(loaded, states, asked)
    last = _ended(loaded, states[-1], now)
    recorded = session.get(RecordedOutcome, sitting_id)
    outcome = outcome_document(outcomes(loaded.prepared, last)) if last.finished else None
    return ReplayReport(
        sitting_id=sitting_id,
        steps=steps,
        finish_reason=last.finish_reason,
        outcome=outcome,
        differences=_end_differences(loaded, last, outcome, recorded, asked=len(asked), steps=len(steps)),
    )


def _steps(loaded: SittingRecord, states: list[SittingState], asked: Any) -> tuple[ReplayStep, ...]:
    steps = []
    for position, state in enumerate(states, start=1):
        if state.next_item is None or state.decision is None:
            break
        answer = loaded.answers[position - 1] if position <= len(loaded.answers) else None
        record = asked[position - 1] if position <= len(asked) else None
        steps.append(
            ReplayStep(
                position=position,
                item=loaded.unit_pool.pool.item_ids[state.next_item],
                selected=tuple(answer.selected) if answer else None,
                score=answer.score if answer else None,
                theta=state.decision.theta,
                standard_error=state.decision.standard_error,
                probability_competent=state.decision.probability_competent,
                differences=_step_differences(loaded, state, record, answer),
                decision=state.decision.to_dict() | (record.decision if record else {}),
            )
        )
    return tuple(steps)


def _step_differences(loaded: SittingRecord, state: SittingState, record: Any, answer: Any) -> tuple[str, ...]:
    assert state.next_item is not None
    assert state.decision is not None
    found = []
    version = loaded.unit_pool.versions[state.next_item]
    if record is None:
        found.append("no question is on record")
    else:
        if record.item_version_id != version:
            found.append(f"asked item: recorded {record.item_version_id}, recomputed {version}")
        found.extend(differences_between(record.decision, state.decision.to_dict(), path="decision"))
    if answer is not None:
        if answer.item_version_id != version:
            found.append(f"answered item: recorded {answer.item_version_id}, recomputed {version}")
        rescored = loaded.unit_pool.contents[loaded.unit_pool.index_of_version[answer.item_version_id]].score(
            answer.selected
        )
        if rescored != answer.score:
            found.append(f"score: recorded {answer.score}, recomputed {rescored}")
    return tuple(found)


def _ended(loaded: SittingRecord, state: SittingState, now: datetime) -> SittingState:
    reason = loaded.sitting.finish_reason
    if state.finished:
        return state
    if reason is None:
        return loaded.state(now)
    # A sitting that the engine ended, says the record, but does not end now: the report must tell, not break off.
    return finish(loaded.prepared, state, reason=reason) if reason in FINISH_REASONS else state


def _end_differences(
    loaded: SittingRecord,
    state: SittingState,
    outcome: dict[str, Any] | None,
    recorded: RecordedOutcome | None,
    *,
    asked: int,
    steps: int,
) -> tuple[str, ...]:
    found = []
    if asked != steps:
        found.append(f"questions: recorded {asked}, recomputed {steps}")
    if loaded.sitting.finished_at is not None and state.finish_reason != loaded.sitting.finish_reason:
        found.append(f"end: recorded {loaded.sitting.finish_reason}, recomputed {state.finish_reason}")
    if recorded is not None:
        found.extend(differences_between(recorded.document, outcome, path="outcome"))
    return tuple(found)


def differences_between(recorded: Any, recomputed: Any, *, path: str) -> list[str]:
    """Name every place where two JSON documents differ, numbers within a tolerance of 1e-9.

    Keys that the record does not have are no difference: it may be older than they are.
    """
    if isinstance(recorded, dict) and isinstance(recomputed, dict):
        found = []
        for key in sorted(recorded):
            found += differences_between(recorded.get(key), recomputed.get(key), path=f"{path}.{key}")
        return found
    if isinstance(recorded, list) and isinstance(recomputed, list) and len(recorded) == len(recomputed):
        found = []
        for index, (left, right) in enumerate(zip(recorded, recomputed, strict=True)):
            found += differences_between(left, right, path=f"{path}[{index}]")
        return found
    if _equal(recorded, recomputed):
        return []
    return [f"{path}: recorded {recorded!r}, recomputed {recomputed!r}"]


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return math.isclose(left, right, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return bool(left == right)
