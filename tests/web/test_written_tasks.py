"""The pages of written tasks: the candidate's form, the marker's list and form, progress and agreement."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.delivery.exams import enrol
from itembank.delivery.sittings import SittingView
from itembank.tables import Exam, Mark, SettledMark, TaskAnswer, TaskDraft
from tests.support.institution import NOON
from tests.support.written import answers_of, exam_with_tasks, publish_tasks, sit_to_tasks, write_answers
from tests.web.conftest import Site

HOSTILE = "<script>alert('x')</script> & <b>หนา</b>"


@pytest.fixture
def sitting(site: Site) -> SittingView:
    """The candidate's sitting, its tasks begun."""
    with site.database.writing() as session:
        publish_tasks(session, site.institution)
        exam = exam_with_tasks(session, tasks=2, length=10)
    site.clock.now = NOON + timedelta(minutes=20)
    return sit_to_tasks(site.database, site.institution, exam)


def test_a_candidate_answers_tasks_with_and_without_scripts(site: Site, sitting: SittingView) -> None:
    visitor, url = site.signed_in("candidate"), f"/sittings/{sitting.id}"
    page = visitor.get(url)
    assert "ข้อเขียนตอบที่ 1 จาก 2" in page.text
    assert "data-written-task" in page.text
    assert "Explain: " in visitor.get(f"{url}?lang=en").text
    visitor.get(f"{url}?lang=th")
    assert visitor.get(f"{url}/tasks").url.path == url
    assert "ยังมีข้อเขียนตอบที่ไม่ได้ส่ง 2 ข้อ" in visitor.get(f"{url}/end").text

    empty = visitor.post(f"{url}/tasks", {"position": "1", "text": " "})
    assert (empty.status_code, "โปรดพิมพ์คำตอบก่อนยืนยัน" in empty.text) == (422, True)
    long = visitor.post(f"{url}/tasks", {"position": "1", "text": "ก" * 20_001})
    assert (long.status_code, "20,000 ตัวอักษร" in long.text) == (422, True)
    assert "ก" * 20_001 in long.text
    early = visitor.post(f"{url}/tasks", {"position": "2", "text": "ข้าม"})
    assert (early.status_code, "ข้ามข้อไม่ได้" in early.text) == (409, True)

    kept = visitor.post(f"{url}/tasks", {"position": "1", "text": HOSTILE, "do": "draft"})
    assert (kept.url.path, "บันทึกร่างไว้แล้วเมื่อ" in kept.text) == (url, True)
    assert (
        html.escape(HOSTILE, quote=False) in html.unescape(kept.text).replace("&", "&amp;") or HOSTILE not in kept.text
    )
    # A script is told that the draft is kept by 204 alone: a session that is over is answered otherwise.
    assert visitor.post(f"{url}/tasks", {"position": "1", "text": HOSTILE, "do": "keep"}).status_code == 204
    part = visitor.post(f"{url}/tasks", {"position": "1", "text": HOSTILE}, htmx=True)
    assert "<html" not in part.text
    assert "ส่งคำตอบข้อเขียนตอบที่ 1 แล้ว" in part.text
    again = visitor.post(f"{url}/tasks", {"position": "1", "text": "อย่างอื่น"}, htmx=True)
    assert (again.status_code, "แก้ไขไม่ได้" in again.text) == (409, True)
    done = visitor.post(f"{url}/tasks", {"position": "2", "text": "", "do": "blank"})
    assert (done.url.path, "ผลการสอบรอการตรวจ" in done.text) == (f"{url}/result", True)
    assert "ตรวจแล้ว 1 จาก 2 ข้อ" in done.text
    assert "The result waits for marking" in visitor.get(f"{url}/result?lang=en").text
    for do in ("", "keep"):
        late = visitor.post(f"{url}/tasks", {"position": "2", "text": "ช้าไป", "do": do})
        assert late.url.path == f"{url}/result"
    assert "รอการตรวจ" in site.signed_in("administrator").get(f"{url}/result?lang=th").text
    with site.database.reading() as session:
        answers = session.exec(select(TaskAnswer).order_by(TaskAnswer.position)).all()
        assert [(answer.text, answer.language) for answer in answers] == [(HOSTILE, "th"), ("", "th")]
        assert session.exec(select(TaskDraft.text)).one() == HOSTILE


def test_a_task_handed_in_without_scripts_is_confirmed(site: Site, sitting: SittingView) -> None:
    visitor, url = site.signed_in("candidate"), f"/sittings/{sitting.id}"
    handed_in = visitor.post(f"{url}/tasks", {"position": "1", "text": "", "do": "blank"})
    assert (handed_in.url.path, "ส่งคำตอบข้อเขียนตอบที่ 1 แล้ว" in handed_in.text) == (url, True)
    for made_up in ("2", "0", "x"):
        assert "data-saved" not in visitor.get(f"{url}?saved={made_up}").text


def test_two_markers_and_a_third_bring_a_result(site: Site, sitting: SittingView) -> None:
    write_answers(site.database, site.institution, sitting, texts=[HOSTILE, ""])
    answer = answers_of(site.database, sitting.id)[0]
    url = f"/marking/{answer}"
    first = site.signed_in("marker")
    assert "รอตรวจ 1 คำตอบ" in first.get("/marking").text
    page = first.get(url)
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text
    for secret in ("ทดสอบ candidate", str(sitting.id)):
        assert secret not in page.text
    refused = first.post(url, {"level_1": "3", "level_2": "9", "comment": "เก็บไว้"})
    assert refused.status_code == 422
    assert "โปรดเลือกระดับของด้าน “เหตุผล”" in refused.text
    assert "เก็บไว้" in refused.text
    assert 'value="3" checked' in refused.text
    marked = first.post(url, {"level_1": "3", "level_2": "2", "comment": "ดีมาก"})
    assert (marked.url.path, "บันทึกคะแนนแล้ว" in marked.text) == ("/marking", True)
    assert first.post(url, {"level_1": "3", "level_2": "2"}).url.path == "/marking"
    lacking = first.post(url, {"level_1": "3", "level_2": "1", "do": "correct"})
    assert (lacking.status_code, "เหตุผลที่แก้" in lacking.text) == (422, True)
    corrected = first.post(url, {"level_1": "3", "level_2": "1", "do": "correct", "reason": "อ่านใหม่"})
    assert "บันทึกคะแนนที่แก้แล้ว" in corrected.text

    second = site.signed_in("marker2")
    assert "ดีมาก" not in second.get(url).text
    second.post(url, {"level_1": "0", "level_2": "0", "comment": "ไม่ตรงคำถาม"})
    administrator = site.signed_in("administrator")
    assert "รอชี้ขาด 1 คำตอบ" in administrator.get("/marking").text
    progress = administrator.get("/marking/progress?lang=en")
    assert "Wait to be settled" in progress.text
    third = site.signed_in("marker3")
    page = third.get(f"{url}?lang=en")
    assert "Comment of marker 2" in page.text
    assert "ไม่ตรงคำถาม" in page.text
    # Filled in before the second mark arrived: it comes back to be looked at again.
    blind = third.post(url, {"level_1": "1", "level_2": "1", "comment": "ก่อน", "kind": "blind"})
    assert (blind.status_code, "Others have marked this answer" in blind.text, "ก่อน" in blind.text) == (409, True, True)
    assert 'name="kind" value="settling"' in blind.text
    lacking = third.post(url, {"level_1": "1", "level_2": "1", "kind": "settling"})
    assert (lacking.status_code, "Please say why" in lacking.text) == (422, True)
    third.post(url, {"level_1": "1", "level_2": "1", "comment": "อ้างกฎหมายถูก แต่ไม่ครบ", "kind": "settling"})
    assert "ไม่ต้องตรวจหรือแก้คะแนนเพิ่ม" in first.get(url).text
    with site.database.reading() as session:
        assert session.get_one(SettledMark, answer).points == 2
        assert len(session.exec(select(Mark)).all()) == 4
    result = site.signed_in("candidate").get(f"/sittings/{sitting.id}/result")
    assert "ข้อเขียนตอบที่นำมาคิดผล</dt><dd>2" in result.text
    for secret in ("ดีมาก", "ไม่ตรงคำถาม", "แนวคำตอบ"):
        assert secret not in result.text
    agreement = site.signed_in("psychometrician").get("/marking/agreement")
    assert "แคปปาถ่วงน้ำหนัก" in agreement.text
    assert agreement.text.count('href="/bank/items/') == 1
    replay = administrator.get(f"/administration/sittings/{sitting.id}/replay?lang=th")
    assert "บุคคลที่สามชี้ขาด" in replay.text
    assert "&lt;script&gt;" in replay.text
    assert "แตกต่าง" not in replay.text
    assert "ไม่มีค้าง" in administrator.get("/marking/progress?lang=th").text


def test_an_exam_asks_for_tasks_where_the_bank_has_some(site: Site) -> None:
    administrator = site.signed_in("administrator")
    form = "/administration/exams/new?unit=DG100"
    assert 'name="written_tasks"' not in administrator.get(form).text
    with site.database.writing() as session:
        publish_tasks(session, site.institution)
    assert "คลังข้อสอบที่ใช้อยู่มี 3 ข้อ" in administrator.get(form).text
    entered = {
        "unit": "DG100", "title": "มีข้อเขียนตอบ", "minimum_length": "10", "maximum_length": "15", "cut_score": "-0.3",
        "confidence": "95", "cut_standard_error": "0",
    }  # fmt: skip
    for wrong in ({"written_tasks": "4"}, {"written_tasks": "11"}, {"written_tasks": "สอง"}):
        refused = administrator.post("/administration/exams", entered | wrong)
        assert (refused.status_code, "จำนวนข้อเขียนตอบต้องเป็น" in refused.text) == (422, True)
    alone = administrator.post("/administration/exams", entered | {"marking_tolerance": "1"})
    assert "คะแนนที่ต่างกันได้ต้องเป็น" in alone.text
    page = administrator.post("/administration/exams", entered | {"written_tasks": "3", "marking_tolerance": "1"})
    assert "คนละ 3 ข้อ ผู้ตรวจสองคนต่างกันได้ไม่เกิน 1 คะแนน" in page.text
    with site.database.reading() as session:
        exam = session.exec(select(Exam).where(Exam.title == "มีข้อเขียนตอบ")).one()
    assert (exam.design["written_tasks"], exam.design["marking_tolerance"]) == (3, 1)
    with site.database.writing() as session:
        enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=["candidate"], now=NOON)
    assert "มีข้อเขียนตอบอีก 3 ข้อ" in site.signed_in("candidate").get(f"/exams/{exam.id}").text
