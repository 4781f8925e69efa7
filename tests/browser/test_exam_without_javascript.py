"""The same exam in a browser that runs no script: every step is a plain form or link."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import Running, sign_in
from tests.browser.enrolled import enrolled_candidate
from tests.browser.exam_screen import (
    answer,
    begin_exam,
    choose_with_mouse,
    confirm,
    question_number,
    recorded,
    right_choice,
    stem,
)
from tests.support.sitting import always_wrong

pytestmark = pytest.mark.browser


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(java_script_enabled=False)
    yield context
    context.close()


def test_a_whole_exam_without_a_script(scriptless: BrowserContext, running: Running) -> None:
    candidate = enrolled_candidate(running.database)
    page = sign_in(scriptless, running.server.url, candidate.username)
    sitting = begin_exam(page, candidate.exam_title)
    expect(page.get_by_role("timer")).to_be_visible()

    while (number := question_number(page)) is not None:
        answer(page, right_choice(running.database, sitting))
        assert [position for position, _ in recorded(running.database, sitting)] == list(range(1, number + 1))
        if question_number(page) is not None:
            expect(page.get_by_text(f"Answer {number} saved")).to_be_visible()

    expect(page.get_by_role("heading", name="Element by element")).to_be_visible()
    expect(page.get_by_text("Competent", exact=True).first).to_be_visible()
    expect(page.get_by_text("What the standard still assesses otherwise").first).to_be_visible()


def test_what_can_go_wrong_does_no_harm_without_a_script_either(scriptless: BrowserContext, running: Running) -> None:
    candidate = enrolled_candidate(running.database)
    page = sign_in(scriptless, running.server.url, candidate.username)
    sitting = begin_exam(page, candidate.exam_title)
    kept = right_choice(running.database, sitting)
    other = right_choice(running.database, sitting, always_wrong)

    old_page = scriptless.new_page()
    old_page.goto(page.url)

    # Nothing chosen: the browser or the server asks for a choice, and the question stays.
    confirm(page)
    expect(page).to_have_title(re.compile("^Question 1 ·"))
    assert recorded(running.database, sitting) == []

    choose_with_mouse(page, kept)
    page.get_by_role("button", name="Confirm the answer").dblclick()
    expect(page).to_have_title(re.compile("^Question 2 ·"))
    assert recorded(running.database, sitting) == [(1, kept)]

    choose_with_mouse(old_page, other)
    confirm(old_page)
    expect(old_page.get_by_role("status").filter(has_text="already has a recorded answer")).to_be_visible()
    expect(old_page).to_have_title(re.compile("^Question 2 ·"))

    asked = stem(page)
    page.reload()
    assert stem(page) == asked
    page.go_back()
    expect(page).to_have_title(re.compile("^Question 2 ·"))
    assert recorded(running.database, sitting) == [(1, kept)]


def test_ending_without_a_script(scriptless: BrowserContext, running: Running) -> None:
    candidate = enrolled_candidate(running.database)
    page = sign_in(scriptless, running.server.url, candidate.username)
    sitting = begin_exam(page, candidate.exam_title)
    answer(page, right_choice(running.database, sitting))
    page.get_by_role("link", name="End the exam").click()
    page.get_by_role("textbox", name="type how many questions").fill("1")
    page.get_by_role("button", name="End the exam").click()
    expect(page).to_have_title(re.compile("^Result ·"))
    expect(page.get_by_text("The candidate ended the exam")).to_be_visible()
