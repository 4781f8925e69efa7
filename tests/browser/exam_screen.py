"""The exam as its candidate sees it: what a test reads from the screen and does on it."""

from __future__ import annotations

import re
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlmodel import col, select

from itembank.clock import utc_now
from itembank.database import Database
from itembank.tables import RecordedAnswer
from tests.support.sitting import Chooser, always_right, pending_choice

_QUESTION = re.compile(r"^Question (\d+) ·")
_LETTERS = "ABCDE"
#: An answer is sent again after up to fifteen seconds.
_PATIENCE = 25_000


def begin_exam(page: Page, title: str) -> UUID:
    """Go from "my exams" through the instructions to the first question, and give the sitting's id."""
    page.get_by_role("article", name=title).get_by_role("link", name="Read the instructions and start").click()
    page.get_by_role("button", name="Start the exam").click()
    wait_for_question(page, 1)
    return UUID(page.url.rsplit("/", 1)[1].partition("?")[0])


def question_number(page: Page) -> int | None:
    """Which question is on the screen; None once the result is."""
    found = _QUESTION.match(page.title())
    return int(found.group(1)) if found else None


def wait_for_question(page: Page, number: int) -> None:
    """Wait until a question, or else the result, has come."""
    expect(page).to_have_title(re.compile(f"^(Question {number}|Result) ·"), timeout=_PATIENCE)
    # Keys pressed before the page's script is there go nowhere.
    page.wait_for_load_state()


def stem(page: Page) -> str:
    """The wording of the question."""
    return page.get_by_role("group").locator("[data-exam-stem]").inner_text()


def right_choice(database: Database, sitting: UUID, choose: Chooser = always_right) -> list[int]:
    """What to answer now, by looking where candidates can't."""
    return pending_choice(database, sitting, utc_now(), choose)


def choose_with_mouse(page: Page, places: list[int]) -> None:
    """Click on the options at these places, counted from 0."""
    for place in places:
        page.get_by_role("group").locator("label").nth(place).click()


def choose_with_keys(page: Page, places: list[int], *, letters: bool = False) -> None:
    """Press the options' digits or letters."""
    for place in places:
        page.keyboard.press(_LETTERS[place].lower() if letters else str(place + 1))


def confirm(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Confirm the answer").click()


def answer(page: Page, places: list[int], *, way: int = 0) -> None:
    """Answer the question on the screen with the mouse, with digits or with letters in turn, and wait for the next."""
    number = question_number(page)
    assert number is not None
    if way % 3 == 0:
        choose_with_mouse(page, places)
        confirm(page)
    else:
        choose_with_keys(page, places, letters=way % 3 == 2)
        page.keyboard.press("Enter")
    wait_for_question(page, number + 1)


def recorded(database: Database, sitting: UUID) -> list[tuple[int, list[int]]]:
    """What is on record: position and chosen places of every answer."""
    with database.reading() as session:
        answers = session.exec(
            select(RecordedAnswer).where(RecordedAnswer.sitting_id == sitting).order_by(col(RecordedAnswer.position))
        )
        return [(found.position, list(found.selected)) for found in answers]
