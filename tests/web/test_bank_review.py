"""Reviewing: the key stays hidden until the reviewer has answered, and the decision is about the version read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE, Role
from itembank.authoring.content import ItemType, NumericKey, Option, Prompt, RubricAspect
from itembank.authoring.item_types.question import Answer
from itembank.authoring.item_types.rules import rule_of
from itembank.authoring.items import item_view, move_item, save_item
from itembank.authoring.reviewing.check_points import CHECK_POINTS
from itembank.authoring.reviewing.rules import set_approvals_needed
from itembank.people.accounts import create_person
from itembank.tables import AuditEntry
from tests.support.institution import NOON, PASSWORD
from tests.web.bank_content import CONTENT
from tests.web.conftest import Site, Visitor
from tests.web.test_bank import make_item

#: A check list on which nothing is wanting.
MET = {f"check_{point.name}": "not_applicable" if point.concern else "yes" for point in CHECK_POINTS}
#: Stands in the rationale of each item, which nobody sees before he has answered.
SECRET = "เพราะมาตรฐานกำหนดไว้เช่นนั้น"
_LINES = (Option("หนึ่ง", True, SECRET), Option("สอง", True), Option("สาม", True))
_IN_ORDER = replace(CONTENT, type=ItemType.ORDERING, options=_LINES, rationale=SECRET)
EVERY_TYPE = (
    _IN_ORDER,
    replace(_IN_ORDER, type=ItemType.MATCHING, prompts=(Prompt(0, "one"), Prompt(2, "three"))),
    replace(
        _IN_ORDER, type=ItemType.INLINE_CHOICE, options=(), stem="ผู้บริหาร[[1]]", prompts=(Prompt(1, "", ("ก", "ข")),)
    ),
    replace(_IN_ORDER, type=ItemType.NUMERIC, options=(), number=NumericKey("12", "0.5", unit="บาท")),
    replace(_IN_ORDER, type=ItemType.SHORT_TEXT, options=(), accepted=("สำนักงาน",)),
    replace(
        _IN_ORDER, type=ItemType.CONSTRUCTED_RESPONSE, options=(),
        rubric=(RubricAspect("ครบถ้วน", ("ไม่มี", "มี")),),
    ),
)  # fmt: skip
Visit = Callable[[str], Visitor]


@pytest.fixture
def item_id(site: Site) -> str:
    """An item of the writer's that waits for review."""
    return make_item(site, moves=(("writer", "submit"),)).rsplit("/", 1)[1]


@pytest.fixture
def reviewer(visit: Visit, item_id: str) -> Visitor:
    visitor = visit("reviewer")
    visitor.get(f"/review/{item_id}")
    return visitor


def state_of(site: Site, item_id: str) -> str:
    with site.database.reading() as session:
        return item_view(session, actor=site.institution["reviewer"], item_id=UUID(item_id)).head.state


def test_the_queue_lists_what_waits(reviewer: Visitor, item_id: str) -> None:
    page = reviewer.get("/review").text
    assert f'href="/review/{item_id}"' in page
    assert CONTENT.stem in page


def test_an_empty_queue_says_so(visit: Visit) -> None:
    assert "ไม่มีข้อสอบรอตรวจทาน" in visit("reviewer").get("/review").text
    assert visit("psychometrician").get("/review").status_code == 403


def test_the_question_comes_without_its_key(reviewer: Visitor, item_id: str) -> None:
    page = reviewer.get(f"/review/{item_id}").text
    assert CONTENT.options[0].text in page
    for secret in ("option-right", " checked", "คำตอบที่ถูก", *(option.rationale for option in CONTENT.options)):
        assert secret not in page


@pytest.mark.parametrize(("answer", "words"), [("0", "ตรงกับเฉลย"), ("2", "ไม่ตรงกับเฉลย")])
@pytest.mark.parametrize("htmx", [False, True])
def test_the_key_follows_the_answer(reviewer: Visitor, item_id: str, answer: str, words: str, htmx: bool) -> None:
    response = reviewer.post(f"/review/{item_id}/answer", {"version": "1", "answer": answer}, htmx=htmx)
    assert response.status_code == 200
    assert f"คำตอบของท่าน{words}" in response.text
    assert CONTENT.options[0].rationale in response.text
    assert "ความรู้ที่ต้องการ" in response.text
    assert ("<html" in response.text) is not htmx


@pytest.mark.parametrize("answer", [[], ["9"], ["0", "1"]])
def test_an_answer_that_is_none_is_asked_again(reviewer: Visitor, item_id: str, answer: list[str]) -> None:
    response = reviewer.post(f"/review/{item_id}/answer", {"version": "1", "answer": answer})
    assert response.status_code == 422
    assert "โปรดเลือกคำตอบก่อนยืนยัน" in response.text
    assert CONTENT.options[0].rationale not in response.text


def test_approving_takes_the_whole_check_list(site: Site, reviewer: Visitor, item_id: str) -> None:
    url, fields = f"/review/{item_id}/decision", {"version": "1", "answer": "0", "do": "approve", "note": "ดีมาก"}
    for checks, words in (({}, "โปรดเลือกผลของรายการนี้ก่อนอนุมัติ"), (MET | {"check_wording": "no"}, "จึงอนุมัติไม่ได้")):
        refused = reviewer.post(url, fields | checks)
        assert refused.status_code == 422
        assert words in refused.text
        assert "ดีมาก" in refused.text
        assert state_of(site, item_id) == "in_review"
    assert 'name="check_wording" value="no" checked' in refused.text
    response = reviewer.post(url, fields | MET)
    assert response.url.path == "/review"
    assert "อนุมัติแล้ว" in response.text
    assert state_of(site, item_id) == "approved"
    page = reviewer.get(f"/bank/items/{item_id}").text
    assert "เห็นควรอนุมัติ" in page
    assert "ดีมาก" in page
    assert CHECK_POINTS[0].texts["th"] in page


def test_returning_needs_a_reason_and_keeps_the_answer(site: Site, reviewer: Visitor, item_id: str) -> None:
    url, fields = f"/review/{item_id}/decision", {"version": "1", "answer": "2", "do": "needs_changes"}
    refused = reviewer.post(url, fields)
    assert refused.status_code == 422
    assert 'id="note-error"' in refused.text
    assert '<input type="hidden" name="answer" value="2">' in refused.text
    assert state_of(site, item_id) == "in_review"
    assert reviewer.post(url, fields | {"note": "ตัวลวงสั้นเกินไป"}).status_code == 200
    assert state_of(site, item_id) == "draft"


def test_the_reviewers_answer_is_kept_nowhere(site: Site, reviewer: Visitor, item_id: str) -> None:
    with site.database.reading() as session:
        before = len(session.exec(select(AuditEntry)).all())
    reviewer.post(f"/review/{item_id}/answer", {"version": "1", "answer": "2"})
    with site.database.reading() as session:
        assert len(session.exec(select(AuditEntry)).all()) == before


def test_a_version_that_was_not_read_is_not_approved(site: Site, reviewer: Visitor, item_id: str) -> None:
    writer = site.institution["writer"]
    with site.database.writing() as session:
        move_item(session, actor=writer, item_id=UUID(item_id), move_name="withdraw", now=NOON)
        content = replace(CONTENT, stem="โจทย์ใหม่ที่ยังไม่ได้อ่าน")
        save_item(session, actor=writer, item_id=UUID(item_id), content=content, started_from=1, now=NOON)
        move_item(session, actor=writer, item_id=UUID(item_id), move_name="submit", now=NOON)
    for path, move in (("decision", {"do": "approve"}), ("answer", {})):
        response = reviewer.post(f"/review/{item_id}/{path}", {"version": "1", "answer": "0"} | move)
        assert response.status_code == 409
        assert "มีผู้บันทึกรุ่นที่ 2 แล้ว" in response.text
        assert content.stem in response.text
        assert CONTENT.options[0].rationale not in response.text
    assert state_of(site, item_id) == "in_review"


def test_a_decision_that_somebody_else_made_is_said(site: Site, reviewer: Visitor, item_id: str) -> None:
    with site.database.writing() as session:
        move_item(session, actor=site.institution["writer"], item_id=UUID(item_id), move_name="withdraw", now=NOON)
    fields = {"version": "1", "answer": "0", "do": "approve"}
    for response in (
        reviewer.get(f"/review/{item_id}"),
        reviewer.post(f"/review/{item_id}/answer", fields),
        reviewer.post(f"/review/{item_id}/decision", fields),
    ):
        assert response.url.path == f"/bank/items/{item_id}"
        assert "ไม่ได้รอตรวจทานแล้ว" in response.text


def test_only_a_reviewers_moves_are_decisions(site: Site, reviewer: Visitor, item_id: str) -> None:
    response = reviewer.post(f"/review/{item_id}/decision", {"version": "1", "answer": "0", "do": "release"})
    assert response.status_code == 422
    assert state_of(site, item_id) == "in_review"


def test_two_reviewers_and_a_comment(site: Site, reviewer: Visitor, item_id: str) -> None:
    with site.database.writing() as session:
        set_approvals_needed(session, actor=COMMAND_LINE, number=2, now=NOON)
        create_person(
            session, actor=COMMAND_LINE, username="reviewer2", display_name="ผู้ตรวจทานคนที่สอง", password=PASSWORD,
            roles=[Role.REVIEWER], now=NOON,
        )  # fmt: skip
    url, fields = f"/review/{item_id}/decision", {"version": "1", "answer": "0", "note": "เห็นด้วยทุกข้อ"}
    response = reviewer.post(url, fields | MET | {"do": "approve"})
    assert "ข้อสอบรอมติของผู้ตรวจทานท่านอื่น" in response.text
    assert "ท่านลงมติแล้วและรอมติ" in response.text
    assert state_of(site, item_id) == "in_review"
    assert "ท่านลงมติต่อข้อสอบข้อนี้แล้ว" in reviewer.get(f"/review/{item_id}").text
    second = site.signed_in("reviewer2")
    page = second.get(f"/bank/items/{item_id}").text
    assert "เห็นด้วยทุกข้อ" not in page
    page = second.post(f"/review/{item_id}/answer", {"version": "1", "answer": "0"}).text
    assert "มีผู้ลงมติแล้ว 1 เสียง" in page
    assert "เห็นด้วยทุกข้อ" not in page
    comment = {"place": "", "quote": "เขียนโปรแกรม", "comment": "<b>ตัวลวงนี้</b>สั้นไป", "check_content": "no"}
    for htmx in (False, True):  # once more by a double click is still one comment
        page = second.post(url, fields | comment | {"do": "comment"}, htmx=htmx).text
        assert page.count("&lt;b&gt;ตัวลวงนี้&lt;/b&gt;สั้นไป") == 1
        assert 'name="check_content" value="no" checked' in page
        assert 'name="answer" value="0"' in page
    assert "ตัวเลือก B" in page
    refused = second.post(url, fields | comment | {"do": "comment", "quote": "คำที่ไม่มี"})
    assert refused.status_code == 422
    assert 'id="quote-error"' in refused.text
    unsent = second.post(url, fields | comment | {"do": "needs_changes"})
    assert unsent.status_code == 422
    assert "มีความเห็นที่ยังไม่ได้บันทึก" in unsent.text
    assert state_of(site, item_id) == "in_review"
    second.post(url, fields | {"do": "needs_changes", "note": "โปรดเพิ่มความยาว"})
    assert state_of(site, item_id) == "draft"
    writer = site.signed_in("writer")
    page = writer.get(f"/bank/items/{item_id}").text
    for words in ("ผู้ตรวจทานขอให้แก้ไข", "ความเห็นที่ยังไม่ได้แก้ไข (1)", "โปรดเพิ่มความยาว", "เห็นด้วยทุกข้อ"):
        assert words in page


def test_every_type_is_answered_first(site: Site) -> None:
    reviewer = site.signed_in("reviewer")
    for content in EVERY_TYPE:
        item_id = make_item(site, content=content, moves=(("writer", "submit"),)).rsplit("/", 1)[1]
        assert SECRET not in reviewer.get(f"/review/{item_id}").text
        assert reviewer.post(f"/review/{item_id}/answer", {"version": "1"}).status_code == 422
        answer, words = Answer(text="ตอบด้วยคำของตนเอง"), "ผู้ตรวจให้คะแนนตามเกณฑ์"
        if content.type is not ItemType.CONSTRUCTED_RESPONSE:
            answer, words = rule_of(content.type).right_answer(content), "คำตอบของท่านตรงกับเฉลย"
        fields = {f"answer_{number}": str(place) for number, place in enumerate(answer.selected, start=1)}
        page = reviewer.post(f"/review/{item_id}/answer", fields | {"version": "1", "text": answer.text}).text
        assert words in page, content.type
        assert SECRET in page, content.type
        # The answer is carried along, whatever its kind.
        again = reviewer.post(f"/review/{item_id}/decision", carried(page) | {"do": "needs_changes"})
        assert again.status_code == 422
        assert carried(again.text) == carried(page)
        done = reviewer.post(f"/review/{item_id}/decision", carried(page) | MET | {"do": "approve"})
        assert "อนุมัติแล้ว" in done.text, content.type


def carried(page: str) -> dict[str, list[str]]:
    """The hidden fields that carry the reviewer's answer."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(version|language|answer|text)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return found
