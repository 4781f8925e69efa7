"""Replaying a recorded sitting: every decision recomputed and compared with its record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from engine.design import ExamDesign
from engine.sittings.sitting import FINISH_REASONS, SittingState, finish, pending_item_id, replay
from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.item_types.question import Answer
from itembank.delivery.counted_state import counted_state
from itembank.delivery.outcome_document import outcome_document
from itembank.delivery.record_differences import differences_between
from itembank.delivery.records import SittingRecord, load_record
from itembank.delivery.replayed_tasks import ReplayedTask, replayed_tasks
from itembank.delivery.replayed_versions import ReplayedVersion, gaps_between, replayed_versions
from itembank.errors import InvalidInput
from itembank.tables import AskedItem, RecordedOutcome

#: Of a distribution that is drawn, more would be noise.
_SHOWN_DIGITS = 8


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One question of a replayed sitting; `selected` are the places that were shown, `text` is what was typed.

    A question that is tried out does not count. `testlet` is the code of those who share a text with it, empty where
    it stands alone. `decision` is its record, completed by what older records do not hold. `posterior` and
    `posterior_after` are the ability's distribution before the question and after its answer, on the report's nodes.
    """

    position: int
    item: str
    item_type: str
    selected: tuple[int, ...] | None
    text: str | None
    score: int | None
    highest_score: int
    theta: float
    standard_error: float
    probability_competent: float
    counts: bool
    testlet: str
    differences: tuple[str, ...]
    decision: dict[str, Any]
    posterior: tuple[float, ...] = ()
    posterior_after: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayedPrior:
    """What a sitting began from where finished units informed it.

    `mean` and `sd` are those of its ability prior, `population_mean` and `population_sd` those of the population's.
    `sittings` stand for `units` one by one; `weight` is the power, from 0 to 1, of their evidence that was counted.
    """

    mean: float
    sd: float
    population_mean: float
    population_sd: float
    units: tuple[str, ...]
    sittings: tuple[UUID, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """A replayed sitting: its steps, its end, and whether all of it agrees with the record.

    `prior` is there where finished units informed the start; all others began with the population's prior. `outcome` is
    the one first told; `versions` are those recomputed since because of neutralised items.
    """

    sitting_id: UUID
    steps: tuple[ReplayStep, ...]
    finish_reason: str | None
    outcome: dict[str, Any] | None
    differences: tuple[str, ...]
    cut_score: float
    ability_nodes: tuple[float, ...] = ()
    prior: ReplayedPrior | None = None
    versions: tuple[ReplayedVersion, ...] = ()
    #: The tasks after the adaptive part; the outcome is None while one of them waits for marks.
    tasks: tuple[ReplayedTask, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether nothing differs from the record."""
        parts: tuple[ReplayStep | ReplayedVersion | ReplayedTask, ...] = (*self.steps, *self.versions, *self.tasks)
        return not self.differences and not any(part.differences for part in parts)


def replay_sitting(
    session: Session, *, actor: Actor, sitting_id: UUID, now: datetime, with_posteriors: bool = False
) -> ReplayReport:
    """Recompute a sitting from its design, bank, seed and answers, and compare it with its record step by step.

    Args:
        session: The transaction.
        actor: An administrator or a psychometrician.
        sitting_id: The sitting.
        now: When.
        with_posteriors: Whether each step comes with the ability's distribution before and after it.

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
            ineligible_by_bin=loaded.ineligible_by_bin,
            responses=loaded.responses,
            elapsed_seconds=loaded.elapsed_seconds,
            pretest_counts=loaded.sitting.pretest_counts,
        )
    )
    steps = _steps(loaded, states, asked, with_posteriors=with_posteriors)
    last = _ended(loaded, states[-1], now)
    recorded = session.get(RecordedOutcome, sitting_id)
    outcome = _outcome(loaded, last, now)
    versions = replayed_versions(session, loaded=loaded)
    tasks, otherwise_chosen = replayed_tasks(session, actor=actor, loaded=loaded, state=last)
    found = _end_differences(loaded, last, outcome, recorded, asked=len(asked), steps=len(steps))
    return ReplayReport(
        sitting_id=sitting_id,
        steps=steps,
        finish_reason=last.finish_reason,
        outcome=outcome,
        differences=(*found, *otherwise_chosen, *gaps_between(versions)),
        cut_score=loaded.prepared.design.cut_score,
        ability_nodes=tuple(loaded.prepared.grid.nodes.tolist()) if with_posteriors else (),
        prior=_prior(loaded.prepared.design),
        versions=versions,
        tasks=tasks,
    )


def _outcome(loaded: SittingRecord, state: SittingState, now: datetime) -> dict[str, Any] | None:
    waits = loaded.tasks is not None and loaded.tasks.wait_for_marks
    if waits or not loaded.is_over(state, now):
        return None
    return outcome_document(loaded.prepared, state, counted=counted_state(loaded, state, left_out=()))


def _prior(design: ExamDesign) -> ReplayedPrior | None:
    origin = design.prior_origin
    if origin is None:
        return None
    return ReplayedPrior(
        mean=design.prior_mean,
        sd=design.prior_sd,
        population_mean=origin.population_mean,
        population_sd=origin.population_sd,
        units=origin.units,
        sittings=tuple(UUID(name) for name in origin.sittings),
        weight=origin.weight,
    )


def _steps(
    loaded: SittingRecord, states: list[SittingState], asked: Any, *, with_posteriors: bool
) -> tuple[ReplayStep, ...]:
    steps = []
    for position, state in enumerate(states, start=1):
        pending = pending_item_id(loaded.prepared, state)
        if pending is None or state.decision is None:
            break
        answer = loaded.answers[position - 1] if position <= len(loaded.answers) else None
        record = asked[position - 1] if position <= len(asked) else None
        steps.append(
            ReplayStep(
                position=position,
                item=pending,
                item_type=_content(loaded, pending).type.value,
                selected=tuple(answer.selected) if answer else None,
                text=answer.text if answer else None,
                score=answer.score if answer else None,
                highest_score=_content(loaded, pending).maximum_score,
                theta=state.decision.theta,
                standard_error=state.decision.standard_error,
                probability_competent=state.decision.probability_competent,
                counts=state.next_pretest is None,
                testlet=_content(loaded, pending).testlet,
                differences=_step_differences(loaded, state, record, answer, pending=pending),
                decision=state.decision.to_dict() | (record.decision if record else {}),
                posterior=_plain(state) if with_posteriors else (),
                posterior_after=_plain(states[position]) if with_posteriors and answer else (),
            )
        )
    return tuple(steps)


def _plain(state: SittingState) -> tuple[float, ...]:
    return tuple(state.posterior.round(_SHOWN_DIGITS).tolist())


def _content(loaded: SittingRecord, item_id: str) -> ItemContent:
    return loaded.unit_pool.contents[loaded.unit_pool.index_of_item[item_id]]


def _step_differences(
    loaded: SittingRecord, state: SittingState, record: Any, answer: Any, *, pending: str
) -> tuple[str, ...]:
    assert state.decision is not None
    found = []
    version = loaded.unit_pool.versions[loaded.unit_pool.index_of_item[pending]]
    if record is None:
        found.append("no question is on record")
    else:
        if record.item_version_id != version:
            found.append(f"asked item: recorded {record.item_version_id}, recomputed {version}")
        found.extend(differences_between(record.decision, state.decision.to_dict(), path="decision"))
    if answer is not None:
        if answer.item_version_id != version:
            found.append(f"answered item: recorded {answer.item_version_id}, recomputed {version}")
        rescored = _rescored(loaded, answer)
        if rescored != answer.score:
            found.append(f"score: recorded {answer.score}, recomputed {rescored}")
    return tuple(found)


def _rescored(loaded: SittingRecord, answer: Any) -> int | None:
    content = loaded.unit_pool.contents[loaded.unit_pool.index_of_version[answer.item_version_id]]
    try:
        return content.score(Answer(tuple(answer.selected), answer.text))
    except InvalidInput:
        # A record that was tampered with may name options that its item does not have.
        return None


def _ended(loaded: SittingRecord, state: SittingState, now: datetime) -> SittingState:
    reason = loaded.sitting.finish_reason
    if state.finished:
        return loaded.as_recorded(state)
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
        # Outcomes recorded before they told what the last answer changed are compared by all else.
        untold = {"last_answer"} - recorded.document.keys()
        same = None if outcome is None else {name: part for name, part in outcome.items() if name not in untold}
        found.extend(differences_between(recorded.document, same, path="outcome"))
    return tuple(found)
