"""The demo's made-up groups hold simulated candidates alone, half of them each, and may be compared at once."""

from __future__ import annotations

from itembank.database import Database
from itembank.demo.simulated_groups import add_simulated_groups
from itembank.dif_studies.comparable_variables import comparable_variables
from itembank.tables import Person
from tests.support.institution import NOON, Institution


def test_simulated_candidates_are_sorted_by_lot(filled: tuple[Database, Institution]) -> None:
    database, institution = filled
    with database.writing() as session:
        session.add_all(
            Person(username=f"simulated-{number}", display_name="x", simulated=True, created_at=NOON)
            for number in range(40)
        )
        add_simulated_groups(session, now=NOON)
        (variable,) = comparable_variables(session, actor=institution["psychometrician"], now=NOON)
    assert variable.simulated
    assert variable.counts == (20, 20)


def test_without_simulated_candidates_there_is_nobody_to_sort(filled: tuple[Database, Institution]) -> None:
    database, institution = filled
    with database.writing() as session:
        add_simulated_groups(session, now=NOON)
        (variable,) = comparable_variables(session, actor=institution["psychometrician"], now=NOON)
    assert variable.counts == (None, None)
