"""A candidate answers an item of each type on a telephone, by keyboard alone, with scripts and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from itembank.authoring.content import Answer, ItemContent, ItemType
from itembank.authoring.item_types.rules import rule_of
from itembank.clock import utc_now
from itembank.tables import RecordedAnswer
from tests.browser.conftest import Running, sign_in
from tests.browser.exam_screen import begin_exam, wait_for_question
from tests.browser.examination import examine
from tests.itembank.authoring.item_types.every_type import SCORED
from tests.support.every_type import asked, exam_of_every_type, publish_every_type

pytestmark = pytest.mark.browser

_MOST_TABS = 30


@pytest.fixture(scope="module")
def every_type(running: Running) -> Running:
    """The site with one item of each type in DG100."""
    with running.database.writing() as session:
        publish_every_type(session, running.institution)
    return running


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"Tab never reached {selector}")


def choose_in_lists(page: Page, answer: Answer) -> None:
    for number, place in enumerate(answer.selected, start=1):
        tab_to(page, f"[name=answer_{number}]")
        for _ in range(place + 1):
            page.keyboard.press("ArrowDown")
        expect(page.locator(f"[name=answer_{number}]")).to_have_value(str(place))


def tick(page: Page, content: ItemContent, answer: Answer, *, scripts: bool) -> None:
    if scripts:
        for place in answer.selected:
            page.keyboard.press(str(place + 1))
    elif content.type is ItemType.MULTIPLE_CHOICE:
        for place in answer.selected:
            tab_to(page, f'[name=answer][value="{place}"]')
            page.keyboard.press("Space")
    else:
        tab_to(page, "[name=answer]")
        page.keyboard.press("Space")
        for _ in range(answer.selected[0]):
            page.keyboard.press("ArrowDown")


def enter(page: Page, content: ItemContent, answer: Answer, *, scripts: bool) -> None:
    """Enter an answer, and send it as its type is sent: Enter in a field of one line, the button after lists."""
    if answer.text:
        tab_to(page, "[name=text]")
        page.keyboard.type(answer.text)
    elif content.prompts or content.type is ItemType.ORDERING:
        choose_in_lists(page, answer)
        tab_to(page, "[data-confirm]")
    else:
        tick(page, content, answer, scripts=scripts)
    page.keyboard.press("Enter")


def survives_a_change_of_language(page: Page) -> None:
    """What is typed, letters that would choose and digits alike, stays when the question is read in Thai."""
    tab_to(page, "[name=text]")
    page.keyboard.type("a1")
    page.get_by_role("link", name="ไทย").click()
    expect(page.locator("html")).to_have_attribute("lang", "th")
    expect(page.locator("[name=text]")).to_have_value("a1")
    page.get_by_role("link", name="EN").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=text]")).to_have_value("a1")
    page.locator("[name=text]").fill("")


def lack_is_told(page: Page, content: ItemContent) -> None:
    """Confirming nothing sends nothing, says what is missing and leads there."""
    page.locator("[data-confirm]").press("Enter")
    expect(page.get_by_role("alert").filter(has_text="before you confirm")).to_be_visible()
    if content.type not in (ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE, ItemType.TRUE_FALSE):
        expect(page.locator("[data-exam-question] :is(select, input):focus")).to_have_count(1)
    if content.type is ItemType.ORDERING:
        for place in page.locator("[data-each-once] select").all():
            place.select_option("0")
        page.locator("[data-confirm]").press("Enter")
        expect(page.get_by_role("alert").filter(has_text="more than one place")).to_be_visible()
        for place in page.locator("[data-each-once] select").all():
            place.select_option("")
    page.locator("[data-exam-stem]").last.focus()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_each_type_is_answered_by_keyboard(browser: Browser, every_type: Running, scripts: bool) -> None:
    username = "candidate" if scripts else "candidate2"
    title = f"ทุกประเภท {username}"
    with every_type.database.writing() as session:
        exam_of_every_type(session, username=username, title=title, now=utc_now())
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    page = sign_in(context, every_type.server.url, username)
    sitting = begin_exam(page, title)
    wrong = []
    for number in range(1, len(SCORED) + 1):
        content = asked(page.content())
        if scripts:
            expect(page.locator("form[data-exam-ready]")).to_be_attached()
            wrong += [f"{content.type}: {complaint}" for complaint in examine(page, at="telephone")]
            lack_is_told(page, content)
            if content.type is ItemType.SHORT_TEXT:
                survives_a_change_of_language(page)
        if scripts and content.type is ItemType.NUMERIC:
            # What was typed and confirmed without a connection is sent once there is one again.
            context.set_offline(True)
            enter(page, content, rule_of(content.type).right_answer(content), scripts=scripts)
            expect(page.locator("[data-connection-lost]")).to_be_visible()
            context.set_offline(False)
        else:
            enter(page, content, rule_of(content.type).right_answer(content), scripts=scripts)
        wait_for_question(page, number + 1)
    expect(page).to_have_title(re.compile("^Result ·"))
    with every_type.database.reading() as session:
        rows = session.exec(select(RecordedAnswer).where(col(RecordedAnswer.sitting_id) == sitting)).all()
        assert sum(row.score for row in rows) == sum(content.maximum_score for content in SCORED)
        assert {row.language for row in rows} == {"en"}
    assert wrong == []
    context.close()
