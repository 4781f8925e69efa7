"""Two candidates' exams: in the first the new question is tried out, in the second it counts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlmodel import select

from engine.blueprints.blueprint import Bounds
from itembank.actor import COMMAND_LINE
from itembank.clock import utc_now
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.tables import Bank, BankItem, RecordedAnswer, Sitting
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
from tests.browser.whole_circle.people_at_work import COUNTED, CRITERION, LENGTH, STEM, TITLE, Circle
from tests.support.sitting import always_wrong

LATER_TITLE = "การสอบหลังเผยแพร่"


def an_exam_is_made_and_candidates_enrolled(circle: Circle) -> None:
    page = circle.page_of("administrator")
    page.get_by_role("link", name="New exam").click()
    page.get_by_role("link", name="Choose unit DG100").click()
    page.get_by_label("Name of the exam").or_(page.get_by_label("Title")).last.fill(TITLE)
    # More than the bank holds is refused beside the field, and nothing else is lost.
    page.get_by_label("Fewest questions").fill(str(COUNTED))
    page.get_by_label("Most questions").fill(str(COUNTED + 9))
    page.get_by_role("button", name="Create the exam").click()
    expect(page.get_by_role("alert").filter(has_text=f"only {COUNTED} are possible")).to_be_visible()
    page.get_by_label("Most questions").fill(str(COUNTED))
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
    answered = f"{LENGTH}, of which 1 were being tried out and did not count"
    expect(page.get_by_role("definition").filter(has_text=answered)).to_be_visible()
    lines = page.get_by_role("region", name="Element by element").get_by_role("listitem")
    for element in ("DG101", "DG102"):
        line = lines.filter(has_text=element)
        expect(line).to_be_visible()
        expect(line.get_by_role("img")).to_be_visible()  # the bar of its evidence
    expect(page.get_by_text("This result rests on the written exam alone.")).to_be_visible()


def a_later_candidate_is_measured_by_it(circle: Circle, code: str) -> UUID:
    a_short_exam_with_the_whole_criterion(circle)
    page = circle.page_of("candidate2")
    sitting = begin_exam(page, LATER_TITLE)
    seen = []
    while (number := question_number(page)) is not None:
        seen.append(stem(page))
        answer(page, right_choice(circle.database, sitting), way=number)
    assert any(STEM in text for text in seen)
    assert len(seen) < COUNTED
    expect(page.get_by_role("heading", name="Competent", exact=True)).to_be_visible()
    expect(page.get_by_text("There was enough evidence to decide")).to_be_visible()
    # All of them count now.
    expect(page.get_by_role("definition").filter(has_text=re.compile(f"^{len(seen)}$"))).to_be_visible()
    return sitting


def a_short_exam_with_the_whole_criterion(circle: Circle) -> None:
    """So that whoever sits it meets the new question, however short the sitting is."""
    with circle.database.writing() as session:
        design = propose_design(session, actor=COMMAND_LINE, unit="DG100")
        others = tuple(bounds for bounds in design.blueprint.bounds if bounds.code != CRITERION)
        items = {
            row.item_code
            for row in session.exec(select(BankItem).where(BankItem.unit == "DG100", BankItem.criterion == CRITERION))
        }
        whole = replace(
            design.blueprint, bounds=(*others, Bounds(level="criterion", code=CRITERION, minimum=len(items)))
        )
        exam = create_exam(
            session, actor=COMMAND_LINE, title=LATER_TITLE, unit="DG100", design=replace(design, blueprint=whole),
            now=utc_now(),
        )  # fmt: skip
        enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=["candidate2"], now=utc_now())


def how_it_was_asked(circle: Circle, code: str, *sittings: UUID) -> list[tuple[int, bool, str]]:
    """Of each sitting: the number of its bank, whether the item was tried out there, and what its parameters are of."""
    found = []
    with circle.database.reading() as session:
        for sitting in sittings:
            row, number = session.exec(
                select(BankItem, Bank.number)
                .join(Bank, Bank.id == BankItem.bank_id)  # type: ignore[arg-type]
                .join(Sitting, Sitting.bank_id == Bank.id)  # type: ignore[arg-type]
                .join(RecordedAnswer, RecordedAnswer.sitting_id == Sitting.id)  # type: ignore[arg-type]
                .where(
                    Sitting.id == sitting,
                    BankItem.item_code == code,
                    RecordedAnswer.item_version_id == BankItem.item_version_id,
                )
            ).one()
            found.append((number, row.pretest, row.parameter_source))
    return found


def the_first_sitting_replays(circle: Circle, sitting: UUID) -> None:
    page = circle.page_of("administrator")
    page.goto(f"{circle.site.server.url}/administration/sittings/{sitting}/replay")
    expect(page.get_by_text("The replay agrees with the record in every step (21 questions)")).to_be_visible()
    steps = page.get_by_role("table", name="Step by step").get_by_role("row")
    expect(steps.filter(has_text="agrees")).to_have_count(LENGTH)
    expect(page.get_by_text("Tried out, does not count")).to_have_count(1)

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
