"""Storing many items in a few statements works on both databases."""

from __future__ import annotations

from itembank.actor import COMMAND_LINE
from itembank.authoring.exchange import export_items, import_items
from itembank.database import Database
from itembank.framework.starter import load_starter_standard
from itembank.framework.store import store_framework
from tests.itembank.exchange.filled_items import EVERY_TYPE, without_context
from tests.support.institution import NOON


def test_items_of_every_type_are_stored_and_read_back(database: Database) -> None:
    items = without_context(EVERY_TYPE)
    with database.writing() as session:
        store_framework(session, actor=COMMAND_LINE, framework=load_starter_standard(), now=NOON)
        import_items(session, actor=COMMAND_LINE, items=items, file="items.xlsx", now=NOON)
    with database.reading() as session:
        assert list(export_items(session, actor=COMMAND_LINE)) == items
