"""Shared texts, testlets and parts that count, on the pages of the bank and before candidates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from uuid import UUID

import pytest
from sqlmodel import Session, select

from itembank.actor import COMMAND_LINE
from itembank.authoring.content import ItemContent, ItemType, Option
from itembank.authoring.items import item_view, list_items, move_item, save_item
from itembank.publishing.banks import publish_bank
from itembank.tables import ItemVersion, RecordedAnswer
from tests.support.institution import NOON
from tests.web.bank_content import CONTENT, HOSTILE, SEVERAL, TEXT, form_of
from tests.web.conftest import Site, Visitor

Visit = Callable[[str], Visitor]
MEMBER = replace(CONTENT, testlet="T-01", stimulus=TEXT)


@pytest.fixture
def writer(visit: Visit) -> Visitor:
    visitor = visit("writer")
    visitor.get("/bank/items/new?criterion=DG101-1.1")
    return visitor


def written(writer: Visitor, fields: dict[str, object]) -> str:
    response = writer.post("/bank/items", fields)
    assert response.status_code == 200, response.text
    return str(response.url.path)


def value_of(page: str, name: str) -> str:
    found = re.search(rf'<textarea id="{name}"[^>]*>\n([^<]*)</textarea>', page)
    assert found, name
    return unescape(found.group(1))


def test_the_shared_text_stands_above_the_question_under_a_heading_of_its_own(writer: Visitor) -> None:
    page = writer.get(written(writer, form_of(MEMBER))).text
    assert page.index("วันแรกมีผู้จอง <strong>สองพันคน</strong>") < page.index(CONTENT.stem)
    assert re.search(r'<section class="stimulus">\s*<h3[^>]*>ข้อความประกอบคำถาม</h3>', page)
    assert "ชุดคำถาม T-01" in page
    preview = writer.post("/bank/preview", form_of(MEMBER), htmx=True).text
    assert preview.index("สองพันคน") < preview.index(CONTENT.stem)
    plain = writer.get(written(writer, form_of(CONTENT))).text
    assert "ข้อความประกอบคำถาม" not in plain


def test_the_form_keeps_what_was_entered_and_opens_where_it_was_refused(writer: Visitor) -> None:
    fields = form_of(MEMBER) | {"testlet": "T 01"}
    response = writer.post("/bank/items", fields)
    assert response.status_code == 422
    assert 'id="testlet-error"' in response.text
    assert '<details id="shared" open>' in response.text
    assert value_of(response.text, "stimulus") == TEXT
    missing = writer.post("/bank/items", form_of(MEMBER) | {"stimulus": ""})
    assert 'id="stimulus-error"' in missing.text
    assert '<details id="shared">' in writer.get("/bank/items/new?criterion=DG101-1.1").text


def test_a_further_item_takes_over_the_text_with_and_without_scripts(writer: Visitor) -> None:
    written(writer, form_of(MEMBER))
    fields = form_of(CONTENT) | {"stem": "ข้อสองของชุด", "testlet": "T-01", "do": "take_text"}
    whole = writer.post("/bank/items", fields).text
    assert value_of(whole, "stimulus") == TEXT
    assert value_of(whole, "stem") == "ข้อสองของชุด"
    assert '<option value="T-01">' in whole
    fragment = writer.post("/bank/items", fields, htmx=True).text
    assert fragment.strip().startswith('<details id="shared"')
    assert value_of(fragment, "stimulus") == TEXT
    nothing = writer.post("/bank/items", fields | {"testlet": "T-99"})
    assert "ยังไม่มีข้อสอบอื่นในชุดคำถามนี้" in nothing.text


def test_another_text_than_that_of_the_mates_is_pointed_out(writer: Visitor) -> None:
    first = written(writer, form_of(MEMBER))
    second = written(writer, form_of(replace(MEMBER, stem="ข้อสองของชุด", stimulus="อีกข้อความหนึ่ง")))
    for address, other in ((first, "DG101-1.1-07"), (second, "DG101-1.1-06")):
        page = writer.get(address).text
        assert f"ข้อความร่วมไม่ตรงกับข้อสอบ {other}" in page
        assert f">{other}</a>" in page
    item = first.rsplit("/", 1)[1]
    same = writer.post("/bank/preview", form_of(MEMBER) | {"item": item, "stimulus": "อีกข้อความหนึ่ง"}, htmx=True).text
    assert "ข้อความร่วมไม่ตรง" not in same
    differing = writer.post("/bank/preview", form_of(MEMBER) | {"item": item}, htmx=True).text
    assert "DG101-1.1-07" in differing
    assert writer.post("/bank/preview", form_of(MEMBER) | {"item": "0" * 32}).status_code == 404


def test_parts_count_only_where_several_options_may_be_right(writer: Visitor) -> None:
    one = writer.post("/bank/items", form_of(CONTENT) | {"do": "refresh"}, htmx=True).text
    assert 'name="partial_credit"' not in one
    several = writer.post("/bank/items", form_of(SEVERAL) | {"do": "refresh", "partial_credit": "1"}, htmx=True).text
    assert re.search(r'name="partial_credit"[^>]* checked', several)
    # Switched back to one right option, the tick goes; saved with it all the same, it is refused in sight.
    back = form_of(SEVERAL) | {"type": "single_choice", "partial_credit": "1", "correct": "1"}
    assert 'name="partial_credit"' not in writer.post("/bank/items", back | {"do": "refresh"}, htmx=True).text
    refused = writer.post("/bank/items", back)
    assert refused.status_code == 422
    assert 'id="partial_credit-error"' in refused.text
    page = writer.get(written(writer, form_of(replace(SEVERAL, partial_credit=True)))).text
    assert "ให้คะแนนบางส่วน เต็ม 2 คะแนน" in page
    plain = writer.get(written(writer, form_of(replace(SEVERAL, stem="อีกข้อหนึ่ง")))).text
    assert "ได้ 1 คะแนนเมื่อเลือกถูกครบเท่านั้น" in plain
    assert "ให้คะแนนบางส่วน" not in plain


def test_versions_differ_in_text_testlet_and_scoring(writer: Visitor) -> None:
    address = written(writer, form_of(MEMBER))
    writer.get(f"{address}/edit")
    edited = replace(SEVERAL, testlet="T-02", stimulus=f"{TEXT} เพิ่มเติม", partial_credit=True)
    writer.post(address, form_of(edited) | {"started_from": "1"})
    page = writer.get(f"{address}/history").text
    assert re.search(r"<ins>.*เพิ่มเติม.*</ins>", page)
    for text in ("<del>T-01</del>", "<ins>T-02</ins>", "<del>ให้คะแนนเมื่อถูกครบ</del>", "<ins>ให้คะแนนบางส่วน</ins>"):
        assert text in page


def test_a_hostile_text_stays_a_text(writer: Visitor) -> None:
    page = writer.get(written(writer, form_of(HOSTILE))).text
    assert "<script>alert" not in page
    assert "<strong>&lt;b&gt;</strong>" in page


def test_candidates_read_the_text_and_how_parts_count(site: Site, visit: Visit) -> None:
    with site.database.writing() as session:
        lines, _ = list_items(session, actor=COMMAND_LINE, criterion="DG100")
        for line in lines:
            _give_parts(session, line.id)
        publish_bank(session, actor=COMMAND_LINE, now=NOON)
    candidate = visit("candidate")
    candidate.get(f"/exams/{site.institution.exam}")
    page = candidate.post(f"/exams/{site.institution.exam}/start").text
    heading = re.search(r'<h2 class="stimulus-title" tabindex="-1" data-exam-stem>ข้อความประกอบคำถาม</h2>', page)
    assert heading
    assert heading.start() < page.index("<strong>สองพันคน</strong>") < page.index("<fieldset")
    assert "ให้คะแนนบางส่วน" in page
    form = re.search(r'action="(/sittings/[^"]*/answers)"', page)
    assert form
    answered = candidate.post(form.group(1), {"position": "1", "answer": ["0", "1"]}, htmx=True)
    assert answered.status_code == 200
    assert "ข้อความประกอบคำถาม" in answered.text
    with site.database.reading() as session:
        (answer,) = session.exec(select(RecordedAnswer))
        version = session.get_one(ItemVersion, answer.item_version_id)
        assert answer.score == ItemContent.from_dict(version.content).score((0, 1))


def _give_parts(session: Session, item_id: UUID) -> None:
    head = item_view(session, actor=COMMAND_LINE, item_id=item_id).head
    options = tuple(replace(option, correct=n < 2) for n, option in enumerate(head.content.options))
    options += () if len(options) > 2 else (Option("อื่น ๆ", False),)
    content = replace(head.content, type=ItemType.MULTIPLE_CHOICE, options=options, stimulus=TEXT, partial_credit=True)
    save_item(session, actor=COMMAND_LINE, item_id=item_id, content=content, started_from=head.number, now=NOON)
    for move in ("submit", "approve", "release"):
        move_item(session, actor=COMMAND_LINE, item_id=item_id, move_name=move, now=NOON)
