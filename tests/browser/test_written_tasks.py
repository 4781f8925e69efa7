"""A candidate writes in a browser whose connection breaks: a draft stays a draft, an answer is handed in as meant."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import col, select

from itembank.tables import TaskAnswer, TaskDraft
from tests.browser.conftest import Running, sign_in
from tests.support.written import exam_with_tasks, publish_tasks, sit_to_tasks

pytestmark = pytest.mark.browser

#: Sent again after up to fifteen seconds; a first time after one.
_PATIENCE = 25_000


def press_without_connection(context: BrowserContext, page: Page, button: str) -> None:
    """Press a button whose request never arrives."""
    page.wait_for_load_state()
    expect(page.locator("form[data-exam-ready]")).to_be_attached()
    context.set_offline(True)
    page.get_by_role("button", name=button).click()


def wait_for_task(page: Page, number: int) -> None:
    expect(page).to_have_title(re.compile(f"^Written task {number} of 3 ·"), timeout=_PATIENCE)


def test_what_is_sent_again_is_what_was_pressed(browser: Browser, running: Running) -> None:
    with running.database.writing() as session:
        publish_tasks(session, running.institution)
        exam_id = exam_with_tasks(session, tasks=3, time_limit_minutes=None)
    sitting = sit_to_tasks(running.database, running.institution, exam_id)
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = sign_in(context, running.server.url, "candidate")
    page.goto(f"{running.server.url}/sittings/{sitting.id}")
    wait_for_task(page, 1)

    page.locator("textarea").fill("half of an answer")
    press_without_connection(context, page, "Keep as a draft")
    expect(page.locator("[data-draft-state]")).to_have_text(re.compile("not"))
    expect(page.locator("[data-connection-lost]")).to_be_hidden()
    context.set_offline(False)
    # Longer than it takes to send an answer again, in which nothing may be handed in.
    page.wait_for_timeout(2_500)
    page.reload()
    wait_for_task(page, 1)
    expect(page.locator("textarea")).to_have_value("half of an answer")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator("[data-draft-state]")).to_have_text(re.compile("^Draft kept on"))
    with running.database.reading() as session:
        assert session.exec(select(TaskAnswer)).all() == []
        assert [draft.text for draft in session.exec(select(TaskDraft))] == ["half of an answer"]

    page.locator("textarea").fill("a whole answer")
    press_without_connection(context, page, "Hand in the answer")
    expect(page.locator("[data-connection-lost]")).to_be_visible()
    context.set_offline(False)
    wait_for_task(page, 2)

    # The page itself can be had, and its reload sends the same again: not what is written, and not for want of it.
    page.route("**/tasks", lambda route: route.abort())
    page.get_by_text("Leave this task unanswered").click()
    page.get_by_role("button", name="Leave it and go on").click()
    expect(page.locator("[data-connection-lost]")).to_be_visible()
    page.reload()
    expect(page.locator("[data-connection-lost]")).to_be_visible()
    page.unroute("**/tasks")
    wait_for_task(page, 3)
    with running.database.reading() as session:
        answers = session.exec(select(TaskAnswer).order_by(col(TaskAnswer.position))).all()
        assert [(one.text, one.language) for one in answers] == [("a whole answer", "en"), ("", "en")]
    context.close()
