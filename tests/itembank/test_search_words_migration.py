"""Items from before the migration are found, compared and held against the rules after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import insert, text
from sqlmodel import Session, select

from itembank.actor import COMMAND_LINE
from itembank.authoring.item_list import list_items
from itembank.authoring.item_words import work_out
from itembank.authoring.starter import starter_items
from itembank.database import Database
from itembank.framework.starter import load_starter_standard
from itembank.framework.store import store_framework
from itembank.migrate import alembic_config, upgrade
from itembank.tables import Item, ItemFlaw, ItemVersion, ItemWords
from tests.support.institution import NOON

SHIPPED = starter_items()[:3]


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = alembic_config()
    with database.writing_for_long() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
    with database.writing() as session:
        _fill(session)
    yield database
    database.close()


def _fill(session: Session) -> None:
    standard = store_framework(session, actor=COMMAND_LINE, framework=load_starter_standard(), now=NOON).standard.id
    broken = {"stem": "ไม่มีเกณฑ์"}
    contents = [*((code, content.to_dict()) for code, content in SHIPPED), ("BROKEN", broken)]
    for code, document in contents:
        item = Item(code=code, standard_id=standard, created_at=NOON, head_version=2)
        session.connection().execute(insert(Item), item.model_dump())
        for number in (1, 2):
            # The first version says something else: only the newest counts.
            wording = document if number == 2 else document | {"stem": "ช้างเผือก"}
            version = ItemVersion(
                item_id=item.id, number=number, content=wording, criterion="DG101-1.1", kind="single_choice",
                difficulty_rating=3, state="draft", writer_name="x", written_at=NOON,
            )  # fmt: skip
            session.connection().execute(insert(ItemVersion), version.model_dump())


def test_old_items_are_filled_in_by_the_migration(before: Database) -> None:
    upgrade(before)
    with before.reading() as session:
        rows = {item.code: words for item, words in session.exec(select(Item, ItemWords).join(ItemWords))}
        flaws = {(item.code, flaw.rule) for item, flaw in session.exec(select(Item, ItemFlaw).join(ItemFlaw))}
        assert set(rows) == {*(code for code, _ in SHIPPED), "BROKEN"}
        for code, content in SHIPPED:
            found = work_out(content, code=code)
            assert (rows[code].searched, rows[code].words) == (found.searched, found.words)
            assert (rows[code].options, rows[code].key_place) == (found.options, found.key_place)
        assert rows["BROKEN"].searched == "broken"
        assert flaws == {(code, rule) for code, content in SHIPPED for rule in work_out(content, code=code).flaws}
        assert list_items(session, actor=COMMAND_LINE, search="ช้างเผือก")[1] == 0
        assert list_items(session, actor=COMMAND_LINE, search="BROKEN")[1] == 1


def test_the_way_back_leaves_the_items_as_they_were(before: Database) -> None:
    upgrade(before)
    config = alembic_config()
    with before.writing_for_long() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0012")
        assert connection.execute(text("SELECT count(*) FROM item_version")).scalar_one() == 2 * (len(SHIPPED) + 1)
