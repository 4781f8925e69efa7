"""Outcomes: what a finished sitting says of the unit and its elements, recorded and shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from engine.design import PreparedExam
from engine.outcomes.verdicts import Outcome, outcomes
from engine.sittings.sitting import SittingState, last_effect
from itembank.actor import Actor, Role
from itembank.delivery.prior_units import informing_units
from itembank.delivery.records import SittingRecord, load_record
from itembank.errors import IllegalMove, NotFound
from itembank.framework.store import standard_by_id
from itembank.publishing.banks import bank_view
from itembank.tables import Person, RecordedOutcome


@dataclass(frozen=True, slots=True)
class ElementResult:
    """One element: its written evidence (None where it has no written exam) and its other methods of assessment."""

    code: str
    title: str
    outcome: Outcome | None
    other_methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InformingUnit:
    """A unit finished before, whose answers informed the start of the sitting."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """The result of a sitting."""

    sitting_id: UUID
    exam_title: str
    candidate: str
    unit: str
    unit_title: str
    standard_title: str
    issuer: str
    outcome: Outcome
    elements: tuple[ElementResult, ...]
    answered: int
    #: Answers among these to questions that were tried out.
    not_counted: int
    started_at: datetime
    finished_at: datetime
    finish_reason: str
    bank_number: int
    confidence: float
    element_confidence: float
    cut_score: float
    simulated: bool
    informed_by: tuple[InformingUnit, ...]


def outcome_document(exam: PreparedExam, state: SittingState) -> dict[str, Any]:
    """Give a finished sitting's outcome, and what its last answer changed, as a JSON document."""
    outcome, effect = outcomes(exam, state), last_effect(exam, state)
    document = {"unit": _plain(outcome.unit), "elements": [_plain(element) for element in outcome.elements]}
    return document if effect is None else document | {"last_answer": effect.to_dict()}


def note_outcome(session: Session, *, loaded: SittingRecord, state: SittingState, now: datetime) -> None:
    """Put a finished sitting's outcome on record as it is told now."""
    session.add(
        RecordedOutcome(
            sitting_id=loaded.sitting.id,
            document=outcome_document(loaded.prepared, state),
            recorded_at=now,
        )
    )


def result_view(session: Session, *, actor: Actor, sitting_id: UUID, now: datetime) -> ResultView:
    """Tell the result of a finished sitting to its candidate or to those who run exams.

    Raises:
        NotAllowed: The actor has no role that may see results.
        NotFound: There is no such sitting, or it is another candidate's.
        IllegalMove: The sitting is not over.
    """
    actor.require(Role.CANDIDATE, Role.ADMINISTRATOR, Role.PSYCHOMETRICIAN)
    loaded = load_record(session, sitting_id)
    own = loaded.sitting.person_id == actor.person_id
    if not own and not actor.has(Role.ADMINISTRATOR, Role.PSYCHOMETRICIAN):
        raise NotFound(what="sitting", name=sitting_id)
    state = loaded.state(now)
    if not state.finished:
        raise IllegalMove(what="sitting", state="in progress", move="showing the result")
    return _result(session, loaded=loaded, state=state)


def _result(session: Session, *, loaded: SittingRecord, state: SittingState) -> ResultView:
    sitting = loaded.sitting
    person = session.get(Person, sitting.person_id)
    framework = standard_by_id(session, loaded.exam.standard_id).framework
    unit = framework.unit(sitting.unit)
    outcome = outcomes(loaded.prepared, state)
    by_code = {element.code: element for element in outcome.elements}
    design = loaded.prepared.design
    return ResultView(
        sitting_id=sitting.id,
        exam_title=loaded.exam.title,
        candidate=person.display_name if person else "",
        unit=unit.code,
        unit_title=unit.title,
        standard_title=framework.title,
        issuer=framework.issuer,
        outcome=outcome.unit,
        elements=tuple(
            ElementResult(
                code=element.code,
                title=element.wording,
                outcome=by_code.get(element.code),
                other_methods=tuple(method for method in element.methods if method != "written"),
            )
            for element in unit.elements
        ),
        answered=len(loaded.answers),
        not_counted=len(state.pretest_responses),
        started_at=sitting.started_at,
        finished_at=sitting.finished_at or loaded.deadline or sitting.started_at,
        finish_reason=state.finish_reason or "",
        bank_number=bank_view(session, bank_id=sitting.bank_id).number,
        confidence=design.confidence,
        element_confidence=design.element_confidence,
        cut_score=design.cut_score,
        simulated=sitting.simulated,
        informed_by=tuple(
            InformingUnit(code=code, title=framework.unit(code).title) for code in informing_units(sitting.design)
        ),
    )


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
