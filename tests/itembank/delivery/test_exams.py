"""Exams: a design is checked against the bank before anybody sits it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.prior_origin import PriorOrigin
from itembank.database import Database
from itembank.delivery.exams import (
    check_design,
    create_exam,
    enrol,
    exam_view,
    list_enrolments,
    list_exams,
    propose_design,
    set_times,
)
from itembank.delivery.proposed_design import default_design
from itembank.errors import BankTooSmall, InvalidInput, NotAllowed, NotFound
from itembank.framework.starter import load_starter_standard
from tests.support.institution import NOON, Institution
from tests.support.sitting import sit_through

Filled = tuple[Database, Institution]


@pytest.mark.parametrize("unit", ["Dlit100", "DG100", "DT600"])
def test_the_proposed_design_fits_the_starter_bank_and_covers_every_written_criterion(
    filled: Filled, unit: str
) -> None:
    database, people = filled
    with database.reading() as session:
        design = propose_design(session, actor=people["administrator"], unit=unit)
        check_design(session, unit=unit, design=design)
    written = [
        criterion.code
        for element in load_starter_standard().unit(unit).elements
        if element.is_written
        for criterion in element.criteria
    ]
    assert [bound.code for bound in design.blueprint.bounds] == written
    assert all(bound.minimum == 1 for bound in design.blueprint.bounds)
    assert design.minimum_length >= max(10, len(written))


def test_enrolling_twice_at_once_enrols_once(database: Database, institution: Institution) -> None:
    with database.writing() as session:
        exam = create_exam(
            session,
            actor=institution["administrator"],
            title="x",
            unit="DG100",
            design=propose_design(session, actor=institution["administrator"], unit="DG100"),
            now=NOON,
        )

    def add(_: int) -> int:
        names = ["candidate", "candidate2"]
        with database.writing() as session:
            return enrol(session, actor=institution["administrator"], exam_id=exam.id, usernames=names, now=NOON)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == [0, 0, 0, 2]


def test_a_small_pool_gets_lengths_that_it_can_fill() -> None:
    unit = load_starter_standard().unit("DG100")
    for size in range(4, 40):
        design = default_design(unit, pool_size=size)
        assert design.minimum_length <= design.maximum_length <= size


def test_a_design_that_the_bank_cannot_fill_is_refused_by_what_is_missing(filled: Filled) -> None:
    database, people = filled
    admin = people["administrator"]
    with database.writing() as session:
        design = propose_design(session, actor=admin, unit="DG100")
        greedy = replace(design, blueprint=Blueprint((Bounds(level="criterion", code="DG101-1.1", minimum=9),)))
        with pytest.raises(BankTooSmall, match=r"DG101-1\.1"):
            create_exam(session, actor=admin, title="x", unit="DG100", design=greedy, now=NOON)
        with pytest.raises(BankTooSmall, match="no item for unit DTR200"):
            propose_design(session, actor=admin, unit="DTR200")
        with pytest.raises(InvalidInput, match="title"):
            create_exam(session, actor=admin, title=" ", unit="DG100", design=design, now=NOON)
        with pytest.raises(InvalidInput, match="time_limit_minutes"):
            create_exam(session, actor=admin, title="x", unit="DG100", design=design, now=NOON, time_limit_minutes=0)
        with pytest.raises(InvalidInput, match="closes_at"):
            create_exam(
                session, actor=admin, title="x", unit="DG100", design=design, now=NOON,
                opens_at=NOON, closes_at=NOON - timedelta(hours=1),
            )  # fmt: skip


def test_a_design_informed_by_one_candidates_past_is_refused(filled: Filled) -> None:
    database, people = filled
    origin = PriorOrigin(population_mean=0.0, population_sd=1.0, units=("DG200",), sittings=("x",), weight=1.0)
    with database.reading() as session:
        design = propose_design(session, actor=people["administrator"], unit="DG100")
        with pytest.raises(InvalidInput, match="prior_origin"):
            check_design(session, unit="DG100", design=replace(design, unit_correlation=0.5, prior_origin=origin))


def test_a_limit_on_the_expected_time_is_refused_while_times_are_unknown(filled: Filled) -> None:
    database, people = filled
    with database.reading() as session:
        design = propose_design(session, actor=people["administrator"], unit="DG100")
        quick = replace(design, blueprint=Blueprint((Bounds(level="time", code="", maximum=600),)))
        with pytest.raises(BankTooSmall, match=r"20 items have none, the first of them 'DG101-1\.1-01'"):
            check_design(session, unit="DG100", design=quick)


def test_only_administrators_make_exams(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        design = propose_design(session, actor=people["psychometrician"], unit="DG100")
        for username in ("candidate", "writer", "reviewer", "psychometrician"):
            with pytest.raises(NotAllowed):
                create_exam(session, actor=people[username], title="x", unit="DG100", design=design, now=NOON)
            with pytest.raises(NotAllowed):
                enrol(session, actor=people[username], exam_id=people.exam, usernames=["candidate"], now=NOON)
        for username in ("candidate", "writer", "reviewer"):
            with pytest.raises(NotAllowed):
                list_exams(session, actor=people[username])


def test_enrolling_takes_known_candidates_once_or_nobody(filled: Filled) -> None:
    database, people = filled
    admin = people["administrator"]
    with database.writing() as session:
        assert enrol(session, actor=admin, exam_id=people.exam, usernames=["candidate", " "], now=NOON) == 0
        for unknown in ("nobody", "writer"):  # a writer is no candidate
            with pytest.raises(NotFound, match=unknown):
                enrol(session, actor=admin, exam_id=people.exam, usernames=[unknown], now=NOON)
        with pytest.raises(NotFound):
            enrol(session, actor=admin, exam_id=UUID(int=0), usernames=[], now=NOON)


def test_an_exam_tells_how_far_its_candidates_are(filled: Filled) -> None:
    database, people = filled
    done = sit_through(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with database.writing() as session:
        set_times(
            session, actor=people["administrator"], exam_id=people.exam, time_limit_minutes=None,
            opens_at=None, closes_at=None, now=NOON,
        )  # fmt: skip
        view = exam_view(session, actor=people["administrator"], exam_id=people.exam)
        rows = {
            row.username: row for row in list_enrolments(session, actor=people["administrator"], exam_id=people.exam)
        }
    assert (view.enrolled, view.started, view.finished, view.time_limit_minutes) == (2, 1, 1, None)
    assert rows["candidate"].sitting_id == done.id
    assert rows["candidate"].finish_reason == "confident_competent"
    assert rows["candidate2"].sitting_id is None
