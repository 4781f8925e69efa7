"""Excel, CSV and JSON carry every item type with everything filled in, and lose nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.authoring.content import ItemType
from itembank.exchange.cell_entries import read_entries, read_parts, written_entries, written_parts
from itembank.exchange.item_files import read_item_file, read_items, write_items
from itembank.exchange.sheet_template import EXAMPLES
from tests.itembank.exchange.filled_items import EVERY_TYPE

TEXTS = st.lists(st.text(st.sampled_from("ก a|/\n\t \\$"), max_size=8), max_size=4)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_every_type_with_everything_filled_in_comes_back_as_it_was(tmp_path: Path, ending: str) -> None:
    assert {item.content.type for item in EVERY_TYPE} == set(ItemType)
    file = tmp_path / f"items.{ending}"
    assert not write_items(file, EVERY_TYPE).lost
    assert read_items(file) == EVERY_TYPE
    assert not any(read.lost for read in read_item_file(file).items)


@settings(max_examples=200, deadline=None)
@given(texts=TEXTS)
def test_any_texts_share_a_cell_and_come_back(texts: list[str]) -> None:
    assert read_entries(written_entries(texts)) == texts
    assert read_parts(written_parts(texts)) == texts


def test_what_has_one_line_each_is_written_as_people_write_it() -> None:
    assert written_entries(["ก", "ข"]) == "ก\nข"
    assert written_parts(["ก", "ข"]) == "ก | ข"
    assert written_entries(["ก\nข", "ค"]) == "///\nก\nข\n///\nค"
    assert read_parts("ก|ข |  ค") == ["ก", "ข", "ค"]


def test_the_template_shows_an_item_of_each_type() -> None:
    assert {content.type for content in EXAMPLES} == set(ItemType)
