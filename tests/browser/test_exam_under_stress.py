"""What candidates' hands, machines and networks do to an exam: nothing of it may cost or double an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.clock import utc_now
from itembank.database import Database
from itembank.delivery.exams import set_times
from itembank.tables import Sitting
from tests.browser.conftest import Running, sign_in
from tests.browser.enrolled import EnrolledCandidate, enrolled_candidate
from tests.browser.exam_screen import (
    answer,
    begin_exam,
    choose_with_keys,
    choose_with_mouse,
    confirm,
    recorded,
    right_choice,
    stem,
    wait_for_question,
)
from tests.support.sitting import always_wrong

pytestmark = pytest.mark.browser

LOST = "The connection is lost"


class Sat:
    """An exam that a candidate has begun in a browser."""

    def __init__(self, context: BrowserContext, site: Running) -> None:
        self.context = context
        self.site = site
        self.database: Database = site.database
        self.candidate: EnrolledCandidate = enrolled_candidate(site.database)
        self.page: Page = sign_in(context, site.server.url, self.candidate.username)
        self.id: UUID = begin_exam(self.page, self.candidate.exam_title)

    @property
    def address(self) -> str:
        return f"{self.site.server.url}/sittings/{self.id}"

    @property
    def record(self) -> list[tuple[int, list[int]]]:
        return recorded(self.database, self.id)

    def right(self) -> list[int]:
        return right_choice(self.database, self.id)

    def wrong(self) -> list[int]:
        return right_choice(self.database, self.id, always_wrong)

    def note_at_question(self, number: int) -> None:
        """The right question is on the screen, and everything before it is on record."""
        wait_for_question(self.page, number)
        assert [position for position, _ in self.record] == list(range(1, number))


@pytest.fixture
def sat(browser: Browser, running: Running) -> Iterator[Sat]:
    context = browser.new_context()
    yield Sat(context, running)
    context.close()


def test_a_double_click_and_a_held_key_record_one_answer(sat: Sat) -> None:
    first = sat.right()
    choose_with_mouse(sat.page, first)
    sat.page.get_by_role("button", name="Confirm the answer").dblclick()
    sat.note_at_question(2)
    expect(sat.page.locator("#exam").get_by_text("Answer 1 saved")).to_be_visible()

    second = sat.right()
    choose_with_keys(sat.page, second)
    sat.page.keyboard.down("Enter")
    sat.page.keyboard.down("Enter")  # what a key that is held down sends again and again
    sat.page.keyboard.up("Enter")
    sat.note_at_question(3)
    assert sat.record == [(1, first), (2, second)]


def test_confirming_without_a_choice_asks_for_one_and_sends_nothing(sat: Sat) -> None:
    sat.page.keyboard.press("Enter")
    expect(sat.page.get_by_role("alert").filter(has_text="choose an answer")).to_be_visible()
    assert sat.record == []
    answer(sat.page, sat.right(), way=1)
    sat.note_at_question(2)


def test_a_second_tab_that_answers_differently_gets_a_calm_notice_and_the_present_question(sat: Sat) -> None:
    kept, other = sat.right(), sat.wrong()
    second = sat.context.new_page()
    second.goto(sat.address)
    answer(sat.page, kept)
    choose_with_mouse(second, other)
    confirm(second)
    expect(second.get_by_role("status").filter(has_text="already has a recorded answer")).to_be_visible()
    expect(second).to_have_title(re.compile("^Question 2 ·"))
    assert stem(second) == stem(sat.page)
    assert sat.record == [(1, kept)]

    # The same answer twice needs no notice at all; the first tab is now behind.
    again = sat.right()
    answer(second, again)
    choose_with_mouse(sat.page, again)
    confirm(sat.page)
    sat.note_at_question(3)
    expect(sat.page.get_by_role("status").filter(has_text="already has")).to_have_count(0)
    assert sat.record == [(1, kept), (2, again)]


def test_back_and_reload_come_to_the_present_question(sat: Sat) -> None:
    answer(sat.page, sat.right())
    answer(sat.page, sat.right())
    asked, chosen = stem(sat.page), sat.right()
    choose_with_mouse(sat.page, chosen)
    sat.page.reload()
    assert stem(sat.page) == asked
    # What was ticked but not confirmed is still ticked, and still not recorded.
    for place in chosen:
        expect(sat.page.get_by_role("group").locator("input").nth(place)).to_be_checked()
    assert len(sat.record) == 2
    sat.page.go_back()
    sat.page.goto(sat.address)
    sat.note_at_question(3)
    assert stem(sat.page) == asked


def test_a_lost_network_is_said_and_survived(sat: Sat) -> None:
    chosen = sat.right()
    sat.context.set_offline(True)
    choose_with_keys(sat.page, chosen)
    sat.page.keyboard.press("Enter")
    expect(sat.page.get_by_role("alert").filter(has_text=LOST)).to_be_visible()
    assert sat.record == []
    sat.context.set_offline(False)
    sat.note_at_question(2)
    expect(sat.page.get_by_role("alert").filter(has_text=LOST)).to_be_hidden()
    assert sat.record == [(1, chosen)]


def test_an_answer_whose_receipt_is_lost_is_sent_again_and_not_doubled(sat: Sat) -> None:
    chosen = sat.right()
    sent: list[str] = []

    def lose_the_first_receipt(route: Route) -> None:
        sent.append(route.request.post_data or "")
        if len(sent) == 1:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    sat.page.route("**/answers", lose_the_first_receipt)
    choose_with_mouse(sat.page, chosen)
    confirm(sat.page)
    sat.note_at_question(2)
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert sat.record == [(1, chosen)]


def test_a_server_that_is_gone_gets_the_answer_once_it_is_back(sat: Sat) -> None:
    answer(sat.page, sat.right())
    chosen = sat.right()
    sat.site.server.kill()
    choose_with_keys(sat.page, chosen, letters=True)
    sat.page.keyboard.press("Enter")
    expect(sat.page.get_by_role("alert").filter(has_text=LOST)).to_be_visible()
    # Meanwhile the answer that is on its way can't be changed.
    other = 1 if chosen == [0] else 0
    sat.page.keyboard.press(str(other + 1))
    choose_with_mouse(sat.page, [other])
    sat.site.server.start()
    wait_for_question(sat.page, 3)
    assert sat.record[1] == (2, chosen)
    sat.note_at_question(3)


def test_the_timer_can_be_hidden_and_stays_hidden(sat: Sat) -> None:
    timer = sat.page.get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"^(60:00|59:\d\d)$"))
    sat.page.get_by_role("button", name="Hide the time").click()
    expect(timer).to_be_hidden()
    answer(sat.page, sat.right())
    expect(sat.page.get_by_role("timer")).to_be_hidden()
    sat.page.get_by_role("button", name="Show the time").click()
    expect(sat.page.get_by_role("timer")).to_be_visible()


def test_extra_time_granted_in_mid_exam_shows_after_the_next_answer(browser: Browser, sat: Sat) -> None:
    office = browser.new_context()
    desk = sign_in(office, sat.site.server.url, "administrator")
    desk.goto(f"{sat.site.server.url}/administration/exams/{sat.candidate.exam_id}")
    desk.get_by_role("spinbutton", name="Extra minutes of").fill("25")
    desk.get_by_role("button", name="Set the extra minutes of").click()
    expect(desk.get_by_role("status").filter(has_text="The extra time is saved.")).to_be_visible()
    office.close()
    expect(sat.page.get_by_role("timer")).to_have_text(re.compile(r"^59:\d\d$"))
    answer(sat.page, sat.right())
    expect(sat.page.get_by_role("timer")).to_have_text(re.compile(r"^1:24:\d\d$"))


def test_ending_needs_a_confirmation_and_gives_a_result_without_a_verdict(sat: Sat) -> None:
    answer(sat.page, sat.right())
    sat.page.get_by_role("link", name="End the exam").click()
    expect(sat.page.get_by_text("not enough evidence to decide")).to_be_visible()
    sat.page.get_by_role("link", name="Back to the exam").click()
    sat.note_at_question(2)

    sat.page.get_by_role("link", name="End the exam").click()
    field = sat.page.get_by_role("textbox", name="type how many questions")
    field.fill("7")
    sat.page.get_by_role("button", name="End the exam").click()
    expect(sat.page.get_by_text("Type 1 to end the exam")).to_be_visible()
    field.fill("1")
    sat.page.get_by_role("button", name="End the exam").click()
    expect(sat.page).to_have_title(re.compile("^Result ·"))
    expect(sat.page.get_by_text("The candidate ended the exam")).to_be_visible()
    expect(sat.page.get_by_text("so no probability is given")).to_be_visible()
    sat.page.goto(sat.address)
    expect(sat.page).to_have_title(re.compile("^Result ·"))


def test_when_the_time_is_over_the_result_comes_by_itself(sat: Sat) -> None:
    answer(sat.page, sat.right())
    with sat.database.writing() as session:
        set_times(
            session, actor=COMMAND_LINE, exam_id=sat.candidate.exam_id, time_limit_minutes=1,
            opens_at=None, closes_at=None, now=utc_now(),
        )  # fmt: skip
        sitting = session.exec(select(Sitting).where(Sitting.id == sat.id)).one()
        sitting.started_at = utc_now() - timedelta(seconds=57)
        session.add(sitting)
    sat.page.reload()
    expect(sat.page.get_by_role("timer")).to_have_text(re.compile(r"^0:0\d$"))
    expect(sat.page).to_have_title(re.compile("^Result ·"), timeout=15_000)
    expect(sat.page.get_by_text("The time was over")).to_be_visible()
    assert len(sat.record) == 1
