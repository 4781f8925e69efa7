"""An item's page: comments and who is asked to review, and the institution's rule, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from itembank.authoring.items import save_item
from tests.support.institution import NOON
from tests.web.bank_content import CONTENT
from tests.web.conftest import Site, Visitor
from tests.web.test_bank import make_item
from tests.web.test_bank_review import EVERY_TYPE

Visit = Callable[[str], Visitor]


@pytest.fixture
def item(site: Site) -> str:
    """Address of an item of the writer's that waits for review."""
    return make_item(site, moves=(("writer", "submit"),))


def test_a_comment_is_written_answered_and_settled(visit: Visit, item: str) -> None:
    writer = visit("writer")
    assert "ความเห็นที่ยังไม่ได้แก้ไข (0)" in writer.get(item).text
    fields = {"seen": "1", "do": "comment", "place": "stem", "quote": "โครงการสาธิต", "comment": "<i>ชัดเจน</i>"}
    saved = writer.post(f"{item}/comments", fields)
    assert "บันทึกความเห็นแล้ว" in saved.text
    assert '<blockquote class="quoted" lang="th">โครงการสาธิต</blockquote>' in saved.text
    assert "&lt;i&gt;ชัดเจน&lt;/i&gt;" in saved.text
    found = re.search(r'name="reply_([0-9a-f-]+)"', saved.text)
    assert found is not None
    comment = found.group(1)
    empty = writer.post(f"{item}/comments", {"seen": "1", "do": f"reply_{comment}"})
    assert empty.status_code == 422
    assert f'id="reply_{comment}-error"' in empty.text
    replied = writer.post(f"{item}/comments", {"seen": "1", "do": f"reply_{comment}", f"reply_{comment}": "รับทราบ"})
    assert "รับทราบ" in replied.text
    settled = writer.post(f"{item}/comments", {"seen": "1", "do": f"settle_{comment}"}).text
    assert "ความเห็นที่ยังไม่ได้แก้ไข (0)" in settled
    assert "ทดสอบ writer ระบุว่าแก้ไขแล้ว" in settled
    measurer = visit("psychometrician")
    measurer.get(f"{item}?lang=en")
    assert "Open comments (1)" in measurer.post(f"{item}/comments", fields | {"comment": "Too long"}).text


def test_what_can_not_be_taken_comes_back_filled_in(visit: Visit, item: str) -> None:
    writer = visit("writer")
    writer.get(item)
    fields = {"seen": "1", "do": "comment", "place": "stem", "quote": "คำที่ไม่มี", "comment": "ความเห็นที่พิมพ์ไว้"}
    refused = writer.post(f"{item}/comments", fields)
    assert refused.status_code == 422
    for words in ('id="quote-error"', "ไม่พบข้อความนี้ในส่วนที่เลือก", "ความเห็นที่พิมพ์ไว้", '<a href="#quote">'):
        assert words in refused.text
    older = writer.post(f"{item}/comments", fields | {"seen": "9"})
    assert older.status_code == 409
    assert "ความเห็นที่พิมพ์ไว้" in older.text
    for do, status in (("settle_nobody", 404), ("reply_x", 404), ("dance", 422)):
        assert writer.post(f"{item}/comments", {"seen": "1", "do": do}).status_code == status


def test_a_reviewer_sees_no_comment_before_he_has_answered(visit: Visit, item: str) -> None:
    writer, reviewer = visit("writer"), visit("reviewer")
    writer.get(item)
    writer.post(f"{item}/comments", {"seen": "1", "do": "comment", "comment": "คำตอบคือกำหนดนโยบาย"})
    assert "คำตอบคือ" not in reviewer.get(item).text
    page = reviewer.post(f"/review/{item.rsplit('/', 1)[1]}/answer", {"version": "1", "answer": "0"}).text
    assert "คำตอบคือกำหนดนโยบาย" in page


def test_reviewers_are_asked_by_a_day(site: Site, visit: Visit, item: str) -> None:
    administrator = visit("administrator")
    assert "ทดสอบ reviewer" in administrator.get(item).text
    for fields, words in (
        ({"due": "2026-11-30"}, "โปรดเลือกผู้ตรวจทานอย่างน้อยหนึ่งคน"),
        ({"reviewers": "reviewer", "due": "30/11"}, "โปรดเลือกวันที่"),
        ({"reviewers": "reviewer", "due": "2026-11-21"}, "กำหนดวันต้องไม่ก่อนวันนี้"),
        ({"reviewers": "writer", "due": "2026-11-30"}, "มอบหมาย writer ไม่ได้"),
    ):
        refused = administrator.post(f"{item}/requests", fields)
        assert refused.status_code == 422
        assert words in refused.text
    asked = administrator.post(
        f"{item}/requests", {"reviewers": "reviewer", "due": "2026-11-30", "request_note": "ดูถ้อยคำ"}
    ).text
    assert "ภายใน 30 พฤศจิกายน พ.ศ. 2569" in asked
    reviewer = visit("reviewer")
    queue = reviewer.get("/review?lang=en").text
    assert "Asked of you (1)" in queue
    assert "By 30 November 2026" in queue
    assert "ดูถ้อยคำ" in queue
    site.clock.now = NOON.replace(month=12, day=2)
    visitor = site.signed_in("reviewer")
    assert "เลยกำหนด 30 พฤศจิกายน พ.ศ. 2569" in visitor.get("/review").text
    found = re.search(r"/requests/(\d+)/withdraw", visitor.get(item).text)
    assert found is not None
    taken_back = visitor.post(f"{item}{found.group()}")
    assert "ยกเลิกการมอบหมายแล้ว" in taken_back.text
    assert "มอบหมายให้ท่าน" not in visitor.get("/review").text


def test_the_rule_of_the_institution(visit: Visit) -> None:
    administrator = visit("administrator")
    page = administrator.get("/administration/reviewing").text
    assert 'name="approvals_needed" type="number" value="1"' in page
    for entered in ("", "two", "6", "²"):
        refused = administrator.post("/administration/reviewing", {"approvals_needed": entered})
        assert refused.status_code == 422
        assert "โปรดระบุจำนวนเต็มตั้งแต่ 1 ถึง 5" in refused.text
    saved = administrator.post("/administration/reviewing", {"approvals_needed": "2"}).text
    assert 'value="2"' in saved
    assert "กำหนดโดย ทดสอบ administrator" in saved
    assert "กำหนดเกณฑ์การตรวจทาน" in administrator.get("/administration/audit").text


def test_the_history_of_every_type(site: Site, visit: Visit) -> None:
    writer = visit("writer")
    for content in (CONTENT, *EVERY_TYPE):
        url = make_item(site, content=content)
        with site.database.writing() as session:
            save_item(
                session, actor=site.institution["writer"], item_id=UUID(url.rsplit("/", 1)[1]), started_from=1,
                content=replace(content, stem=f"ภาครัฐ {content.stem}"), now=NOON,
            )  # fmt: skip
        page = writer.get(f"{url}/history").text
        marks = re.findall(r"<(ins|del)><span[^>]*>[^<]*</span>([^<]*)", page)
        assert ("ins", "ภาครัฐ") in [(mark, words.strip()) for mark, words in marks], content.type
        assert 'name="answer"' not in page
