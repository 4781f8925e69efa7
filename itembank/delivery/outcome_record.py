"""Outcomes: what a finished sitting says of the unit and its elements, recorded and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from engine.outcomes.verdicts import Outcome, outcomes
from engine.sittings.sitting import SittingState
from itembank.actor import Actor, Role
from itembank.delivery.counted_state import counted_state
from itembank.delivery.outcome_document import outcome_document
from itembank.delivery.outcome_versions import FIRST, CorrectedOutcome, corrections_of
from itembank.delivery.prior_units import informing_units
from itembank.delivery.records import SittingRecord, load_record
from itembank.errors import IllegalMove, NotFound, ResultWaits
from itembank.framework.store import standard_by_id
from itembank.neutralisation.ending import note_correction_at_end
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
class ResultVersion:
    """One version of a result: when it was told, its verdicts, and why it was corrected.

    Of the first there is no reason; later ones have the institution's words in both languages. ``elements`` are
    verdicts by code. ``taken_back`` says that an earlier correction was undone, ``at_end`` that the question was out of
    score before the sitting ended.
    """

    number: int
    recorded_at: datetime
    verdict: str
    probability: float
    elements: tuple[tuple[str, str], ...]
    reason_th: str = ""
    reason_en: str = ""
    taken_back: bool = False
    at_end: bool = False


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
    #: Number of the version shown; the one in force, with all before it in ``versions`` where there is more than one.
    version: int = FIRST
    versions: tuple[ResultVersion, ...] = ()
    #: Answers that do not count because their question was found to be faulty.
    left_out: int = 0
    #: Written tasks whose marks count in it.
    tasks: int = 0
    #: Whether the sitting ended before it came to the tasks that its exam asks for.
    tasks_missing: bool = False


def note_outcome(session: Session, *, loaded: SittingRecord, state: SittingState, now: datetime) -> None:
    """Put a finished sitting's outcome on record as it is told now, corrected where one of its items is neutralised."""
    document = outcome_document(loaded.prepared, state, counted=counted_state(loaded, state, left_out=()))
    session.add(RecordedOutcome(sitting_id=loaded.sitting.id, document=document, recorded_at=now))
    note_correction_at_end(session, loaded=loaded, finish_reason=state.finish_reason, told=document, now=now)


def result_view(session: Session, *, actor: Actor, sitting_id: UUID, now: datetime) -> ResultView:
    """Tell the result of a finished sitting to its candidate or to those who run exams.

    Raises:
        NotAllowed: The actor has no role that may see results.
        NotFound: There is no such sitting, or it is another candidate's.
        IllegalMove: The sitting is not over.
        ResultWaits: Its tasks are not marked yet.
    """
    actor.require(Role.CANDIDATE, Role.ADMINISTRATOR, Role.PSYCHOMETRICIAN)
    loaded = load_record(session, sitting_id)
    own = loaded.sitting.person_id == actor.person_id
    if not own and not actor.has(Role.ADMINISTRATOR, Role.PSYCHOMETRICIAN):
        raise NotFound(what="sitting", name=sitting_id)
    state = loaded.state(now)
    if not loaded.is_over(state, now):
        raise IllegalMove(what="sitting", state="in progress", move="showing the result")
    if loaded.tasks is not None and loaded.tasks.wait_for_marks:
        raise ResultWaits(marked=len(loaded.tasks.settled), asked=len(loaded.tasks.asked))
    return _result(session, loaded=loaded, state=state)


def _result(session: Session, *, loaded: SittingRecord, state: SittingState) -> ResultView:
    sitting = loaded.sitting
    person = session.get(Person, sitting.person_id)
    framework = standard_by_id(session, loaded.exam.standard_id).framework
    unit = framework.unit(sitting.unit)
    versions = _versions(session, sitting.id)
    left_out = versions[-1].left_out if versions else frozenset()
    counted = counted_state(loaded, state, left_out=left_out)
    outcome = outcomes(loaded.prepared, counted)
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
        version=versions[-1].number or FIRST if versions else FIRST,
        versions=_told_versions(session, sitting.id, versions),
        left_out=sum(answer.item_version_id in left_out for answer in loaded.answers),
        tasks=len(counted.tasks.elements) if counted.tasks is not None else 0,
        tasks_missing=counted.tasks is not None and counted.tasks.missing,
    )


def _versions(session: Session, sitting_id: UUID) -> list[CorrectedOutcome]:
    return [version for version in corrections_of(session, sitting_id=sitting_id) if version.number is not None]


def _told_versions(
    session: Session, sitting_id: UUID, corrections: list[CorrectedOutcome]
) -> tuple[ResultVersion, ...]:
    first = session.get(RecordedOutcome, sitting_id) if corrections else None
    told = [] if first is None else [_told(FIRST, first.document, first.recorded_at)]
    told += [
        replace(
            _told(version.number or FIRST, version.document, version.recorded_at),
            reason_th=version.reason_th,
            reason_en=version.reason_en,
            taken_back=version.taken_back,
            at_end=version.at_end,
        )
        for version in corrections
    ]
    return tuple(told)


def _told(number: int, document: Mapping[str, Any], recorded_at: datetime) -> ResultVersion:
    return ResultVersion(
        number=number,
        recorded_at=recorded_at,
        verdict=document["unit"]["verdict"],
        probability=document["unit"]["probability"],
        elements=tuple((element["code"], element["verdict"]) for element in document["elements"]),
    )
