"""The whole circle in a real browser: a question is written, reviewed, published, asked, and measured itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from itembank.clock import utc_now
from itembank.database import Database
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.tables import Bank, BankItem, Sitting
from tests.browser.conftest import Running, sign_in
from tests.browser.exam_screen import (
    answer,
    begin_exam,
    choose_with_keys,
    question_number,
    recorded,
    right_choice,
    stem,
    wait_for_question,
)
from tests.support.institution import Institution
from tests.support.server import ServerProcess
from tests.support.sitting import always_wrong

pytestmark = pytest.mark.browser

CRITERION = "DG101-1.1"
STEM = "ข้อใดเป็นข้อมูลส่วนบุคคลตามกฎหมายคุ้มครองข้อมูลส่วนบุคคล"
OPTIONS = ("จำนวนประชากรของจังหวัด", "หมายเลขโทรศัพท์ของพนักงาน", "ราคากลางของวัสดุก่อสร้าง", "สถิติปริมาณน้ำฝน")
KEY = 1
TITLE = "การสอบครบวงจร"
#: Every question of the unit, the new one included.
LENGTH = 21

#: A calibration of so few answers takes a tenth of a second; nobody could see it progress.
SLOWLY = """
import time
from itembank.calibration_runs.progress import Progress
report = Progress.__call__
def report_slowly(self, *told):
    time.sleep(0.15)
    return report(self, *told)
Progress.__call__ = report_slowly
"""


@dataclass
class Circle:
    """Everybody at the same site, each in a browser of one's own."""

    site: Running
    browser: Browser

    def page_of(self, username: str) -> Page:
        return sign_in(self.browser.new_context(), self.site.server.url, username)

    @property
    def database(self) -> Database:
        return self.site.database


@pytest.fixture
def circle(browser: Browser, filled_file: tuple[Path, Institution], tmp_path: Path) -> Iterator[Circle]:
    source, institution = filled_file
    shutil.copy(source, tmp_path / "circle.db")
    database = Database(f"sqlite:///{tmp_path / 'circle.db'}")
    server = ServerProcess(database.url, log=tmp_path / "server.log", first=SLOWLY)
    server.start()
    yield Circle(Running(server, database, institution), browser)
    for context in browser.contexts:
        context.close()
    server.stop()
    database.close()


def test_the_whole_circle(circle: Circle) -> None:
    code = an_item_is_written(circle)
    it_is_reviewed(circle, code)
    it_is_released_and_published(circle, code)
    an_exam_is_made_and_candidates_enrolled(circle)
    first = the_first_candidate_sits_it(circle)
    a_calibration_is_run_approved_and_published(circle)
    second = the_second_candidate_is_measured_with_the_new_bank(circle)
    assert banks_of(circle.database, first, second) == (2, 3)
    the_first_sitting_replays(circle, first)
    the_earlier_bank_is_put_back(circle)


def an_item_is_written(circle: Circle) -> str:
    page = circle.page_of("writer")
    page.get_by_role("link", name=re.compile(rf"^{re.escape(CRITERION)}\b")).click()
    page.get_by_role("link", name="Write a new item").click()
    page.get_by_label("Question", exact=True).fill(STEM)
    for letter, text in zip("ABCD", OPTIONS, strict=True):
        page.get_by_label(f"Option {letter}", exact=True).fill(text)
        page.get_by_label(f"Why option {letter} is right or wrong").fill(f"เหตุผลของตัวเลือก {letter}")
    page.get_by_role("radio", name=f"Option {'ABCD'[KEY]}").check()
    preview = page.get_by_role("region", name="What candidates see")
    expect(preview.get_by_role("group", name=STEM)).to_be_visible()
    expect(preview.get_by_text("Complete and ready to save")).to_be_visible()
    page.get_by_role("button", name="Save and send to review").last.click()
    expect(page.get_by_role("status").filter(has_text="Sent to review.")).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text()


def it_is_reviewed(circle: Circle, code: str) -> None:
    page = circle.page_of("reviewer")
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Review").click()
    page.get_by_role("link", name=code).click()
    # The reviewer answers what candidates will see, before the key is shown.
    expect(page.get_by_role("heading", name=f"Review {code}")).to_be_visible()
    assert "เหตุผลของตัวเลือก" not in page.content()
    page.get_by_role("radio", name=OPTIONS[KEY]).check(force=True)
    page.get_by_role("button", name="Show the key and review").click()
    expect(page.get_by_role("status").filter(has_text="Your answer agrees with the key.")).to_be_visible()
    expect(page.get_by_text(f"เหตุผลของตัวเลือก {'ABCD'[KEY]}")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status").filter(has_text="Approved.")).to_be_visible()


def it_is_released_and_published(circle: Circle, code: str) -> None:
    page = circle.page_of("psychometrician")
    page.goto(f"{circle.site.server.url}/bank/items?search={code}")
    page.get_by_role("link", name=code).click()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("status").filter(has_text="Released.")).to_be_visible()
    page.get_by_role("link", name="Go to the published banks").click()
    page.get_by_label("Note").fill("ข้อสอบใหม่หนึ่งข้อ")
    page.get_by_role("button", name="Publish the operational items as a new bank").click()
    expect(page.get_by_role("status").filter(has_text="published and in force")).to_be_visible()
    expect(page.get_by_role("row", name="Bank 2").get_by_text("In force")).to_be_visible()


def an_exam_is_made_and_candidates_enrolled(circle: Circle) -> None:
    page = circle.page_of("administrator")
    page.get_by_role("link", name="New exam").click()
    page.get_by_role("link", name="Choose unit DG100").click()
    page.get_by_label("Name of the exam").or_(page.get_by_label("Title")).last.fill(TITLE)
    # More than the bank holds is refused beside the field, and nothing else is lost.
    page.get_by_label("Fewest questions").fill(str(LENGTH))
    page.get_by_label("Most questions").fill(str(LENGTH + 9))
    page.get_by_role("button", name="Create the exam").click()
    expect(page.get_by_role("alert").filter(has_text=f"only {LENGTH} are possible")).to_be_visible()
    page.get_by_label("Most questions").fill(str(LENGTH))
    page.get_by_role("button", name="Create the exam").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.get_by_label("User names").fill("candidate\ncandidate2")
    page.get_by_role("button", name="Enrol candidates").click()
    candidates = page.get_by_role("table", name="Candidates").get_by_role("row")
    expect(candidates.filter(has_text="Not started")).to_have_count(2)


def the_first_candidate_sits_it(circle: Circle) -> UUID:
    page = circle.page_of("candidate")
    sitting = begin_exam(page, TITLE)
    seen = []
    while (number := question_number(page)) is not None:
        seen.append(stem(page))
        if number == 5:
            the_server_is_killed_between_questions(circle, page, sitting)
        elif number == 9:
            the_server_is_killed_as_an_answer_is_sent(circle, page, sitting)
            continue
        elif number == 13:
            page = the_browser_is_closed_and_opened_again(circle, page, sitting)
        places = right_choice(circle.database, sitting, always_wrong) if number % 3 == 0 else None
        answer(page, places or right_choice(circle.database, sitting), way=number)
    assert any(STEM in text for text in seen)
    assert len(set(seen)) == len(seen) == LENGTH
    assert [position for position, _ in recorded(circle.database, sitting)] == list(range(1, LENGTH + 1))
    the_result_tells_every_element(page)
    return sitting


def the_server_is_killed_between_questions(circle: Circle, page: Page, sitting: UUID) -> None:
    before, asked = recorded(circle.database, sitting), stem(page)
    circle.site.server.kill()
    circle.site.server.start()
    page.reload()
    assert stem(page) == asked
    assert recorded(circle.database, sitting) == before


def the_server_is_killed_as_an_answer_is_sent(circle: Circle, page: Page, sitting: UUID) -> None:
    number, chosen = question_number(page), right_choice(circle.database, sitting)
    assert number is not None
    before = recorded(circle.database, sitting)
    choose_with_keys(page, chosen)
    circle.site.server.kill()
    page.keyboard.press("Enter")
    lost = page.get_by_role("alert").filter(has_text="The connection is lost")
    expect(lost).to_be_visible()
    circle.site.server.start()
    wait_for_question(page, number + 1)
    expect(lost).to_be_hidden()
    assert recorded(circle.database, sitting) == [*before, (number, chosen)]


def the_browser_is_closed_and_opened_again(circle: Circle, page: Page, sitting: UUID) -> Page:
    asked, number = stem(page), question_number(page)
    assert number is not None
    page.context.close()
    page = circle.page_of("candidate")
    page.get_by_role("article", name=TITLE).get_by_role("link", name="Continue the exam").click()
    wait_for_question(page, number)
    assert stem(page) == asked
    return page


def the_result_tells_every_element(page: Page) -> None:
    expect(page.get_by_role("heading", name="Result", exact=True)).to_be_visible()
    expect(
        page.get_by_text(re.compile("greatest number of questions was reached|enough evidence to decide$"))
    ).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text=re.compile(f"^{LENGTH}$"))).to_be_visible()
    lines = page.get_by_role("region", name="Element by element").get_by_role("listitem")
    for element in ("DG101", "DG102"):
        line = lines.filter(has_text=element)
        expect(line).to_be_visible()
        expect(line.get_by_role("img")).to_be_visible()  # the bar of its evidence
    expect(page.get_by_text("This result rests on the written exam alone.")).to_be_visible()


def a_calibration_is_run_approved_and_published(circle: Circle) -> None:
    with circle.database.writing() as session:
        add_simulated_sittings(session, exam_id=circle.site.institution.exam, count=200, now=utc_now())
    page = circle.page_of("psychometrician")
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Calibrations").click()
    page.get_by_label("Unit of competence").select_option("DG100")
    page.get_by_role("button", name="Start the calibration").click()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    expect(page.get_by_text("Computing.")).to_be_visible()
    # The page follows by itself until there is something to decide.
    expect(page.get_by_role("button", name="Approve these values")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("200 simulated")).to_be_visible()
    expect(page.get_by_role("heading", name="What publishing would change")).to_be_visible()
    page.get_by_role("button", name="Approve these values").click()
    # Whoever approves may not publish.
    expect(page.get_by_text("You approved these values")).to_be_visible()
    expect(page.get_by_role("button", name="Publish as a new bank")).to_be_disabled()
    run = page.url
    page = circle.page_of("psychometrician2")
    page.goto(run)
    page.get_by_label("Note").fill("เทียบค่าครั้งแรก")
    page.get_by_role("button", name="Publish as a new bank").click()
    expect(page.get_by_text("Published as bank 3")).to_be_visible()


def the_second_candidate_is_measured_with_the_new_bank(circle: Circle) -> UUID:
    page = circle.page_of("candidate2")
    sitting = begin_exam(page, "การสอบทดลอง")
    while (number := question_number(page)) is not None:
        answer(page, right_choice(circle.database, sitting), way=number)
    expect(page.get_by_role("heading", name="Competent", exact=True)).to_be_visible()
    expect(page.get_by_text("There was enough evidence to decide")).to_be_visible()
    assert len(recorded(circle.database, sitting)) < LENGTH
    return sitting


def banks_of(database: Database, *sittings: UUID) -> tuple[int, ...]:
    """The number of each sitting's bank, after a check that these banks measure with different parameters."""
    with database.reading() as session:
        banks = []
        for sitting in sittings:
            bank_id = session.exec(select(Sitting.bank_id).where(Sitting.id == sitting)).one()
            banks.append(session.exec(select(Bank).where(Bank.id == bank_id)).one())
        parameters = [
            {
                item.item_version_id: (item.discrimination, item.difficulty)
                for item in session.exec(select(BankItem).where(BankItem.bank_id == bank.id, BankItem.unit == "DG100"))
            }
            for bank in banks
        ]
    assert parameters[0].keys() == parameters[1].keys()
    changed = sum(parameters[0][item] != parameters[1][item] for item in parameters[0])
    assert changed > LENGTH / 2
    return tuple(bank.number for bank in banks)


def the_first_sitting_replays(circle: Circle, sitting: UUID) -> None:
    page = circle.page_of("administrator")
    page.goto(f"{circle.site.server.url}/administration/sittings/{sitting}/replay")
    expect(page.get_by_text("The replay agrees with the record in every step (21 questions)")).to_be_visible()
    steps = page.get_by_role("table", name="Step by step").get_by_role("row")
    expect(steps.filter(has_text="agrees")).to_have_count(LENGTH)

    run = subprocess.run(
        [sys.executable, "-c", "from api.commands import main; main()", "replay", str(sitting), "--json"],
        env={**os.environ, "SAMAT_DATABASE_URL": circle.database.url},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report["agrees"] is True
    assert len(report["steps"]) == LENGTH
    assert all(step["differences"] == [] for step in report["steps"])


def the_earlier_bank_is_put_back(circle: Circle) -> None:
    page = circle.page_of("psychometrician")
    page.goto(f"{circle.site.server.url}/banks")
    page.get_by_role("link", name="Put bank 2 back").click()
    page.get_by_label("Reason").fill("ทดลองถอยกลับ")
    page.get_by_role("button", name="Put bank 2 back in force").click()
    expect(page.get_by_role("status").filter(has_text="The earlier bank is back in force.")).to_be_visible()
    expect(page.get_by_role("row", name="Bank 2").get_by_text("In force")).to_be_visible()
    expect(page.get_by_role("row", name="Bank 3").get_by_text("Earlier")).to_be_visible()
