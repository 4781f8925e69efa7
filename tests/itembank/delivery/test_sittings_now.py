"""Sittings now and planning, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from engine.blueprints.blueprint import Blueprint, Bounds
from itembank.actor import COMMAND_LINE, Role
from itembank.audit import list_entries
from itembank.authoring.item_types.question import Answer
from itembank.database import Database
from itembank.delivery.exam_planning import (
    blueprint_lines,
    changed_fields,
    design_shortfalls,
    examinable_units,
    opening_state,
    read_design,
)
from itembank.delivery.exams import exam_view, grant_extra_time, propose_design, set_times
from itembank.delivery.sittings import end_sitting, start_sitting, submit_answer
from itembank.delivery.sittings_now import sitting_line, sittings_now
from itembank.errors import InvalidInput, NotAllowed, NotFound
from itembank.people.accounts import list_people
from tests.support.institution import NOON, Institution

MINUTE = timedelta(minutes=1)


def test_the_picture_of_an_exam_day(database: Database, institution: Institution) -> None:
    first, second = institution["candidate"], institution["candidate2"]
    with database.writing() as session:
        running = start_sitting(session, actor=second, exam_id=institution.exam, now=NOON).id
        ended = start_sitting(session, actor=first, exam_id=institution.exam, now=NOON + MINUTE).id
        for position in (1, 2, 3):
            at = NOON + position * MINUTE
            submit_answer(session, actor=second, sitting_id=running, position=position, answer=Answer((0,)), now=at)
        end_sitting(session, actor=first, sitting_id=ended, now=NOON + 5 * MINUTE)
        assert second.person_id is not None
        grant_extra_time(
            session, actor=COMMAND_LINE, exam_id=institution.exam, person_id=second.person_id, minutes=10, now=NOON
        )
    with database.reading() as session:
        found = sittings_now(session, actor=institution["psychometrician"], now=NOON + 6 * MINUTE)
        one = sitting_line(session, actor=COMMAND_LINE, sitting_id=ended, now=NOON + 6 * MINUTE)
    assert [line.sitting_id for line in found.running] == [running]
    line = found.running[0]
    assert (line.answered, line.last_answer_at) == (3, NOON + 3 * MINUTE)
    assert (line.deadline, line.remaining_seconds) == (NOON + 70 * MINUTE, 64 * 60)
    assert [line.sitting_id for line in found.finished] == [ended]
    assert found.finished[0] == one
    assert (one.finish_reason, one.answered, one.last_answer_at) == ("candidate_ended", 0, None)


def test_only_those_who_run_exams_follow_sittings(database: Database, institution: Institution) -> None:
    with database.reading() as session:
        for username in ("candidate", "writer", "reviewer"):
            with pytest.raises(NotAllowed):
                sittings_now(session, actor=institution[username], now=NOON)
            with pytest.raises(NotAllowed):
                examinable_units(session, actor=institution[username])
        with pytest.raises(NotFound):
            sitting_line(session, actor=COMMAND_LINE, sitting_id=uuid4(), now=NOON)


def test_units_blueprints_and_shortfalls(database: Database, institution: Institution) -> None:
    with database.reading() as session:
        units = {unit.code: unit for unit in examinable_units(session, actor=COMMAND_LINE)}
        assert (units["DG100"].items, units["DG100"].covered_criteria, units["DG100"].complete) == (20, 4, True)
        lines = blueprint_lines(session, actor=COMMAND_LINE, exam_id=institution.exam)
        assert {(line.level, line.minimum, line.maximum) for line in lines} == {("criterion", 1, None)}
        assert all(line.wording for line in lines)
        design = propose_design(session, actor=COMMAND_LINE, unit="DG100")
        assert design_shortfalls(session, actor=COMMAND_LINE, unit="DG100", design=design) == ()
        greedy = replace(design, blueprint=Blueprint((Bounds("criterion", lines[0].code, 9),)))
        lacking = design_shortfalls(session, actor=COMMAND_LINE, unit="DG100", design=greedy)
        assert [(part.code, part.required, part.available) for part in lacking] == [(lines[0].code, 9, 5)]
        strange = replace(design, blueprint=Blueprint((Bounds("criterion", "XX1-1.1", 2),)))
        absent = design_shortfalls(session, actor=COMMAND_LINE, unit="DG100", design=strange)
        assert [(part.code, part.required, part.available) for part in absent] == [("XX1-1.1", 2, 0)]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"minimum_length": 0}, "minimum_length"),
        ({"maximum_length": 9}, "maximum_length"),
        ({"cut_score": 99.0}, "cut_score"),
        ({"confidence": 0.5}, "confidence"),
    ],
)
def test_a_design_names_the_field_that_makes_no_sense(
    database: Database, institution: Institution, values: dict[str, float], field: str
) -> None:
    with database.reading() as session:
        design = propose_design(session, actor=COMMAND_LINE, unit="DG100")
    with pytest.raises(InvalidInput) as refused:
        changed_fields(design, values)
    assert refused.value.details["field"] == field
    with pytest.raises(InvalidInput) as refused:
        read_design(design.to_dict() | values)
    assert refused.value.details["field"] == field
    assert read_design(design.to_dict()) == design


def test_an_exam_opens_and_closes(database: Database, institution: Institution) -> None:
    opens, closes = NOON + MINUTE, NOON + 2 * MINUTE
    with database.writing() as session:
        set_times(
            session, actor=COMMAND_LINE, exam_id=institution.exam, time_limit_minutes=None, opens_at=opens,
            closes_at=closes, now=NOON,
        )  # fmt: skip
        exam = exam_view(session, actor=COMMAND_LINE, exam_id=institution.exam)
        states = [opening_state(exam, moment).value for moment in (NOON, opens, closes)]
    assert states == ["upcoming", "open", "closed"]


def test_people_are_searched_and_the_log_is_paged(database: Database, institution: Institution) -> None:
    with database.reading() as session:
        found = list_people(session, actor=COMMAND_LINE, search="ทดสอบ W", role=Role.ITEM_WRITER)
        assert [person.username for person in found] == ["writer", "writer2"]
        assert list_people(session, actor=COMMAND_LINE, search="100%") == ()
        entries = list_entries(session, actor=COMMAND_LINE)
        assert list_entries(session, actor=COMMAND_LINE, limit=2, offset=1) == entries[1:3]
