"""How low the limit on exposure can be, as an exam says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete

from itembank.actor import COMMAND_LINE
from itembank.database import Database
from itembank.delivery.exam_planning import examinable_units
from itembank.delivery.exams import create_exam, exam_view, list_exams, propose_design
from itembank.delivery.exposure_reach import items_in_force, least_exposure, limit_out_of_reach
from itembank.tables import BankInForce
from tests.support.institution import NOON, Institution


def test_the_items_that_count_are_those_that_exams_are_planned_with(filled: tuple[Database, Institution]) -> None:
    database, _people = filled
    with database.reading() as session:
        planned = {unit.code: unit.items for unit in examinable_units(session, actor=COMMAND_LINE)}
        assert dict(items_in_force(session)) == planned


@pytest.mark.parametrize("out_of_reach", [True, False])
def test_an_exam_says_whether_its_limit_can_be_kept(
    filled: tuple[Database, Institution], *, out_of_reach: bool
) -> None:
    database, people = filled
    with database.writing() as session:
        items = items_in_force(session)["DG100"]
        design = propose_design(session, actor=people["administrator"], unit="DG100")
        least = design.minimum_length / items
        wanted = replace(design, maximum_exposure=least - 0.05 if out_of_reach else least)
        made = create_exam(session, actor=people["administrator"], title="x", unit="DG100", design=wanted, now=NOON)
    with database.reading() as session:
        for exam in (made, exam_view(session, actor=COMMAND_LINE, exam_id=made.id)):
            assert exam.least_exposure == pytest.approx(least)
            assert exam.exposure_out_of_reach == out_of_reach
        assert made in list_exams(session, actor=COMMAND_LINE)


def test_without_items_nothing_is_said(filled: tuple[Database, Institution]) -> None:
    with filled[0].writing() as session:
        design = propose_design(session, actor=COMMAND_LINE, unit="DG100")
        session.execute(delete(BankInForce))
        assert dict(items_in_force(session)) == {}
    assert least_exposure(design, items=0) is None
    assert not limit_out_of_reach(design, None)


def test_an_empty_database_has_no_exams(database: Database) -> None:
    with database.reading() as session:
        assert list_exams(session, actor=COMMAND_LINE) == ()
