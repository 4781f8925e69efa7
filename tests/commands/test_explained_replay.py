"""``samat replay --explain``: a sitting told in sentences, for whoever appeals."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from tests.commands.test_commands import refused, samat
from tests.support.institution import NOON, Institution
from tests.support.richer_bank import publish_richer_bank
from tests.support.sitting import sit_through


def test_a_sitting_is_told_in_either_language(filled: tuple[Database, Institution]) -> None:
    database, people = filled
    done = sit_through(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    english = samat("replay", done.id, "--explain", "en", database=database.url)
    assert (english.returncode, english.stderr) == (0, "")
    assert english.stdout.count("\nQuestion ") == done.answered
    assert "\nQuestion 1 is DG10" in english.stdout
    assert "\nThe exam ended because the evidence was enough to decide: competent.\n" in english.stdout
    assert "\nUnit DG100: competent – the probability" in english.stdout
    thai = samat("replay", done.id, "--explain", "th", "--json", database=database.url)
    assert (thai.returncode, thai.stderr) == (0, "")
    report = json.loads(thai.stdout)
    told = report["explanation"]
    assert told["decisions"][1].startswith("ข้อที่ 2 คือ DG10")
    assert told["end"].startswith("การสอบสิ้นสุดเพราะ")
    assert told["outcome"][0].startswith("หน่วยสมรรถนะ DG100: มีสมรรถนะ")
    assert report["steps"][1]["decision"]["last_answer"]["item_id"] == report["steps"][0]["item"]


@pytest.mark.parametrize("language", ["fr", ""])
def test_another_language_is_refused(language: str) -> None:
    assert "--explain" in refused(samat("replay", "0b5f3e2c-66a1-4d0e-9a51-2f3f7c6f5a10", "--explain", language))


def test_what_is_tried_out_and_what_shares_a_text_is_said_so(filled: tuple[Database, Institution]) -> None:
    database, people = filled
    with database.writing() as session:
        publish_richer_bank(session, people)
        design = propose_design(session, actor=people["administrator"], unit="DG100")
        always_all = replace(design, stop_rule="length", maximum_length=20, maximum_exposure=None)
        exam = create_exam(session, actor=people["administrator"], title="x", unit="DG100", design=always_all, now=NOON)
        enrol(session, actor=people["administrator"], exam_id=exam.id, usernames=["candidate"], now=NOON)
    done = sit_through(database, actor=people["candidate"], exam_id=exam.id, now=NOON)
    told = samat("replay", done.id, database=database.url).stdout
    assert told.count("tried out; does not count") == 3
    assert told.count("testlet ID-CARDS") in (0, 2)
