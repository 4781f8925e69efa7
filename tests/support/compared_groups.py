"""Two groups of people with answers, on record under a lawful basis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import numpy as np
from sqlalchemy import insert
from sqlmodel import Session, select

from itembank.group_data.bases import record_basis
from itembank.group_data.entered_rows import rows_of
from itembank.group_data.memberships import load_people
from itembank.group_data.variables import Category, create_variable
from itembank.tables import BankItem, Exam, Person, RecordedAnswer, Sitting
from tests.support.institution import Institution

CATEGORIES = (Category("th", "ภาษาไทย", "Thai"), Category("ms", "ภาษามลายู", "Malay"))
FIRST_DAY, LAST_DAY = date(2026, 11, 1), date(2026, 11, 30)
ITEMS = 12


@dataclass(frozen=True)
class Compared:
    """A variable with its groups; the item at place 0 is harder for the group ``ms``."""

    variable_id: UUID
    versions: tuple[UUID, ...]
    person_ids: tuple[UUID, ...]


def add_variable(
    session: Session, institution: Institution, *, now: datetime, with_basis: bool = True, simulated: bool = False
) -> UUID:
    """Define a variable, with a lawful basis for November 2026 unless told otherwise."""
    actor = institution["administrator"]
    made = create_variable(
        session,
        actor=actor,
        name_th="ภาษาแม่",
        name_en="First language",
        categories=CATEGORIES,
        simulated=simulated,
        now=now,
    )
    if with_basis:
        record_basis(
            session,
            actor=actor,
            variable_id=made.id,
            ground="research_statistics",
            reference="สคช 12/2569",
            purpose="ตรวจความเป็นธรรม",
            valid_from=FIRST_DAY,
            valid_until=LAST_DAY,
            now=now,
        )
    return made.id


def add_answers(
    session: Session, exam: Exam, persons: dict[UUID, int], *, now: datetime, simulated: bool, seed: int = 1
) -> tuple[UUID, ...]:
    """Give each person, with the number of the group, a sitting with an answer to every one of the items."""
    found = session.exec(select(BankItem).where(BankItem.unit == exam.unit)).all()
    # A database would sort by its locale.
    rows = sorted(found, key=lambda row: row.item_code)
    versions = tuple(row.item_version_id for row in rows[:ITEMS])
    draws = np.random.default_rng(seed)
    execute = session.connection().execute
    sittings, answers = [], []
    for person_id, group in persons.items():
        sitting_id, ability = uuid4(), draws.normal() - 0.3 * group
        sittings.append(
            {
                "id": sitting_id, "exam_id": exam.id, "person_id": person_id, "bank_id": rows[0].bank_id,
                "unit": exam.unit, "design": exam.design, "seed": 1, "ineligible": [], "ineligible_by_bin": [],
                "pretest_counts": {}, "started_at": now, "finished_at": now, "simulated": simulated,
            }
        )  # fmt: skip
        harder = np.zeros(ITEMS)
        harder[0] = 2.0 * group
        difficulty = np.linspace(-1, 1, ITEMS) + harder
        scores = draws.random(ITEMS) < 1 / (1 + np.exp(-(ability - difficulty)))
        answers += [
            {
                "sitting_id": sitting_id, "position": place + 1, "item_version_id": version, "selected": [0],
                "score": int(scores[place]), "answered_at": now,
            }
            for place, version in enumerate(versions)
        ]  # fmt: skip
    execute(insert(Sitting), sittings)
    execute(insert(RecordedAnswer), answers)
    return versions


def add_compared_groups(
    session: Session, institution: Institution, *, now: datetime, each: int = 130, simulated: bool = False
) -> Compared:
    """Make people of two groups who have answered, with what group they are in."""
    variable_id = add_variable(session, institution, now=now, simulated=simulated)
    exam = session.get_one(Exam, institution.exam)
    persons = [
        Person(username=f"member-{number}", display_name=f"M {number}", simulated=simulated, created_at=now)
        for number in range(2 * each)
    ]
    session.add_all(persons)
    session.flush()
    groups = {person.id: number % 2 for number, person in enumerate(persons)}
    versions = add_answers(session, exam, groups, now=now - timedelta(days=1), simulated=simulated)
    load_people(
        session,
        actor=institution["administrator"],
        variable_id=variable_id,
        rows=rows_of((person.username, CATEGORIES[groups[person.id]].code) for person in persons),
        now=now,
    )
    return Compared(variable_id, versions, tuple(person.id for person in persons))
