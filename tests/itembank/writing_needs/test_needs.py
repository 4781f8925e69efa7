"""What to write next, assignments made from it, and what writers learn of their ratings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from itembank.actor import Actor
from itembank.authoring.items import create_item, move_item
from itembank.database import Database
from itembank.delivery.exams import propose_design
from itembank.errors import AlreadyExists, IllegalMove, InvalidInput, NotAllowed, NotFound
from itembank.measurement_reports.verdict_information import VerdictNeed
from itembank.publishing.banks import bank_in_force
from itembank.tables import BankItem, ItemVersion, Person
from itembank.writing_needs.assignments import (
    AssignmentPlan,
    AssignmentState,
    assign,
    assignable_writers,
    list_assignments,
    withdraw,
)
from itembank.writing_needs.criterion_need import expected_information
from itembank.writing_needs.needs import UnitNeeds, writing_needs
from itembank.writing_needs.rating_feedback import rating_feedback
from tests.itembank.authoring.written import SINGLE, create
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]
DUE = date(2026, 12, 1)
CRITERION = "DG101-1.1"


def needs(database: Database, actor: Actor, unit: str | None = None) -> tuple[UnitNeeds, ...]:
    with database.reading() as session:
        return writing_needs(session, actor=actor, unit=unit)


def plan(institution: Institution, **changes: object) -> AssignmentPlan:
    known = {"criterion": CRITERION, "wanted": 2, "writer_id": institution["writer"].person_id, "due_on": DUE}
    return AssignmentPlan(**(known | changes))  # type: ignore[arg-type]


def test_a_unit_is_held_against_its_newest_exam(filled: Filled) -> None:
    database, people = filled
    (unit,) = needs(database, people["writer"], "DG100")
    with database.reading() as session:
        design = propose_design(session, actor=people["administrator"], unit="DG100")
        bank = bank_in_force(session)
        rows = session.exec(select(BankItem).where(BankItem.bank_id == bank.id, BankItem.criterion == CRITERION)).all()
        told = sorted(float(_information(row, design.cut_score)) for row in rows)
    (line,) = [line for line in unit.lines if line.criterion == CRITERION]
    assert unit.exam_title == "การสอบทดลอง"
    assert line.supply.items == len(rows) == 5
    assert sorted(line.supply.told) == pytest.approx(told)
    assert unit.target == pytest.approx(VerdictNeed.of_unit(design).information())
    assert unit.limited_by_length  # fifteen questions cannot tell so much
    best = max(expected_information(rating, design.cut_score) for rating in range(1, 6))
    assert line.demand.information == pytest.approx(design.maximum_length * best / len(unit.lines))
    missing = [other.need.missing for other in unit.lines]
    assert missing == sorted(missing, reverse=True)


def _information(row: BankItem, cut: float) -> np.float64:
    chance = 1 / (1 + np.exp(-row.discrimination * (cut - row.difficulty)))
    return np.float64(row.discrimination**2 * chance * (1 - chance))


def test_all_written_units_are_told_and_nobody_else_is(filled: Filled) -> None:
    database, people = filled
    found = needs(database, people["psychometrician"])
    assert len(found) == 14
    assert {line.criterion for unit in found for line in unit.lines}.__len__() == 135
    with pytest.raises(NotFound):
        needs(database, people["writer"], "DG999")
    with pytest.raises(NotAllowed):
        needs(database, people["candidate"])


def test_items_in_work_and_assignments_lower_what_is_left(filled: Filled) -> None:
    database, people = filled
    before = _line(needs(database, people["writer"], "DG100"))
    create(database, people, difficulty_rating=before.need.rating)
    with database.writing() as session:
        assign(session, actor=people["reviewer"], plan=plan(people, writer_id=people["writer2"].person_id), now=NOON)
    after = _line(needs(database, people["writer"], "DG100"))
    assert after.supply.in_work == {before.need.rating: 1}
    assert after.need.wanted == before.need.wanted - 1
    assert (after.assigned, after.to_assign) == (2, max(0, after.need.wanted - 2))


def _line(found: tuple[UnitNeeds, ...]) -> object:
    return next(line for line in found[0].lines if line.criterion == CRITERION)


def test_an_assignment_fills_up_as_its_writer_writes(database: Database, institution: Institution) -> None:
    create(database, institution)  # before anybody asked
    with database.writing() as session:
        asked = NOON + timedelta(minutes=1)
        made = assign(session, actor=institution["reviewer"], plan=plan(institution, note=" ง่าย "), now=asked)
    assert (made.state, made.items, made.places, made.note) == (AssignmentState.OPEN, (), 2, "ง่าย")
    later = NOON + timedelta(hours=1)
    items = []
    with database.writing() as session:
        for writer, changes in (
            ("writer", {}), ("writer2", {}), ("writer", {"criterion": "DG101-1.2"}), ("writer", {}), ("writer", {}),
        ):  # fmt: skip
            content = replace(SINGLE, **changes)
            items.append(create_item(session, actor=institution[writer], content=content, now=later))
    view = _own(database, institution, today=DUE)
    assert [item.code for item in view.items] == [items[0].code, items[3].code]
    assert (view.handed_in, view.places, view.state) == (0, 0, AssignmentState.OPEN)
    assert _own(database, institution, today=DUE + timedelta(days=1)).state is AssignmentState.LATE
    with database.writing() as session:
        for item in (items[0], items[3]):
            move_item(session, actor=institution["writer"], item_id=item.id, move_name="submit", now=later)
    done = _own(database, institution, today=DUE + timedelta(days=1))
    assert (done.state, done.handed_in, done.may_withdraw) == (AssignmentState.DONE, 2, False)
    with database.writing() as session, pytest.raises(IllegalMove):
        withdraw(session, actor=institution["reviewer"], assignment_id=made.id, reason="เกินพอ", now=later)


def _own(database: Database, institution: Institution, *, today: date) -> object:
    with database.reading() as session:
        (view,) = list_assignments(session, actor=institution["writer"], today=today)
        assert list_assignments(session, actor=institution["writer2"], today=today) == ()
        assert len(list_assignments(session, actor=institution["reviewer"], today=today)) == 1
    return view


def test_an_assignment_is_taken_back_with_a_reason(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        made = assign(session, actor=people["psychometrician"], plan=plan(people), now=NOON)
        with pytest.raises(InvalidInput, match="reason"):
            withdraw(session, actor=people["psychometrician"], assignment_id=made.id, reason=" ", now=NOON)
        with pytest.raises(NotAllowed):
            withdraw(session, actor=people["writer"], assignment_id=made.id, reason="x", now=NOON)
        with pytest.raises(NotFound):
            withdraw(session, actor=people["reviewer"], assignment_id=people.exam, reason="x", now=NOON)
        view = withdraw(session, actor=people["administrator"], assignment_id=made.id, reason="เกินพอ", now=NOON)
    assert (view.state, view.withdrawn_reason, view.may_withdraw) == (AssignmentState.WITHDRAWN, "เกินพอ", False)
    assert _line(needs(database, people["writer"], "DG100")).assigned == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("criterion", "DG999-1.1"), ("criterion", ""), ("wanted", 0), ("wanted", 51), ("difficulty_rating", 6),
        ("due_on", date(2026, 11, 21)), ("note", "x" * 2001), ("note", "\0"),
    ],
)  # fmt: skip
def test_a_plan_that_can_not_be_taken_names_its_field(filled: Filled, field: str, value: object) -> None:
    database, people = filled
    with database.reading() as session, pytest.raises(InvalidInput, match=field):
        assign(session, actor=people["reviewer"], plan=plan(people, **{field: value}), now=NOON)


def test_only_writers_are_asked_and_writers_ask_nobody(filled: Filled) -> None:
    database, people = filled
    with database.reading() as session:
        names = [writer.username for writer in assignable_writers(session, actor=people["administrator"])]
        assert names == ["writer", "writer2"]
        reviewer = people["reviewer"]
        with pytest.raises(InvalidInput, match="writer_id"):
            assign(session, actor=reviewer, plan=plan(people, writer_id=reviewer.person_id), now=NOON)
        with pytest.raises(NotAllowed):
            assign(session, actor=people["writer"], plan=plan(people), now=NOON)
        interview = next(
            criterion.code
            for unit in _framework(session).units for element in unit.elements if not element.is_written
            for criterion in element.criteria
        )  # fmt: skip
        with pytest.raises(InvalidInput, match="examined in writing"):
            assign(session, actor=reviewer, plan=plan(people, criterion=interview), now=NOON)


def _framework(session: object) -> object:
    from itembank.framework.store import current_standard

    return current_standard(session).framework  # type: ignore[arg-type]


def test_ratings_are_compared_with_answers_on_their_own_scale(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        bank = bank_in_force(session)
        rows = session.exec(
            select(BankItem).where(BankItem.bank_id == bank.id, BankItem.unit == "DG100").order_by(BankItem.item_code)
        ).all()[:6]
        for place, row in enumerate(rows):
            version = session.get_one(ItemVersion, row.item_version_id)
            version.written_by, version.difficulty_rating = people["writer"].person_id, 1 + place % 5
            row.parameter_source, row.se_difficulty, row.n_responses = "calibration", 0.14, 200
            # Each is one step harder than rated, the last one two steps easier.
            row.difficulty = 0.7 * (version.difficulty_rating - 3) + (0.7 if place < 5 else -1.4)
            session.add_all([version, row])
    with database.reading() as session:
        found = rating_feedback(session, actor=people["writer"])
        assert rating_feedback(session, actor=people["writer2"]).items == ()
        with pytest.raises(NotAllowed):
            rating_feedback(session, actor=people["reviewer"])
        names = session.exec(select(Person.display_name).where(col(Person.id) == people["writer"].person_id)).all()
    assert len(names) == 1
    assert [round(item.difference, 6) for item in found.items] == [-2.0] + [1.0] * 5
    assert found.items[0].uncertainty == pytest.approx(0.2)
    assert all(item.is_clear for item in found.items)
    ratings, measured = (
        [getattr(item, name) for item in found.items] for name in ("rating", "measured")
    )  # fmt: skip
    assert found.correlation == pytest.approx(np.corrcoef(ratings, measured)[0, 1])
    # The hardest rating can't be exceeded, nor the easiest undercut: they count as the end of the scale.
    assert found.mean_difference == pytest.approx((1 + 1 + 1 + 1 + 0 + 0) / 6)


def test_few_items_tell_nothing_of_a_writers_eye(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        bank = bank_in_force(session)
        row = session.exec(select(BankItem).where(BankItem.bank_id == bank.id, BankItem.unit == "DG100")).all()[0]
        session.connection().execute(
            update(ItemVersion).where(col(ItemVersion.id) == row.item_version_id)
            .values(written_by=people["writer"].person_id)
        )  # fmt: skip
        row.parameter_source, row.se_difficulty = "calibration", 0.2
        session.add(row)
    with database.reading() as session:
        found = rating_feedback(session, actor=people["writer"])
    assert len(found.items) == 1
    assert (found.correlation, found.mean_difference) == (None, None)


def test_the_rating_belongs_to_whoever_gave_it(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        bank = bank_in_force(session)
        row = session.exec(select(BankItem).where(BankItem.bank_id == bank.id, BankItem.unit == "DG100")).all()[0]
        first = session.get_one(ItemVersion, row.item_version_id)
        first.written_by = people["writer"].person_id
        mended = ItemVersion(**first.model_dump(exclude={"id", "number", "written_by"}), number=2,
                             written_by=people["writer2"].person_id)  # fmt: skip
        session.add_all([first, mended])
        session.flush()
        row.parameter_source, row.se_difficulty = "calibration", 0.2
        session.delete(row)
        session.flush()
        session.add(BankItem(**row.model_dump(exclude={"item_version_id"}), item_version_id=mended.id))
    with database.reading() as session:
        assert len(rating_feedback(session, actor=people["writer"]).items) == 1
        assert rating_feedback(session, actor=people["writer2"]).items == ()


def test_a_form_sent_twice_asks_once_and_a_writer_who_left_is_not_counted(filled: Filled) -> None:
    database, people = filled
    key = uuid4()
    with database.writing() as session:
        one, other = (
            assign(session, actor=people["reviewer"], plan=plan(people), now=NOON, assignment_id=key) for _ in range(2)
        )
        with pytest.raises(AlreadyExists):
            assign(session, actor=people["reviewer"], plan=plan(people, wanted=9), now=NOON, assignment_id=key)
        with pytest.raises(InvalidInput, match="five years"):
            assign(session, actor=people["reviewer"], plan=plan(people, due_on=date(2569, 12, 1)), now=NOON)
    assert one == other
    assert _line(needs(database, people["writer"], "DG100")).assigned == 2
    with database.writing() as session:
        person = session.get_one(Person, people["writer"].person_id)
        person.active = False
        session.add(person)
    assert _line(needs(database, people["writer"], "DG100")).assigned == 0
    with database.reading() as session:
        (view,) = list_assignments(session, actor=people["reviewer"], today=DUE)
    assert not view.writer_writes
