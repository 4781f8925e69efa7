"""A written task and its mark in a browser: a draft that is told truly, and pages that everybody can use."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from itembank.tables import Mark, TaskDraft
from tests.browser.conftest import Running, sign_in
from tests.browser.examination import examine
from tests.support.written import answers_of, exam_with_tasks, publish_tasks, sit_to_tasks, write_answers

pytestmark = pytest.mark.browser


def test_a_draft_is_told_truly_and_a_marker_marks_the_answer(browser: Browser, running: Running) -> None:
    with running.database.writing() as session:
        publish_tasks(session, running.institution)
        exam_id = exam_with_tasks(session, tasks=1, length=10, time_limit_minutes=None)
    sitting = sit_to_tasks(running.database, running.institution, exam_id)
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = sign_in(context, running.server.url, "candidate")
    page.goto(f"{running.server.url}/sittings/{sitting.id}")
    state = page.locator("[data-draft-state]")
    page.locator("textarea").press_sequentially("half")
    expect(state).to_have_text("The draft is kept", timeout=10_000)
    assert examine(page, at="telephone") == []
    # The session ends behind the page's back: what follows is led to signing in, and that is not "kept".
    context.clear_cookies()
    page.locator("textarea").press_sequentially(" of it")
    expect(state).to_have_text(re.compile("could not be kept"), timeout=10_000)
    with running.database.reading() as session:
        assert session.exec(select(TaskDraft.text)).one() == "half"
    context.close()

    write_answers(running.database, running.institution, sitting, texts=["A whole answer"])
    (answer,) = answers_of(running.database, sitting.id)
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = sign_in(context, running.server.url, "marker")
    page.goto(f"{running.server.url}/marking")
    assert examine(page, at="telephone") == []
    page.get_by_role("link", name="Mark the next one").click()
    expect(page.get_by_text("A whole answer")).to_be_visible()
    assert examine(page, at="telephone") == []
    page.locator("input[name=level_1][value='3']").check()
    page.locator("input[name=level_2][value='1']").check()
    page.get_by_role("button", name="Keep the mark").click()
    expect(page.get_by_text("The mark is kept")).to_be_visible()
    with running.database.reading() as session:
        assert session.exec(select(Mark.points).where(Mark.answer_id == answer)).one() == 4
    context.close()
