"""Simulated sittings: the delivering engine on made-up candidates, recorded like real ones and marked as simulated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from sqlalchemy import insert
from sqlmodel import Session

from engine.exposure import ExposureCounts, draw_ineligible, update
from engine.outcomes import outcomes
from engine.randomness import generator
from engine.response_models import ItemParameters, ItemPool
from engine.simulation import simulate_sitting
from engine.simulation_report import SimulatedSitting
from engine.sitting import replay
from itembank.actor import Role
from itembank.authoring.content import ItemContent
from itembank.delivery.outcome_record import outcome_document
from itembank.delivery.records import prepared_exam
from itembank.errors import NotFound
from itembank.publishing.banks import bank_in_force
from itembank.publishing.pools import UnitPool, unit_pool
from itembank.tables import (
    AskedItem,
    Enrolment,
    Exam,
    ItemExposure,
    Person,
    RecordedAnswer,
    RecordedOutcome,
    RoleAssignment,
    Sitting,
)

_SEED = 25651127  # the day on which the standard was announced
_DAYS = 30
#: How far true difficulties lie from what the writers' ratings say, and true discriminations from 1.
_SD_OF_DIFFICULTY, _SD_OF_LOG_DISCRIMINATION = 0.6, 0.3


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
    """Record simulated candidates' sittings of an exam, spread over the last month.

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
    truth = _true_items(pool.pool)
    counts = ExposureCounts.none_yet(pool.pool.item_ids)
    rows: list[_Rows] = []
    for number in range(count):
        draws = generator(_SEED, number, "demo candidate")
        seed, theta = int(draws.integers(2**53)), float(draws.standard_normal())
        rate = prepared.design.maximum_exposure
        ineligible = () if rate is None else draw_ineligible(counts, pool.pool, maximum_rate=rate, seed=seed)
        sitting = simulate_sitting(prepared, seed=seed, theta=theta, truth=truth, ineligible=ineligible)
        counts = update(counts, ineligible, [code for code, _ in sitting.responses])
        begun = now - timedelta(days=_DAYS) * (1 - number / count) - timedelta(hours=2)
        rows.append(_rows_of(sitting, number, exam=exam, pool=pool, begun=begun, draws=draws))
        if on_progress is not None:
            on_progress(number + 1, count)
    _store(session, exam=exam, rows=rows, counts=counts)


def _true_items(pool: ItemPool) -> ItemPool:
    draws = generator(_SEED, 0, "demo items")
    slopes = np.exp(_SD_OF_LOG_DISCRIMINATION * draws.standard_normal(len(pool.item_ids)))
    shifts = _SD_OF_DIFFICULTY * draws.standard_normal(len(pool.item_ids))
    return ItemPool.from_items(
        [
            ItemParameters(
                item_id=code,
                model="2pl",
                discrimination=float(slopes[index]),
                difficulty=float(pool.difficulty[index] + shifts[index]),
                unit=pool.units[index],
                element=pool.elements[index],
                criterion=pool.criteria[index],
            )
            for index, code in enumerate(pool.item_ids)
        ]
    )


def _rows_of(
    sitting: SimulatedSitting, number: int, *, exam: Exam, pool: UnitPool, begun: datetime, draws: np.random.Generator
) -> _Rows:
    person_id, sitting_id = uuid4(), uuid4()
    states = list(
        replay(
            prepared_exam(pool, exam.design),
            seed=sitting.seed,
            ineligible=sitting.ineligible,
            responses=sitting.responses,
        )
    )
    places = [pool.pool.index_of(code) for code, _ in sitting.responses]
    # People take half a minute to two minutes a question.
    seconds = np.cumsum(draws.gamma(shape=4.0, scale=14.0, size=len(places))).tolist()
    moments = [begun + timedelta(seconds=second) for second in seconds]
    asked_at = [begun, *moments[:-1]]
    return _Rows(
        person=_person(person_id, number, begun),
        sitting={
            "id": sitting_id,
            "exam_id": exam.id,
            "person_id": person_id,
            "bank_id": pool.bank_id,
            "unit": exam.unit,
            "design": exam.design,
            "seed": sitting.seed,
            "ineligible": list(sitting.ineligible),
            "started_at": begun,
            "finished_at": moments[-1],
            "finish_reason": sitting.finish_reason,
            "simulated": True,
        },
        asked=[
            {
                "sitting_id": sitting_id,
                "position": position,
                "item_version_id": pool.versions[place],
                "decision": state.decision.to_dict() if state.decision else {},
                "asked_at": moment,
            }
            for position, (place, state, moment) in enumerate(zip(places, states, asked_at, strict=False), start=1)
        ],
        answers=[
            {
                "sitting_id": sitting_id,
                "position": position,
                "item_version_id": pool.versions[place],
                "selected": _selected(pool.contents[place], score, draws),
                "score": score,
                "answered_at": moment,
            }
            for position, (place, (_, score), moment) in enumerate(
                zip(places, sitting.responses, moments, strict=True), start=1
            )
        ],
        outcome={
            "sitting_id": sitting_id,
            "document": outcome_document(outcomes(prepared_exam(pool, exam.design), states[-1])),
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


def _selected(content: ItemContent, score: int, draws: np.random.Generator) -> list[int]:
    """Choose options that give the score; of the wrong ones the earlier are liked better, as in real data."""
    if score == 1:
        return list(content.key)
    wrong = [position for position in range(len(content.options)) if position not in content.key]
    weights = np.array([0.5**rank for rank in range(len(wrong))])
    chosen = wrong[int(draws.choice(len(wrong), p=weights / weights.sum()))]
    return sorted({chosen, *content.key[1:]})


def _store(session: Session, *, exam: Exam, rows: Sequence[_Rows], counts: ExposureCounts) -> None:
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
    execute(
        insert(ItemExposure),
        [
            {
                "exam_id": exam.id,
                "item_code": code,
                "sittings": counts.sittings,
                "eligible": float(counts.eligible[index]),
                "administered": float(counts.administered[index]),
            }
            for index, code in enumerate(counts.item_ids)
        ],
    )
