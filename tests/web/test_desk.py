"""The writer's desk without scripts: every type, rows, translations, work that is kept, others who edit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from itembank.authoring.content import ItemContent, ItemType
from itembank.authoring.items import create_item, item_view, save_item
from itembank.errors import EditConflict
from tests.itembank.authoring.item_types.every_type import EVERY_TYPE, GAPS, MATCHING, ORDERING, SINGLE
from tests.support.institution import NOON
from tests.web.bank_content import CONTENT, HOSTILE, form_of
from tests.web.conftest import Site, Visitor
from tests.web.entered_form import entered_form

Visit = Callable[[str], Visitor]
Fields = dict[str, Any]
NEW = "/bank/items/new?criterion=DG101-1.1"
KEY = "6c1d8a52-6a0f-4e55-9d1f-2f6f5e0c7a11"


@pytest.fixture
def writer(visit: Visit) -> Visitor:
    visitor = visit("writer")
    visitor.get(NEW)
    return visitor


def put(site: Site, content: ItemContent, *, who: str = "writer") -> UUID:
    with site.database.writing() as session:
        return create_item(session, actor=site.institution[who], content=content, now=NOON).id


def head_of(site: Site, item_id: UUID) -> tuple[int, ItemContent]:
    with site.database.reading() as session:
        head = item_view(session, actor=site.institution["writer"], item_id=item_id).head
    return head.number, head.content


def opened(writer: Visitor, item_id: UUID) -> Fields:
    return entered_form(writer.get(f"/bank/items/{item_id}/edit").text)


def keep(writer: Visitor, fields: Fields) -> str:
    response = writer.post("/bank/desk", fields | {"typed": "1"})
    assert response.status_code == 200, response.text
    return response.text


def test_the_form_loses_nothing_of_any_type(site: Site, writer: Visitor) -> None:
    for content in EVERY_TYPE:
        item_id = put(site, content)
        fields = opened(writer, item_id)
        # Saved as it was opened it says the same, so no version comes of it.
        writer.post(f"/bank/items/{item_id}", fields)
        assert head_of(site, item_id) == (1, content), content.type
        writer.post(f"/bank/items/{item_id}", fields | {"rationale": "อธิบายใหม่"})
        assert head_of(site, item_id) == (2, replace(content, rationale="อธิบายใหม่")), content.type
        # Nor does going to another type and back.
        for kind in ("numeric", "matching", "constructed_response", content.type.value):
            fields = entered_form(writer.post(f"/bank/items/{item_id}", fields | {"type": kind, "do": "refresh"}).text)
        if content.partial_credit:
            fields["partial_credit"] = "1"  # a matter of the type that is given up with it
        writer.post(f"/bank/items/{item_id}", fields | {"started_from": "2"})
        assert head_of(site, item_id) == (3, content), content.type


def test_rows_move_with_what_belongs_to_them(site: Site, writer: Visitor) -> None:
    address = f"/bank/items/{put(site, MATCHING)}"
    fields = entered_form(writer.get(f"{address}/edit").text)
    page = writer.post(address, fields | {"do": "move_up_2"}, htmx=True).text
    assert page.strip().startswith('<fieldset id="options"')
    moved = entered_form(f'<form id="item-form">{page}</form>')
    assert (moved["text_1"], moved["tr_text_1"]) == (fields["text_2"], fields["tr_text_2"])
    assert (fields["key_1"], moved["key_1"], moved["key_2"]) == (["2"], ["1"], ["2"])
    assert re.search(r'<textarea id="text_1"[^>]* autofocus', page)
    fewer = entered_form(writer.post(address, fields | {"do": "remove_row_1"}).text)
    assert (fewer["key_1"], fewer["text_1"]) == (["1"], fields["text_2"])
    assert "key_2" not in fewer or fewer["key_2"] == ["0"]
    refused = writer.post(address, fields | {"do": "save", "key_2": "0", "line_1": "", "tr_line_1": ""})
    assert refused.status_code == 422
    assert 'href="#line_2"' in refused.text or 'href="#prompts"' in refused.text


def test_gaps_come_and_go_with_their_marks_in_the_text(site: Site, writer: Visitor) -> None:
    address = f"/bank/items/{put(site, GAPS)}"
    fields = entered_form(writer.get(f"{address}/edit").text)
    more = entered_form(writer.post(address, fields | {"do": "add_gap"}).text)
    assert more["stem"][0].endswith("[[3]]")
    assert more["tr_stem"][0].endswith("[[3]]")
    assert more["gap_3_1"] == [""]
    fewer = entered_form(writer.post(address, fields | {"do": "remove_gap_1"}).text)
    assert fewer["stem"] == ["ผู้ควบคุมข้อมูลต้องแจ้งภายใน [[1]] ชั่วโมง"]
    assert (fewer["gap_1_3"], fewer["right_1"]) == (["72"], ["3"])
    assert "gap_2_1" not in fewer
    wide = entered_form(writer.post(address, fields | {"do": "add_choice_2"}).text)
    assert wide["gap_2_4"] == [""]
    refused = writer.post(address, fields | {"gap_2_2": "24", "tr_gap_1_1": ""})
    assert refused.status_code == 422
    for field in ("gap_2_1", "tr_gap_1_1"):
        assert f'id="{field}-error"' in refused.text


@pytest.mark.parametrize(
    ("kind", "fields", "places"),
    [
        ("ordering", {"text_3": ""}, {"text_3"}),
        ("ordering", {"text_3": "", "rationale_3": ""}, {"options"}),
        ("matching", {"line_1": "ก", "key_1": "3", "text_3": ""}, {"line_1", "prompts"}),
        ("numeric", {"number_value": "1,5"}, {"number_value"}),
        ("numeric", {"number_value": "5", "number_tolerance": "-1"}, {"number_tolerance"}),
        ("short_text", {"accepted": "\n ?? \n"}, {"accepted"}),
        ("constructed_response", {"aspect_1": "เนื้อหา", "levels_1": "ไม่มี"}, {"aspect_1"}),
        ("inline_choice", {"gap_1_1": "ก", "gap_1_2": "ข", "right_1": "1"}, {"stem"}),
    ],
)
def test_what_a_type_lacks_is_told_at_its_field(writer: Visitor, kind: str, fields: Fields, places: set[str]) -> None:
    sent = form_of(replace(CONTENT, rationale="")) | {"type": kind, "correct": []} | fields
    response = writer.post("/bank/items", sent)
    assert response.status_code == 422
    found = set(re.findall(r'id="([a-z_0-9]+)-error"', response.text))
    assert found & places, found
    for place in found:
        assert f'href="#{place}"' in response.text
        assert f'id="{place}"' in response.text
    writer.get("/bank?lang=en")
    english = writer.post("/bank/items", sent).text
    summary = re.search(r'<div class="error-summary".*?</div>', english, re.DOTALL)
    assert summary
    assert not re.search("[\u0e00-\u0e7f]", summary.group())


def test_a_translation_stands_beside_its_original(site: Site, writer: Visitor) -> None:
    item_id = put(site, replace(SINGLE, translations=()))
    fields = opened(writer, item_id)
    assert "tr_stem" not in fields
    page = writer.post(f"/bank/items/{item_id}", fields | {"do": "add_translation"})
    fields = entered_form(page.text)
    refused = writer.post(f"/bank/items/{item_id}", fields | {"do": "save", "tr_stem": "Which act?"})
    assert refused.status_code == 422
    assert "ตัวเลือกแถวที่ 1 ยังไม่มีคำแปล" in refused.text
    assert 'href="#tr_text_1"' in refused.text
    translated = fields | {"tr_stem": "Which act?", "tr_text_1": "One", "tr_text_2": "Two", "tr_text_3": "Three"}
    shown = writer.post("/bank/preview", translated | {"shown_in": "en"}, htmx=True).text
    assert "Which act?" in shown
    assert '<option value="en" selected>' in shown
    writer.post(f"/bank/items/{item_id}", translated)
    number, content = head_of(site, item_id)
    assert (number, content.translations[0].stem) == (2, "Which act?")
    # The original is reworded: the translation of that text alone may be outdated.
    fields = opened(writer, item_id)
    told = writer.post(f"/bank/items/{item_id}", fields | {"stem": "อีกโจทย์หนึ่ง", "do": "refresh"}).text
    assert "รุ่นที่ 2 ซึ่งใช้แปลข้อความนี้" in told
    assert told.count("ซึ่งใช้แปลข้อความนี้") == 1
    gone = writer.post(f"/bank/items/{item_id}", fields | {"do": "remove_translation"}).text
    assert "tr_stem" not in entered_form(gone)


def test_what_is_typed_is_kept_and_offered_again(site: Site, writer: Visitor) -> None:
    item_id = put(site, SINGLE)
    fields = opened(writer, item_id)
    assert "เก็บไว้แล้วเมื่อเวลา" in keep(writer, fields | {"stem": "โจทย์ที่พิมพ์ค้าง <b>", "do": "refresh"})
    offer = writer.get(f"/bank/items/{item_id}/edit").text
    assert 'id="item-form"' not in offer
    assert re.search(r"<ins>.*โจทย์ที่พิมพ์ค้าง &lt;b&gt;", offer)
    assert entered_form(writer.get(f"/bank/items/{item_id}/edit?kept=1").text)["stem"] == ["โจทย์ที่พิมพ์ค้าง <b>"]
    assert "โจทย์ที่พิมพ์ค้าง" in writer.get("/bank").text
    # Somebody else's desk is empty.
    other = site.signed_in("writer2")
    assert entered_form(other.get(f"/bank/items/{item_id}/edit").text)["stem"] == [SINGLE.stem]
    writer.get(f"/bank/items/{item_id}/edit")
    discarded = writer.post("/bank/desk/discard", {"item": str(item_id)})
    assert "ทิ้งข้อความที่พิมพ์ค้างไว้แล้ว" in discarded.text
    assert entered_form(discarded.text)["stem"] == [SINGLE.stem]
    # What says nothing new is not worth an offer, and saving ends what was kept.
    keep(writer, fields)
    assert "stem" in opened(writer, item_id)
    keep(writer, fields | {"stem": "อีกครั้ง"})
    writer.post(f"/bank/items/{item_id}", fields | {"stem": "อีกครั้ง"})
    assert opened(writer, item_id)["stem"] == ["อีกครั้ง"]


def test_new_items_in_work_are_listed_and_gone_on_with(site: Site, writer: Visitor) -> None:
    keep(writer, {"desk": KEY, "stem": "ข้อสอบที่ยังไม่เสร็จ", "criterion": "DG101-1.1", "type": "matching", "line_1": "ก"})
    for address in ("/bank", NEW, f"{NEW}&lang=en"):
        assert "ข้อสอบที่ยังไม่เสร็จ" in writer.get(address).text
    again = entered_form(writer.get(f"/bank/items/new?kept={KEY}").text)
    assert (again["desk"], again["stem"], again["line_1"]) == ([KEY], ["ข้อสอบที่ยังไม่เสร็จ"], ["ก"])
    other = site.signed_in("writer2")
    other.get(NEW)
    assert other.get(f"/bank/items/new?kept={KEY}").status_code == 403
    assert "ข้อสอบที่ยังไม่เสร็จ" not in other.get("/bank").text
    writer.get(NEW)
    writer.post("/bank/desk/discard", {"desk": KEY})
    assert "ข้อสอบที่ยังไม่เสร็จ" not in writer.get("/bank").text


def test_a_double_click_makes_one_item(site: Site, writer: Visitor) -> None:
    key = entered_form(writer.get(NEW).text)["desk"]
    fields = form_of(CONTENT) | {"desk": key}
    first, second = (writer.post("/bank/items", fields).url for _ in range(2))
    assert first == second
    assert head_of(site, UUID(key[0]))[0] == 1
    # The form that "back" brings up again, with other words in it: no second item, and nothing overwritten unseen.
    writer.get(NEW)
    changed = writer.post("/bank/items", fields | {"stem": "แก้หลังบันทึก"})
    assert changed.status_code == 409
    again = entered_form(changed.text)
    assert (again["stem"], again["started_from"], again["item"]) == (["แก้หลังบันทึก"], ["1"], key)
    writer.post(f"/bank/items/{key[0]}", again)
    assert head_of(site, UUID(key[0]))[1].stem == "แก้หลังบันทึก"
    with site.database.writing() as session, pytest.raises(EditConflict):
        create_item(session, actor=site.institution["writer2"], content=SINGLE, now=NOON, item_id=UUID(key[0]))


def test_who_edits_hears_of_others(site: Site, writer: Visitor) -> None:
    item_id = put(site, SINGLE)
    fields = opened(writer, item_id)
    other = site.signed_in("writer2")
    other.get(f"/bank/items/{item_id}/edit")
    question = {"item": str(item_id), "started_from": "1"}
    assert "เปิดแก้ไขข้อสอบนี้อยู่ด้วย" not in other.post("/bank/desk", question).text
    assert "ทดสอบ writer2 เปิดแก้ไขข้อสอบนี้อยู่ด้วย" in writer.post("/bank/desk", question).text
    site.clock.now += timedelta(minutes=2)
    assert "เปิดแก้ไขข้อสอบนี้อยู่ด้วย" not in writer.post("/bank/desk", question).text
    with site.database.writing() as session:
        save_item(
            session, actor=site.institution["writer2"], item_id=item_id, content=replace(SINGLE, stem="ของอีกคน"),
            started_from=1, now=NOON,
        )  # fmt: skip
    told = writer.post("/bank/desk", question).text
    assert "ทดสอบ writer2 บันทึกรุ่นที่ 2" in told
    assert f"/bank/items/{item_id}/history?from=1&amp;to=2" in told
    taken = writer.post(f"/bank/items/{item_id}", fields | {"stem": "ของฉัน", "do": "take_over"})
    again = entered_form(taken.text)
    assert (again["stem"], again["started_from"]) == (["ของฉัน"], ["2"])
    assert "ของอีกคน" in taken.text
    writer.post(f"/bank/items/{item_id}", again)
    assert head_of(site, item_id)[0] == 3


def test_similar_items_are_shown_while_typing(writer: Visitor) -> None:
    items = writer.get("/bank/items?criterion=DG101-1.1").text
    found = re.search(r'href="(/bank/items/[0-9a-f-]{36})"', items)
    assert found
    fields = entered_form(writer.get(f"{found.group(1)}/edit").text)
    asked = {name: value for name, value in fields.items() if name != "item"}
    alike = writer.post("/bank/desk/similar", asked, htmx=True).text
    assert found.group(1) in alike
    assert "เมื่อบันทึกข้อสอบใหม่นี้แล้ว" in alike
    itself = writer.post("/bank/desk/similar", fields, htmx=True).text
    assert f'"{found.group(1)}"' not in itself
    assert "ไม่พบข้อสอบที่คล้ายกัน" in writer.post("/bank/desk/similar", {}, htmx=True).text


def test_flaws_stand_beside_their_field_and_hostile_text_stays_text(writer: Visitor) -> None:
    negative = form_of(CONTENT) | {"stem": "ข้อใดไม่ใช่ข้อมูลส่วนบุคคล", "do": "refresh"}
    page = writer.post("/bank/items", negative).text
    margin = re.search(r'id="margin-stem"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert margin
    assert "คำถามเชิงปฏิเสธที่ไม่ได้เน้นคำ" in margin.group(1)
    assert 'data-desk-told="stem"' in writer.post("/bank/preview", negative, htmx=True).text
    for kind in (ItemType.MATCHING, ItemType.ORDERING, ItemType.NUMERIC):
        hostile = writer.post("/bank/items", form_of(HOSTILE) | {"type": kind.value, "do": "refresh"}).text
        assert "<script>alert" not in hostile
    keep(writer, form_of(HOSTILE) | {"desk": KEY})
    assert "<script>alert" not in writer.get("/bank").text
    assert "<script>alert" not in writer.get(f"/bank/items/new?kept={KEY}").text


def test_too_much_or_unreadable_work_is_refused_in_words(writer: Visitor) -> None:
    writer.get(NEW)
    long = writer.post("/bank/desk", {"desk": KEY, "typed": "1", "stem": "a" * 600_000})
    assert long.status_code == 422
    unknown = writer.post("/bank/desk", {"desk": "nonsense", "typed": "1", "stem": "ก"})
    assert unknown.status_code == 422
    assert ORDERING.stem not in long.text


def test_what_changes_nothing_takes_no_write_lock(site: Site, writer: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    item_id = put(site, SINGLE)
    fields = opened(writer, item_id)

    def refuse() -> None:
        raise AssertionError("the write lock was asked for")

    monkeypatch.setattr(site.app.state.database, "writing", refuse)
    long = fields | {"stem": " ".join(f"A{number:04}" for number in range(1600)), "stimulus": "ก.ข. " * 3900}
    for address, form in (
        ("/bank/preview", long),
        ("/bank/desk/similar", fields),
        (f"/bank/items/{item_id}", fields | {"do": "refresh"}),
        ("/bank/items", form_of(CONTENT) | {"do": "add_row"}),
    ):
        assert writer.post(address, form).status_code == 200, address
    # However the button's name is written, what saves is never taken for what only looks.
    for do in ("save", " save", "submit ", ""):
        with pytest.raises(AssertionError, match="write lock"):
            writer.post(f"/bank/items/{item_id}", fields | {"do": do})


def test_a_double_click_on_an_edit_is_no_conflict(site: Site, writer: Visitor) -> None:
    item_id = put(site, SINGLE)
    fields = opened(writer, item_id) | {"stem": "โจทย์ที่แก้แล้ว"}
    assert [writer.post(f"/bank/items/{item_id}", fields).status_code for _ in range(2)] == [200, 200]
    assert head_of(site, item_id)[0] == 2
