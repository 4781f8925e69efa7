"""``samat items lint``: warnings about items, told and counted."""

from __future__ import annotations

import json

from itembank.authoring.lint_report import lint_starter_bank
from itembank.authoring.starter import starter_items
from itembank.database import Database
from tests.commands.test_commands import samat
from tests.support.institution import Institution


def test_the_starter_bank_is_told_as_the_rules_find_it() -> None:
    told = samat("items", "lint", "--starter")
    report = lint_starter_bank()
    assert told.returncode == 0
    assert told.stdout.splitlines()[-1].startswith(f"{len(starter_items())} items, {len(report.items)} with warnings")
    assert "keys among 4 options: A 90, B 90, C 91, D 89" in told.stdout
    assert "135 criteria with 3 to 5 items each" in told.stdout
    assert "; 90 items worded in another language, too" in told.stdout
    assert report.ratings.keys() == {1, 2, 3, 4, 5}


def test_the_database_is_told_as_json(filled: tuple[Database, Institution]) -> None:
    document = json.loads(samat("items", "lint", "--json", database=filled[0].url).stdout)
    assert document["n_items"] == len(starter_items())
    assert {flaw["rule"] for item in document["items"] for flaw in item["flaws"]} == set(document["by_rule"])
    assert set(document["by_rule"]) <= set(document["sources"])
