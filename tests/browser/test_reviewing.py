"""A review by two people: a comment on chosen words, a return, a new version, and two approvals."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from itembank.actor import COMMAND_LINE, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.items import create_item, item_view, move_item, save_item
from itembank.authoring.reviewing.check_points import CHECK_POINTS
from itembank.authoring.reviewing.rules import set_approvals_needed
from itembank.clock import utc_now
from itembank.people.accounts import create_person
from tests.browser.conftest import Running, sign_in
from tests.browser.examination import examine
from tests.support.institution import PASSWORD
from tests.web.bank_content import CONTENT

pytestmark = pytest.mark.browser

_STEM, _BETTER = "ข้อใดเป็นหน้าที่ของผู้บริหาร", "ข้อใดเป็นหน้าที่หลักของผู้บริหารหน่วยงานภาครัฐ"
#: Chooses the text of the first element that matches, as a drag over it would.
_CHOOSE = """(element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = document.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}"""


@pytest.fixture(scope="module")
def item_id(running: Running) -> str:
    """An item in review that needs two approvals, with its writer and two reviewers."""
    now = utc_now()
    with running.database.writing() as session:
        set_approvals_needed(session, actor=COMMAND_LINE, number=2, now=now)
        create_person(
            session, actor=COMMAND_LINE, username="reviewer2", display_name="ผู้ตรวจทานคนที่สอง", password=PASSWORD,
            roles=[Role.REVIEWER], now=now,
        )  # fmt: skip
        writer = running.institution["writer"]
        item = create_item(session, actor=writer, content=_content(_STEM), now=now)
        move_item(session, actor=writer, item_id=item.id, move_name="submit", now=now)
        return str(item.id)


def test_two_reviewers_a_comment_a_return_and_a_new_version(browser: Browser, running: Running, item_id: str) -> None:
    context = browser.new_context()
    first = sign_in(context, running.server.url, "reviewer")
    _answer(first, running, item_id)
    first.locator("[data-quotable] .option-text", has_text="เขียนโปรแกรม").evaluate(_CHOOSE)
    first.locator("summary", has_text="Write a comment").click()
    first.get_by_role("button", name="Take the words chosen in the item").click()
    expect(first.get_by_label("Words commented on")).to_have_value("เขียนโปรแกรม")
    expect(first.get_by_label("Comment (optional)", exact=True)).to_be_focused()
    first.keyboard.type("Too short beside the others.")
    first.get_by_role("radio", name="No", exact=True).nth(2).check()
    first.get_by_role("button", name="Save the comment").click()
    expect(first.get_by_role("heading", name="Open comments (1)")).to_be_visible()
    expect(first.locator("#comments blockquote")).to_have_text("เขียนโปรแกรม")
    # What was found so far is still there.
    expect(first.get_by_role("radio", name="No", exact=True).nth(2)).to_be_checked()
    first.get_by_role("button", name="Return").click()
    expect(first.locator("#note-error")).to_be_visible()
    assert examine(first, at="desk") == []
    first.get_by_label("Note to the writer").fill("Please see the comment.")
    first.get_by_role("button", name="Return").click()
    expect(first.get_by_role("status").filter(has_text="Returned to the writer.")).to_be_visible()
    _the_writer_mends_it(browser, running, item_id)
    _vote(first, running, item_id)
    expect(first.get_by_role("status").filter(has_text="The item waits for other reviewers.")).to_be_visible()
    context.close()
    _the_second_approves_without_scripts(browser, running, item_id)
    with running.database.reading() as session:
        assert item_view(session, actor=COMMAND_LINE, item_id=UUID(item_id)).head.state == "approved"


def _the_writer_mends_it(browser: Browser, running: Running, item_id: str) -> None:
    context = browser.new_context()
    page = sign_in(context, running.server.url, "writer")
    page.goto(f"{running.server.url}/bank/items/{item_id}")
    expect(page.get_by_text("A reviewer asks for changes; open comments: 1.")).to_be_visible()
    expect(page.get_by_text("Please see the comment.").first).to_be_visible()
    with running.database.writing() as session:
        writer, now = running.institution["writer"], utc_now()
        save_item(session, actor=writer, item_id=UUID(item_id), content=_content(_BETTER), started_from=1, now=now)
    page.reload()
    # The words still stand, so the comment came along to the new version.
    page.get_by_role("button", name="Mark as settled: Option B").click()
    expect(page.get_by_role("heading", name="Open comments (0)")).to_be_visible()
    assert examine(page, at="telephone") == []
    page.get_by_role("button", name="Send to review").click()
    expect(page.get_by_role("status").filter(has_text="Sent to review.")).to_be_visible()
    page.get_by_role("link", name="Compare versions").click()
    expect(page.locator("ins", has_text="หน่วยงานภาครัฐ")).to_be_visible()
    assert examine(page, at="desk") == []
    context.close()


def _the_second_approves_without_scripts(browser: Browser, running: Running, item_id: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = sign_in(context, running.server.url, "reviewer2")
    page.goto(f"{running.server.url}/review")
    page.get_by_role("link", name=re.compile("DG101")).first.click()
    _vote(page, running, item_id)
    expect(page.get_by_role("status").filter(has_text="Approved.")).to_be_visible()
    context.close()


def _content(stem: str) -> ItemContent:
    return replace(CONTENT, stem=stem)


def _answer(page: Page, running: Running, item_id: str) -> None:
    page.goto(f"{running.server.url}/review/{item_id}")
    assert CONTENT.options[0].rationale not in page.content()
    page.get_by_role("radio", name=CONTENT.options[0].text).check(force=True)
    page.get_by_role("button", name="Show the key and review").click()
    expect(page.get_by_text("Your answer agrees with the key.")).to_be_visible()


def _vote(page: Page, running: Running, item_id: str) -> None:
    """Go through the check list and approve."""
    _answer(page, running, item_id)
    for point in CHECK_POINTS:
        group = page.get_by_role("group", name=point.texts["en"])
        group.get_by_role("radio", name="Does not apply" if point.concern else "Yes", exact=True).check()
    page.get_by_role("button", name="Approve").click()
