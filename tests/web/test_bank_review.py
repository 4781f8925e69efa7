"""Reviewing: the key stays hidden until the reviewer has answered, and the decision is about the version read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlmodel import select

from itembank.authoring.items import item_view, move_item, save_item
from itembank.tables import AuditEntry
from tests.support.institution import NOON
from tests.web.bank_content import CONTENT
from tests.web.conftest import Site, Visitor
from tests.web.test_bank import make_item

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


def test_approving(site: Site, reviewer: Visitor, item_id: str) -> None:
    response = reviewer.post(f"/review/{item_id}/decision", {"version": "1", "answer": "0", "move": "approve"})
    assert response.url.path == "/review"
    assert "อนุมัติแล้ว" in response.text
    assert state_of(site, item_id) == "approved"


def test_returning_needs_a_reason_and_keeps_the_answer(site: Site, reviewer: Visitor, item_id: str) -> None:
    url, fields = f"/review/{item_id}/decision", {"version": "1", "answer": "2", "move": "return"}
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
    for path, move in (("decision", {"move": "approve"}), ("answer", {})):
        response = reviewer.post(f"/review/{item_id}/{path}", {"version": "1", "answer": "0"} | move)
        assert response.status_code == 409
        assert "มีผู้บันทึกรุ่นที่ 2 แล้ว" in response.text
        assert content.stem in response.text
        assert CONTENT.options[0].rationale not in response.text
    assert state_of(site, item_id) == "in_review"


def test_a_decision_that_somebody_else_made_is_said(site: Site, reviewer: Visitor, item_id: str) -> None:
    with site.database.writing() as session:
        move_item(session, actor=site.institution["writer"], item_id=UUID(item_id), move_name="withdraw", now=NOON)
    fields = {"version": "1", "answer": "0", "move": "approve"}
    for response in (
        reviewer.get(f"/review/{item_id}"),
        reviewer.post(f"/review/{item_id}/answer", fields),
        reviewer.post(f"/review/{item_id}/decision", fields),
    ):
        assert response.url.path == f"/bank/items/{item_id}"
        assert "ไม่ได้รอตรวจทานแล้ว" in response.text


def test_only_a_reviewers_moves_are_decisions(site: Site, reviewer: Visitor, item_id: str) -> None:
    response = reviewer.post(f"/review/{item_id}/decision", {"version": "1", "answer": "0", "move": "release"})
    assert response.status_code == 422
    assert state_of(site, item_id) == "in_review"
