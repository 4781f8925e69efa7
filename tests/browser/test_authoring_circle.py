"""Items of every type go round: reviewed, translated as a new version, sent to another institution and stored there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from itembank.authoring.content import Answer, ItemContent, ItemType
from itembank.authoring.item_types.rules import rule_of
from itembank.authoring.items import create_item, move_item
from itembank.authoring.reviewing.check_points import CHECK_POINTS
from itembank.clock import utc_now
from itembank.database import Database
from itembank.tables import Item, ItemVersion
from tests.browser.conftest import Running, sign_in
from tests.browser.examination import examine
from tests.itembank.authoring.item_types.every_type import EVERY_TYPE
from tests.support.institution import Institution
from tests.support.server import ServerProcess

pytestmark = pytest.mark.browser

#: As a writer leaves them who writes no English.
WRITTEN = tuple(replace(content, translations=()) for content in EVERY_TYPE)


@pytest.fixture(scope="module")
def other(filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Another institution, which has none of the items."""
    folder = tmp_path_factory.mktemp("other")
    shutil.copy(filled_file[0], folder / "site.db")
    database = Database(f"sqlite:///{folder / 'site.db'}")
    server = ServerProcess(database.url, log=folder / "server.log")
    server.start()
    yield Running(server, database, filled_file[1])
    server.stop()
    database.close()


def test_items_of_every_type_are_reviewed_translated_and_travel(
    browser: Browser, running: Running, other: Running, tmp_path: Path
) -> None:
    ids = in_review(running)
    reviewer = sign_in(browser.new_context(), running.server.url, "reviewer")
    writer = sign_in(browser.new_context(accept_downloads=True), running.server.url, "writer")
    for item_id, content in zip(ids, WRITTEN, strict=True):
        approve(reviewer, running, item_id, content)
        translate(writer, running, item_id, content)
    sent = drafts(running)
    assert [content.type for content in sent.values()] == [content.type for content in WRITTEN]
    for content, written in zip(sent.values(), WRITTEN, strict=True):
        assert replace(content, translations=()) == written
        assert [one.language for one in content.translations] == ["en"]
    package, workbook = (downloaded(writer, running, tmp_path, kind) for kind in ("qti3", "xlsx"))
    reader = sign_in(browser.new_context(), other.server.url, "writer2")
    upload(reader, other, package)
    stored(reader)
    assert drafts(other) == sent
    # The codes are taken now, and said to be so item by item.
    upload(reader, other, workbook)
    expect(reader.get_by_text("No item is ready")).to_be_visible()
    upload(reader, other, without_ids(workbook, breaking=3))
    assert examine(reader, at="telephone") == []
    row = reader.get_by_role("row").filter(has_text="Row 3")
    expect(row).to_contain_text("The standard has no such criterion")
    reader.get_by_role("button", name=re.compile("^Store")).click()
    expect(reader.get_by_role("alert").first).to_contain_text("Say that the 1 items with problems are left out")
    assert drafts(other) == sent
    reader.get_by_role("button", name="Forget this file").click()
    upload(reader, other, without_ids(workbook))
    stored(reader)
    assert list(drafts(other).values()) == [*sent.values(), *sent.values()]
    for page in (reviewer, writer, reader):
        page.context.close()


def in_review(running: Running) -> list[str]:
    """Put an item of each type in review."""
    ids = []
    with running.database.writing() as session:
        actor, now = running.institution["writer"], utc_now()
        for content in WRITTEN:
            item = create_item(session, actor=actor, content=content, now=now)
            move_item(session, actor=actor, item_id=item.id, move_name="submit", now=now)
            ids.append(str(item.id))
    return ids


def drafts(running: Running) -> dict[str, ItemContent]:
    """The newest versions that are drafts, in the order in which they were written."""
    with running.database.reading() as session:
        query = (
            select(Item.code, ItemVersion.content)
            .join(Item, col(Item.id) == ItemVersion.item_id)
            .where(ItemVersion.number == Item.head_version, ItemVersion.state == "draft")
            .order_by(col(Item.code))
        )
        return {code: ItemContent.from_dict(content) for code, content in session.exec(query)}


def approve(page: Page, running: Running, item_id: str, content: ItemContent) -> None:
    """Answer as a candidate would, then go through the check list."""
    page.goto(f"{running.server.url}/review/{item_id}")
    written = content.type is ItemType.CONSTRUCTED_RESPONSE
    fill_in(page, Answer(text="เจ้าของข้อมูลขอดูได้") if written else rule_of(content.type).right_answer(content), content)
    page.get_by_role("button", name="Show the key and review").click()
    told = "People mark this item" if written else "Your answer agrees with the key."
    expect(page.locator("#review [role=status]").first).to_contain_text(told)
    for point in CHECK_POINTS:
        group = page.get_by_role("group", name=point.texts["en"])
        group.get_by_role("radio", name="Does not apply" if point.concern else "Yes", exact=True).check()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status").filter(has_text="Approved.")).to_be_visible()


def fill_in(page: Page, answer: Answer, content: ItemContent) -> None:
    """Give an answer on the reviewer's form."""
    if answer.text:
        page.locator("[name=text]").fill(answer.text)
        return
    in_lists = content.prompts or content.type is ItemType.ORDERING
    for number, place in enumerate(answer.selected, start=1):
        if in_lists:
            page.locator(f"[name=answer_{number}]").select_option(str(place))
        else:
            page.locator(f'[name=answer][value="{place}"]').check(force=True)


def translate(page: Page, running: Running, item_id: str, content: ItemContent) -> None:
    """Succeed the approved version by one that can be read in English, too; the desk shows what candidates see."""
    page.goto(f"{running.server.url}/bank/items/{item_id}/edit")
    preview = page.get_by_role("region", name="What candidates see")
    expect(preview).to_contain_text(content.stem.partition("[[")[0])
    page.get_by_role("button", name="Translate into English").click()
    expect(page.locator("#tr_stem")).to_be_visible()
    fields = page.locator('[name^="tr_"]:visible')
    for number, field in enumerate(fields.all(), start=1):
        gaps = content.type is ItemType.INLINE_CHOICE and field.get_attribute("name") == "tr_stem"
        field.fill(f"In English {number}{' [[1]], [[2]]' if gaps else ''}")
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/bank/items/[0-9a-f-]{36}(\?|$)"))
    expect(page.get_by_text("Version 2").first).to_be_visible()


def downloaded(page: Page, running: Running, folder: Path, kind: str) -> Path:
    """Export the drafts of the element; of QTI the page says what programs other than ours will not see."""
    page.goto(f"{running.server.url}/bank/export?format={kind}&place=DG101&state=draft")
    if kind == "xlsx":
        expect(page.get_by_text("This format carries all of every item")).to_be_visible()
    else:
        expect(page.get_by_text("translation", exact=False).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def without_ids(workbook: Path, *, breaking: int = 0) -> Path:
    """Take the codes out of a workbook, as somebody does who wants new ones, and break a row."""
    book = load_workbook(workbook)
    sheet = book["items"]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, columns["id"]).value = None
    if breaking:
        sheet.cell(breaking, columns["criterion"]).value = "DG999-9.9"
    changed = workbook.with_name(f"changed-{breaking}.xlsx")
    book.save(changed)
    return changed


def upload(page: Page, running: Running, file: Path) -> None:
    """Send a file and come to the report of its rows."""
    page.goto(f"{running.server.url}/bank/import")
    page.get_by_label("File of items").set_input_files(file)
    page.get_by_role("button", name="Look at what is in it").click()
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(1 + len(WRITTEN))


def stored(page: Page) -> None:
    """Have all of them stored."""
    page.get_by_role("button", name=f"Store {len(WRITTEN)} items").click()
    expect(page.get_by_text(f"{len(WRITTEN)} items are stored as drafts")).to_be_visible()
