"""Writing items over plain forms and with HTMX; whatever is refused, nothing of the text is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.web.bank_content import CONTENT, HOSTILE, form_of
from tests.web.conftest import Visitor

Visit = Callable[[str], Visitor]
NEW = "/bank/items/new?criterion=DG101-1.1"


@pytest.fixture
def writer(visit: Visit) -> Visitor:
    visitor = visit("writer")
    visitor.get(NEW)
    return visitor


def written(writer: Visitor, **changes: object) -> str:
    """Write an item and give its address."""
    response = writer.post("/bank/items", form_of(CONTENT) | changes)
    assert response.status_code == 200, response.text
    assert response.url.path.startswith("/bank/items/")
    return str(response.url.path)


def value_of(page: str, name: str) -> str:
    found = re.search(rf'<textarea id="{name}"[^>]*>\n([^<]*)</textarea>', page)
    assert found, name
    return found.group(1)


def test_a_new_item_becomes_a_draft(writer: Visitor) -> None:
    item = written(writer, do="save")
    page = writer.get(item).text
    assert "DG101-1.1-06" in page
    assert "ฉบับร่าง" in page
    assert CONTENT.options[1].rationale in page


def test_saving_and_sending_to_review_in_one_step(writer: Visitor) -> None:
    page = writer.get(written(writer, do="submit")).text
    assert "อยู่ระหว่างตรวจทาน" in page
    assert 'value="withdraw"' in page


def test_the_form_knows_the_criterion_it_was_opened_for(writer: Visitor) -> None:
    page = writer.get(NEW).text
    assert '<option value="DG101-1.1" selected>' in page
    assert "ความรู้ที่ต้องการ" in page
    assert page.count('class="option-editor"') == 4
    assert len(re.findall(r"<option [^>]*>D|<option [^>]*>SPM", page)) == 135


def test_a_refused_form_comes_back_filled_in_with_all_errors(writer: Visitor) -> None:
    fields = form_of(CONTENT) | {"stem": " ", "correct": [], "text_2": "", "text_5": CONTENT.options[0].text}
    response = writer.post("/bank/items", fields)
    assert response.status_code == 422
    for field in ("stem", "text_2", "options", "key"):
        assert f'href="#{field}"' in response.text
        assert f'id="{field}-error"' in response.text
        assert f'id="{field}"' in response.text
    assert value_of(response.text, "rationale_2") == CONTENT.options[1].rationale
    assert value_of(response.text, "text_3") == CONTENT.options[2].text
    assert value_of(response.text, "source") == CONTENT.source


def test_an_error_stands_at_its_row_although_rows_above_are_empty(writer: Visitor) -> None:
    fields = form_of(CONTENT) | {"text_1": "", "rationale_1": "", "correct": ["4"], "text_4": "", "rationale_4": "ค้าง"}
    page = writer.post("/bank/items", fields).text
    assert 'id="text_4-error"' in page
    assert 'id="text_2-error"' not in page


def test_errors_are_in_the_readers_language(writer: Visitor) -> None:
    writer.get("/bank?lang=en")
    response = writer.post("/bank/items", form_of(CONTENT) | {"stem": ""})
    assert "Write the question" in response.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"criterion": "DG101-9.9"}, "criterion"),
        ({"criterion": ""}, "criterion"),
        ({"type": "essay"}, "type"),
        ({"cognitive_level": ""}, "cognitive_level"),
        ({"difficulty_rating": "9"}, "difficulty_rating"),
        ({"language": "fr"}, "language"),
        ({"type": "true_false"}, "options"),
        ({"text_1": "", "text_2": "", "rationale_1": "", "rationale_2": "", "correct": "3"}, "options"),
    ],
)
def test_each_field_is_checked(writer: Visitor, change: dict[str, str], field: str) -> None:
    response = writer.post("/bank/items", form_of(CONTENT) | change)
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert value_of(response.text, "stem") == CONTENT.stem


def test_empty_rows_are_ignored(writer: Visitor) -> None:
    fields = form_of(CONTENT) | {f"{name}_{n}": "" for n in range(4, 10) for name in ("text", "rationale")}
    page = writer.get(str(writer.post("/bank/items", fields).url.path)).text
    assert page.count('class="option-row"') == 3


def test_null_characters_do_not_reach_the_database(writer: Visitor) -> None:
    writer.get("/bank/items/new?criterion=DG101-1.1")
    refused = writer.post("/bank/items", form_of(CONTENT) | {"stem": "โจทย์\0ใหม่"})
    assert refused.status_code == 422
    assert "stem" in refused.text


def test_rows_are_added_and_removed_without_scripts(writer: Visitor) -> None:
    more = writer.post("/bank/items", form_of(CONTENT) | {"do": "add_row"})
    assert more.status_code == 200
    assert more.text.count('class="option-editor"') == 4
    assert value_of(more.text, "stem") == CONTENT.stem
    fewer = writer.post("/bank/items", form_of(CONTENT) | {"do": "remove_row_1"})
    assert value_of(fewer.text, "text_1") == CONTENT.options[1].text
    assert not re.search(r'name="correct"[^>]* checked', fewer.text)
    full = {f"text_{n}": str(n) for n in range(1, 10)}
    assert 'value="add_row"' not in writer.post("/bank/items", full | {"do": "add_row"}).text
    assert "DG101-1.1-06" not in writer.get("/bank/items?criterion=DG101-1.1").text


def test_with_htmx_only_the_rows_are_swapped(writer: Visitor) -> None:
    fragment = writer.post("/bank/items", form_of(CONTENT) | {"do": "add_row"}, htmx=True).text
    assert fragment.strip().startswith('<fieldset id="options"')
    assert "<html" not in fragment
    context = writer.post("/bank/items", {"criterion": "Dlit101-1.1", "do": "context"}, htmx=True).text
    assert context.strip().startswith('<div id="context"')
    assert "Dlit101-1.1" in context


def test_the_type_decides_how_right_options_are_marked(writer: Visitor) -> None:
    fields = form_of(CONTENT) | {"do": "refresh", "correct": ["1", "2"]}
    several = writer.post("/bank/items", fields | {"type": "multiple_choice"}, htmx=True).text
    assert len(re.findall(r'type="checkbox" name="correct"[^>]* checked', several)) == 2
    one = writer.post("/bank/items", fields | {"type": "single_choice"}, htmx=True).text
    assert len(re.findall(r'type="radio" name="correct"[^>]* checked', one)) == 1


@pytest.mark.parametrize(("language", "words"), [("th", ("ถูก", "ผิด")), ("en", ("True", "False"))])
def test_a_true_false_item_gets_its_two_options(writer: Visitor, language: str, words: tuple[str, str]) -> None:
    empty = {"text_1": "", "text_2": "", "text_3": "", "type": "true_false", "language": language, "do": "refresh"}
    page = writer.post("/bank/items", empty).text
    assert (value_of(page, "text_1"), value_of(page, "text_2")) == words
    assert 'name="text_3"' not in page


def test_the_preview_is_what_candidates_see(writer: Visitor) -> None:
    response = writer.post("/bank/preview", form_of(CONTENT) | {"stem": "ข้อใด**ไม่**ถูก"}, htmx=True)
    assert response.status_code == 200
    assert "<html" not in response.text
    assert "<strong>ไม่</strong>" in response.text
    assert response.text.count('type="radio"') == 3
    for secret in ("checked", "option-right", CONTENT.options[0].rationale):
        assert secret not in response.text


def test_the_preview_of_an_unfinished_item_says_what_is_lacking(writer: Visitor) -> None:
    nothing = writer.post("/bank/preview", {}).text
    assert "ยังไม่มีโจทย์" in nothing
    page = writer.post("/bank/preview", form_of(HOSTILE)).text
    assert "<script>" not in page
    assert "<strong>&lt;img" in page


def test_an_edit_makes_a_new_version(writer: Visitor) -> None:
    item = written(writer)
    edit = writer.get(f"{item}/edit").text
    assert value_of(edit, "stem") == CONTENT.stem
    assert 'name="started_from" value="1"' in edit
    page = writer.post(item, form_of(CONTENT) | {"stem": "โจทย์รุ่นที่สอง", "started_from": "1"}).text
    assert "รุ่นที่ 2" in page
    assert "โจทย์รุ่นที่สอง" in page


def test_two_writers_at_once_lose_nothing(visit: Visit, writer: Visitor) -> None:
    item = written(writer)
    other = visit("writer2")
    other.get(f"{item}/edit")
    writer.post(item, form_of(CONTENT) | {"stem": "โจทย์ของคนแรก", "started_from": "1"})
    mine = form_of(CONTENT) | {"stem": "โจทย์ของคนที่สอง", "text_4": "ตัวเลือกที่เพิ่ม", "started_from": "1"}
    conflict = other.post(item, mine)
    assert conflict.status_code == 409
    assert value_of(conflict.text, "stem") == "โจทย์ของคนที่สอง"
    assert value_of(conflict.text, "text_4") == "ตัวเลือกที่เพิ่ม"
    assert "ทดสอบ writer บันทึกรุ่นที่ 2" in conflict.text
    assert "โจทย์ของคนแรก" in conflict.text
    assert 'name="started_from" value="2"' in conflict.text
    assert "รุ่นที่ 3" in other.post(item, mine | {"started_from": "2"}).text


def test_an_item_in_review_is_not_edited(visit: Visit, writer: Visitor) -> None:
    item = written(writer)
    writer.get(f"{item}/edit")
    other = visit("writer2")
    other.get(item)
    other.post(f"{item}/moves", {"move": "submit", "version": "1"})
    late = writer.post(item, form_of(CONTENT) | {"stem": "แก้ช้าไป", "started_from": "1"})
    assert late.status_code == 409
    assert value_of(late.text, "stem") == "แก้ช้าไป"
    again = writer.get(f"{item}/edit")
    assert again.url.path == item
    assert "โปรดถอนกลับก่อนแก้ไข" in again.text


def test_only_writers_get_the_form(visit: Visit, writer: Visitor) -> None:
    item = written(writer)
    for username in ("reviewer", "psychometrician", "administrator"):
        assert visit(username).get(f"{item}/edit").status_code == 403
        assert visit(username).get("/bank/items/new").status_code == 403


def test_flaws_are_told_while_typing_each_with_its_reason(writer: Visitor) -> None:
    negative = form_of(CONTENT) | {"stem": "ข้อใดไม่ใช่ข้อมูลส่วนบุคคล"}
    page = writer.post("/bank/preview", negative, htmx=True).text
    assert "คำถามเชิงปฏิเสธที่ไม่ได้เน้นคำ" in page
    assert "Haladyna, Downing &amp; Rodriguez (2002), guideline 17" in page
    marked = writer.post("/bank/preview", negative | {"stem": "ข้อใด**ไม่ใช่**ข้อมูลส่วนบุคคล"}, htmx=True).text
    assert "คำถามเชิงปฏิเสธ" not in marked
    # An unfinished draft is read as far as it goes.
    assert "ช่องว่างอยู่ต้นประโยค" in writer.post("/bank/preview", {"stem": "____ คือสิ่งใด", "language": "th"}, htmx=True).text
    hostile = writer.post("/bank/preview", negative | {"stem": "ตามหลัก XQ ข้อใดไม่ใช่ <script>"}, htmx=True).text
    assert "<script>" not in hostile
