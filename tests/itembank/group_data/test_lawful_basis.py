"""Group data stand and fall with their lawful basis: recording, loading, expiry, withdrawal, and who may what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from itembank.actor import Role
from itembank.database import Database
from itembank.dif_studies.comparable_variables import SMALLEST_SHOWN, comparable_variables
from itembank.errors import AlreadyExists, IllegalMove, InvalidInput, NoLawfulBasis, NotAllowed, NotFound
from itembank.group_data.bases import BasisState, record_basis, withdraw_basis
from itembank.group_data.entered_rows import decoded, read_rows, rows_of
from itembank.group_data.legal_grounds import GROUNDS_OF_SENSITIVE_DATA, LegalGround, grounds_for, legal_day
from itembank.group_data.memberships import (
    LoadReport,
    RowProblem,
    forget_person,
    load_people,
    preview_people,
    set_person,
)
from itembank.group_data.variables import Category, create_variable, list_variables, variable_view
from itembank.tables import AuditEntry, GroupMembership, Person
from tests.support.compared_groups import CATEGORIES, FIRST_DAY, LAST_DAY, add_variable
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]
ROWS = (("candidate", "th"), ("candidate2", "ms"))


def load(filled: Filled, variable_id: UUID, rows: Sequence[tuple[str, str]], *, now: datetime = NOON) -> LoadReport:
    database, institution = filled
    with database.writing() as session:
        return load_people(
            session, actor=institution["administrator"], variable_id=variable_id, rows=rows_of(rows), now=now
        )


def add(filled: Filled, **options: Any) -> UUID:
    database, institution = filled
    with database.writing() as session:
        return add_variable(session, institution, now=NOON, **options)


def on_record(database: Database) -> dict[str, str]:
    with database.reading() as session:
        rows = session.exec(
            select(Person.username, GroupMembership.category).where(GroupMembership.person_id == Person.id)
        )
        return dict(rows.all())


def test_the_circle_of_group_data_on_both_databases(database: Database, institution: Institution) -> None:
    """Nothing without a basis; loaded, changed and forgotten with one; deleted with it, and only the deed is kept."""
    filled = (database, institution)
    actor = institution["administrator"]
    variable_id = add(filled, with_basis=False)
    with pytest.raises(NoLawfulBasis, match="ภาษาแม่"):
        load(filled, variable_id, ROWS)
    with database.writing() as session:
        basis = record_basis(
            session, actor=actor, variable_id=variable_id, ground="consent", reference=" ทะเบียน 7 ", purpose="ศึกษา",
            valid_from=FIRST_DAY, valid_until=LAST_DAY, now=NOON,
        )  # fmt: skip
    assert (basis.state, basis.reference, basis.recorded_by) == (BasisState.IN_FORCE, "ทะเบียน 7", actor.display_name)
    report = load(filled, variable_id, ROWS)
    assert report.rows == 2
    assert report.counts == {"th": 1, "ms": 1}
    load(filled, variable_id, [("CANDIDATE", "ms"), ("candidate2", "ms")])
    assert on_record(database) == {"candidate": "ms", "candidate2": "ms"}
    with database.writing() as session:
        set_person(session, actor=actor, variable_id=variable_id, username="writer", category="th", now=NOON)
        forget_person(session, actor=actor, variable_id=variable_id, username=" Candidate2 ", now=NOON)
    assert on_record(database) == {"candidate": "ms", "writer": "th"}
    with database.writing() as session:
        assert withdraw_basis(session, actor=actor, variable_id=variable_id, now=NOON) == 2
    assert on_record(database) == {}
    with database.reading() as session:
        view = variable_view(session, actor=actor, variable_id=variable_id, now=NOON)
    assert (view.basis, view.people, view.bases[0].state) == (None, 0, BasisState.WITHDRAWN)
    assert (view.bases[0].people_deleted, view.bases[0].withdrawn_by) == (2, actor.display_name)
    with pytest.raises(NoLawfulBasis):
        load(filled, variable_id, ROWS)
    with pytest.raises(IllegalMove), database.writing() as session:
        withdraw_basis(session, actor=actor, variable_id=variable_id, now=NOON)


def test_the_audit_log_keeps_deeds_and_counts_but_nobodys_group(filled: Filled) -> None:
    database, institution = filled
    actor = institution["administrator"]
    variable_id = add(filled)
    load(filled, variable_id, ROWS)
    with database.writing() as session:
        set_person(session, actor=actor, variable_id=variable_id, username="writer", category="th", now=NOON)
        forget_person(session, actor=actor, variable_id=variable_id, username="writer", now=NOON)
        withdraw_basis(session, actor=actor, variable_id=variable_id, now=NOON)
    with database.reading() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.subject == str(variable_id))).all()
    assert [(entry.action, entry.details.get("people")) for entry in entries] == [
        ("group.create", None), ("group.basis", None), ("group.load", 2), ("group.load", 1), ("group.forget", 1),
        ("group.withdraw", 2),
    ]  # fmt: skip
    told = " ".join(f"{entry.details}" for entry in entries)
    assert not any(word in told for word in ("candidate", "writer", "'th'", "'ms'", "ภาษาไทย", "Malay"))


def test_one_bad_row_keeps_all_out_and_each_is_named(filled: Filled) -> None:
    database, institution = filled
    variable_id = add(filled)
    with database.writing() as session:
        session.add(Person(username="made-up", display_name="x", simulated=True, created_at=NOON))
    text = (
        "username,category\ncandidate,th\nnobody,th\ncandidate2,elvish\n,th\nwriter\nreviewer,th\nReviewer,ms\n"
        "made-up,th\nadministrator,th,extra\n\n"
    )
    rows = read_rows(text, field="rows")
    with database.writing() as session:
        report = preview_people(
            session, actor=institution["administrator"], variable_id=variable_id, rows=rows, now=NOON
        )
    assert [(row.number, row.problem) for row in report.refused] == [
        (3, RowProblem.UNKNOWN_PERSON), (4, RowProblem.UNKNOWN_CATEGORY), (5, RowProblem.NO_USERNAME),
        (6, RowProblem.CELLS), (7, RowProblem.TWICE), (8, RowProblem.TWICE), (9, RowProblem.SIMULATED_PERSON),
        (10, RowProblem.CELLS),
    ]  # fmt: skip
    assert (report.rows, report.counts) == (9, {"th": 1})
    with pytest.raises(InvalidInput, match="row 3 is: unknown_person"), database.writing() as session:
        load_people(session, actor=institution["administrator"], variable_id=variable_id, rows=rows, now=NOON)
    assert on_record(database) == {}


def test_real_people_are_in_no_simulated_variable(filled: Filled) -> None:
    variable_id = add(filled, simulated=True)
    with pytest.raises(InvalidInput, match="real_person"):
        load(filled, variable_id, ROWS)


def test_files_that_are_no_lines_of_two_values() -> None:
    assert decoded("\ufeffusername,category\n".encode(), field="file") == "username,category\n"
    with pytest.raises(InvalidInput, match="line 2 is not"):
        decoded(b"a,b\n\xa1\xa2,b\n", field="file")
    for text in ("", "\n \n", "username,category\n", 'a,"b'):
        with pytest.raises(InvalidInput, match="lines of username,category"):
            read_rows(text, field="file")
    (row,) = read_rows('\n a ,"b, c"\n', field="rows")
    assert (row.number, row.username, row.category, row.cells) == (2, "a", "b, c", 2)


def test_a_basis_counts_on_its_days_alone_and_the_last_one_is_whole(filled: Filled) -> None:
    database, institution = filled
    variable_id = add(filled)
    load(filled, variable_id, ROWS)
    # Thailand is seven hours ahead: its 30 November ends at 17:00 UTC.
    last_minute = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)
    assert legal_day(last_minute) == LAST_DAY
    assert load(filled, variable_id, ROWS, now=last_minute).rows == 2
    for outside in (last_minute + timedelta(minutes=1), datetime(2026, 10, 31, 16, 59, tzinfo=UTC)):
        with pytest.raises(NoLawfulBasis):
            load(filled, variable_id, ROWS, now=outside)
        with database.reading() as session:
            assert comparable_variables(session, actor=institution["psychometrician"], now=outside) == ()
            view = variable_view(session, actor=institution["administrator"], variable_id=variable_id, now=outside)
        assert view.basis is None
        assert view.has_expired
        assert view.bases[0].state in (BasisState.EXPIRED, BasisState.COMING)
    # A renewal takes the data on record over; forgetting somebody needs no basis.
    later = datetime(2026, 12, 5, tzinfo=UTC)
    with database.writing() as session:
        forget_person(
            session, actor=institution["administrator"], variable_id=variable_id, username="candidate", now=later
        )
        record_basis(
            session, actor=institution["administrator"], variable_id=variable_id, ground="public_task", reference="r",
            purpose="p", valid_from=date(2026, 12, 1), valid_until=date(2026, 12, 31), now=later,
        )  # fmt: skip
    assert load(filled, variable_id, [("candidate2", "ms")], now=later).rows == 1


def test_a_look_at_rows_tells_nothing_of_what_is_on_record_and_leaves_a_trace(filled: Filled) -> None:
    database, institution = filled
    variable_id = add(filled)
    load(filled, variable_id, [("candidate", "th")])
    told = []
    for guess in ("candidate", "candidate2"):
        with database.writing() as session:
            told.append(
                preview_people(
                    session, actor=institution["administrator"], variable_id=variable_id, rows=rows_of([(guess, "th")]),
                    now=NOON,
                )
            )  # fmt: skip
    assert told[0] == told[1]
    with database.reading() as session:
        looks = session.exec(select(AuditEntry).where(AuditEntry.action == "group.preview")).all()
    assert [entry.details["people"] for entry in looks] == [1, 1]
    assert not any(word in str(entry.details) for entry in looks for word in ("candidate", "'th'"))


def test_the_newest_basis_decides(filled: Filled) -> None:
    """A basis can be shortened and corrected; one recorded ahead takes over on its first day."""
    database, institution = filled
    variable_id = add(filled)

    def record(first: date, last: date) -> None:
        with database.writing() as session:
            record_basis(
                session, actor=institution["administrator"], variable_id=variable_id, ground="consent",
                reference=f"{last}", purpose="p", valid_from=first, valid_until=last, now=NOON,
            )  # fmt: skip

    def on(day: date) -> tuple[str | None, list[str]]:
        with database.reading() as session:
            noon = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
            view = variable_view(session, actor=institution["administrator"], variable_id=variable_id, now=noon)
        return (None if view.basis is None else view.basis.reference), [basis.state.value for basis in view.bases]

    record(FIRST_DAY, date(2026, 11, 25))
    assert on(date(2026, 11, 25)) == ("2026-11-25", ["in_force", "replaced"])
    # The former one, which lasted until the end of the month, does not come back.
    assert on(date(2026, 11, 26)) == (None, ["expired", "replaced"])
    record(date(2027, 1, 1), date(2027, 3, 31))
    assert on(date(2026, 11, 25))[0] == "2026-11-25"
    record(date(2027, 2, 1), date(2027, 4, 30))
    assert on(date(2027, 1, 15)) == (None, ["coming", "replaced", "expired", "replaced"])
    assert on(date(2027, 2, 1))[0] == "2027-04-30"
    # One that never began has ended none: what is in force goes on until the correction begins.
    record(FIRST_DAY, date(2027, 12, 31))
    record(date(2027, 5, 1), date(2027, 6, 30))
    record(date(2027, 8, 1), date(2027, 9, 30))
    assert on(date(2027, 7, 1)) == ("2027-12-31", ["coming", "replaced", "in_force", *["replaced"] * 4])
    assert on(date(2027, 8, 1))[0] == "2027-09-30"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ground": "explicit_consent"}, "ground"), ({"ground": "because"}, "ground"),
        ({"reference": "  "}, "reference"),
        ({"purpose": ""}, "purpose"), ({"purpose": "x" * 1001}, "purpose"),
        ({"valid_until": date(2026, 10, 31)}, "valid_until"),
        ({"valid_from": date(2026, 1, 1), "valid_until": date(2026, 11, 21)}, "valid_until"),
        ({"valid_until": date(2569, 11, 30)}, "valid_until"), ({"valid_from": date(1, 1, 1)}, "valid_until"),
        ({"valid_from": date(2569, 11, 1), "valid_until": date(2569, 11, 30)}, "valid_from"),
        ({"valid_until": date(2036, 11, 2)}, "valid_until"),
    ],
)  # fmt: skip
def test_a_basis_that_cannot_be_is_refused(filled: Filled, change: dict[str, Any], field: str) -> None:
    database, institution = filled
    variable_id = add(filled, with_basis=False)
    sound: dict[str, Any] = {
        "ground": "consent", "reference": "1", "purpose": "2", "valid_from": FIRST_DAY, "valid_until": LAST_DAY,
    }  # fmt: skip
    with pytest.raises(InvalidInput) as refused, database.writing() as session:
        record_basis(session, actor=institution["administrator"], variable_id=variable_id, now=NOON, **(sound | change))
    assert refused.value.details["field"] == field


def test_sensitive_data_rest_on_the_grounds_of_section_26_alone() -> None:
    assert set(grounds_for(sensitive=True)) == set(GROUNDS_OF_SENSITIVE_DATA)
    assert set(grounds_for(sensitive=True)) | set(grounds_for(sensitive=False)) == set(LegalGround)
    assert LegalGround.CONSENT not in grounds_for(sensitive=True)


@pytest.mark.parametrize(
    ("categories", "said"),
    [
        (CATEGORIES[:1], "2 to 20 groups"), ((*CATEGORIES, CATEGORIES[0]), "th stands twice"),
        ((Category(" ", "a", "b"), CATEGORIES[0]), "for group 1"), ((Category("a", "", "b"), CATEGORIES[0]), "a name"),
        ((Category("a", "x" * 121, "b"), CATEGORIES[0]), "a name"),
        ((Category("a\0", "a", "b"), CATEGORIES[0]), "code"),
    ],
)  # fmt: skip
def test_a_variable_without_sound_groups_is_refused(filled: Filled, categories: Any, said: str) -> None:
    database, institution = filled
    with pytest.raises(InvalidInput, match=said), database.writing() as session:
        create_variable(
            session, actor=institution["administrator"], name_th="ก", name_en="a", categories=categories, now=NOON
        )


def test_two_variables_of_one_name_are_refused(filled: Filled) -> None:
    add(filled)
    with pytest.raises(AlreadyExists):
        add(filled)


def test_only_administrators_load_and_only_psychometricians_compare(filled: Filled) -> None:
    database, institution = filled
    variable_id = add(filled)
    load(filled, variable_id, ROWS)
    sound: dict[str, Any] = {"variable_id": variable_id, "now": NOON}
    basis = {"ground": "consent", "reference": "1", "purpose": "2", "valid_from": FIRST_DAY, "valid_until": LAST_DAY}
    deeds: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (create_variable, {"name_th": "ก", "name_en": "a", "categories": CATEGORIES, "now": NOON}),
        (list_variables, {"now": NOON}),
        (variable_view, sound),
        (record_basis, sound | basis),
        (withdraw_basis, sound),
        (preview_people, sound | {"rows": rows_of(ROWS)}),
        (load_people, sound | {"rows": rows_of(ROWS)}),
        (set_person, sound | {"username": "writer", "category": "th"}),
        (forget_person, sound | {"username": "writer"}),
    ]
    for actor in institution.people.values():
        if not actor.has(Role.ADMINISTRATOR):
            for deed, options in deeds:
                with pytest.raises(NotAllowed), database.writing() as session:
                    deed(session, actor=actor, **options)
        with database.reading() as session:
            if actor.has(Role.PSYCHOMETRICIAN):
                seen = comparable_variables(session, actor=actor, now=NOON)
                # One person of each group: a number so small is not told.
                assert seen[0].counts == (None, None)
                assert SMALLEST_SHOWN == 10
            else:
                with pytest.raises(NotAllowed):
                    comparable_variables(session, actor=actor, now=NOON)
    assert on_record(database) == dict(ROWS)


def test_what_is_not_there_is_not_found(filled: Filled) -> None:
    database, institution = filled
    actor = institution["administrator"]
    with pytest.raises(NotFound), database.reading() as session:
        variable_view(session, actor=actor, variable_id=uuid4(), now=NOON)
    with pytest.raises(NotFound), database.writing() as session:
        withdraw_basis(session, actor=actor, variable_id=uuid4(), now=NOON)
    variable_id = add(filled)
    for deed, options in (
        (forget_person, {"username": "nobody"}),
        (set_person, {"username": "nobody", "category": "th"}),
        (set_person, {"username": "writer", "category": "x"}),
    ):
        with pytest.raises(InvalidInput), database.writing() as session:
            deed(session, actor=actor, variable_id=variable_id, now=NOON, **options)  # type: ignore[operator]
