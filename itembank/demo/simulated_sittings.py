"""Simulated sittings: the delivering engine on made-up candidates, recorded like real ones and marked as simulated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from engine.exposure.exposure_bins import EligibilityDraw, bin_of, draw_ineligible_by_bin, update_by_bin
from engine.randomness import generator
from itembank.actor import Role
from itembank.authoring.content import ItemContent
from itembank.delivery.exposure_record import keep_counts, read_counts
from itembank.delivery.outcome_document import outcome_document
from itembank.delivery.records import prepared_exam
from itembank.delivery.trial_answers import count_trial_answers
from itembank.demo.simulated_answers import simulated_answer
from itembank.demo.simulated_candidate import SimulatedWay, TrueItems, take_exam
from itembank.errors import NotFound
from itembank.publishing.banks import bank_in_force
from itembank.publishing.pools import UnitPool, unit_pool
from itembank.tables import (
    AskedItem,
    Enrolment,
    Exam,
    Person,
    RecordedAnswer,
    RecordedOutcome,
    RoleAssignment,
    Sitting,
)

_SEED = 25651127  # the day on which the standard was announced
_DAYS = 30


@dataclass(frozen=True)
class _Rows:
    """What one simulated sitting adds to each table."""

    person: dict[str, Any]
    sitting: dict[str, Any]
    asked: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    outcome: dict[str, Any]


def add_simulated_sittings(
    session: Session,
    *,
    exam_id: UUID,
    count: int,
    now: datetime,
    on_progress: Callable[[int, int], None] | None = None,
) -> None:
    """Record simulated candidates' sittings of an exam, spread over the last month, beside those that it has.

    Each is as complete as a real one: decisions, answers, outcome; ``samat replay`` proves it like any other.

    Raises:
        NotFound: There is no such exam.
    """
    exam = session.get(Exam, exam_id)
    if exam is None:
        raise NotFound(what="exam", name=exam_id)
    bank = bank_in_force(session, standard_id=exam.standard_id)
    pool = unit_pool(session, bank_id=bank.id, unit=exam.unit)
    prepared = prepared_exam(pool, exam.design)
    truth = TrueItems(pool, _SEED)
    # Simulated candidates of other exams have their names already.
    first = session.exec(select(func.count()).select_from(Person).where(col(Person.simulated).is_(True))).one()
    counts = read_counts(session, exam_id=exam.id, prepared=prepared)
    trials = Counter(count_trial_answers(session, pool=pool, simulated=True))
    rows: list[_Rows] = []
    for number in range(count):
        draws = generator(_SEED, first + number, "demo candidate")
        seed, theta = int(draws.integers(2**53)), float(draws.standard_normal())
        rate = prepared.design.maximum_exposure
        draw = EligibilityDraw(everywhere=(), by_bin=((),) * len(counts.bins))
        if rate is not None:
            draw = draw_ineligible_by_bin(counts, pool.pool, maximum_rate=rate, seed=seed)
        tried = dict(trials)
        way = take_exam(prepared, truth, seed=seed, theta=theta, draw=draw, draws=draws, trials=tried)
        trials.update(answer.item_id for answer in way.answers if answer.item_id in prepared.pretest_positions)
        if rate is not None:
            counts = update_by_bin(counts, draw, _administered(way, pool, exam))
        begun = now - timedelta(days=_DAYS) * (1 - number / count) - timedelta(hours=2)
        rows.append(
            _rows_of(way, first + number, exam=exam, pool=pool, draw=draw, trials=tried, begun=begun, draws=draws)
        )
        if on_progress is not None:
            on_progress(number + 1, count)
    _store(session, exam=exam, rows=rows)
    keep_counts(session, exam_id=exam.id, counts=counts)


def _administered(way: SimulatedWay, pool: UnitPool, exam: Exam) -> list[tuple[str, int]]:
    design = prepared_exam(pool, exam.design).design
    return [
        (answer.item_id, bin_of(design, answer.decision.theta))
        for answer in way.answers
        if pool.index_of_item[answer.item_id] < len(pool.pool)
    ]


def _rows_of(
    way: SimulatedWay,
    number: int,
    *,
    exam: Exam,
    pool: UnitPool,
    draw: EligibilityDraw,
    trials: dict[str, int],
    begun: datetime,
    draws: np.random.Generator,
) -> _Rows:
    person_id, sitting_id = uuid4(), uuid4()
    moments = [begun + timedelta(seconds=answer.elapsed_seconds) for answer in way.answers]
    places = [pool.index_of_item[answer.item_id] for answer in way.answers]
    steps = list(enumerate(zip(places, way.answers, [begun, *moments[:-1]], moments, strict=True), start=1))
    return _Rows(
        person=_person(person_id, number, begun),
        sitting={
            "id": sitting_id,
            "exam_id": exam.id,
            "person_id": person_id,
            "bank_id": pool.bank_id,
            "unit": exam.unit,
            "design": exam.design,
            "seed": way.state.seed,
            "ineligible": list(draw.everywhere),
            "ineligible_by_bin": [list(ids) for ids in draw.by_bin],
            "pretest_counts": trials,
            "started_at": begun,
            "finished_at": moments[-1],
            "finish_reason": way.state.finish_reason,
            "simulated": True,
        },
        asked=[
            {
                "sitting_id": sitting_id,
                "position": position,
                "item_version_id": pool.versions[place],
                "decision": answer.decision.to_dict(),
                "asked_at": asked_at,
            }
            for position, (place, answer, asked_at, _) in steps
        ],
        answers=[
            {
                "sitting_id": sitting_id,
                "position": position,
                "item_version_id": pool.versions[place],
                **_entered(pool.contents[place], answer.score, draws),
                "score": answer.score,
                "answered_at": answered_at,
                "elapsed_seconds": answer.elapsed_seconds,
            }
            for position, (place, answer, _, answered_at) in steps
        ],
        outcome={
            "sitting_id": sitting_id,
            "document": outcome_document(prepared_exam(pool, exam.design), way.state),
            "recorded_at": moments[-1],
        },
    )


def _person(person_id: UUID, number: int, created_at: datetime) -> dict[str, Any]:
    return {
        "id": person_id,
        "username": f"simulated-{number + 1:04d}",
        "display_name": f"ผู้เข้าสอบจำลอง {number + 1:04d}",
        "password_hash": None,
        "active": False,
        "simulated": True,
        "created_at": created_at,
    }


def _entered(content: ItemContent, score: int, draws: np.random.Generator) -> dict[str, Any]:
    answer = simulated_answer(content, score, draws)
    return {"selected": list(answer.selected), "text": answer.text}


def _store(session: Session, *, exam: Exam, rows: Sequence[_Rows]) -> None:
    if not rows:
        return
    session.flush()
    execute = session.connection().execute
    execute(insert(Person), [row.person for row in rows])
    execute(insert(RoleAssignment), [{"person_id": row.person["id"], "role": Role.CANDIDATE.value} for row in rows])
    execute(
        insert(Enrolment),
        [
            {
                "exam_id": exam.id,
                "person_id": row.person["id"],
                "extra_minutes": 0,
                "enrolled_at": row.person["created_at"],
            }
            for row in rows
        ],
    )
    execute(insert(Sitting), [row.sitting for row in rows])
    execute(insert(AskedItem), [asked for row in rows for asked in row.asked])
    execute(insert(RecordedAnswer), [answer for row in rows for answer in row.answers])
    execute(insert(RecordedOutcome), [row.outcome for row in rows])
