"""The candidate's screens over plain forms and over HTMX, and what must never reach a candidate."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import delete
from sqlmodel import select

from engine.outcomes.verdicts import Outcome
from itembank.actor import COMMAND_LINE
from itembank.authoring.starter import starter_items
from itembank.delivery.exams import create_exam, enrol, grant_extra_time, propose_design
from itembank.tables import Bank, BankInForce, Enrolment, RecordedAnswer
from tests.support.institution import NOON, PASSWORD
from tests.support.richer_bank import publish_richer_bank
from tests.web.conftest import Site, Visitor
from web.pages.candidate import shown_probability

NOBODYS = "/sittings/00000000-0000-0000-0000-000000000000"


def new_exam(
    site: Site, *, title: str, opens_at: datetime | None = None, closes_at: datetime | None = None, fixed: bool = False
) -> UUID:
    with site.database.writing() as session:
        design = propose_design(session, actor=COMMAND_LINE, unit="DG100")
        exam = create_exam(
            session,
            actor=COMMAND_LINE,
            title=title,
            unit="DG100",
            design=design.__class__.from_dict(design.to_dict() | {"maximum_length": 10}) if fixed else design,
            opens_at=opens_at,
            closes_at=closes_at,
            now=NOON,
        )
        enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=["candidate"], now=NOON)
    return exam.id


def started(site: Site, username: str = "candidate") -> tuple[Visitor, str]:
    """Sign a candidate in and start the exam; gives the sitting's address."""
    visitor = site.signed_in(username)
    visitor.get(f"/exams/{site.institution.exam}")
    response = visitor.post(f"/exams/{site.institution.exam}/start")
    assert response.status_code == 200, response.text
    return visitor, response.url.path


def staff(site: Site, username: str) -> Visitor:
    """Sign in somebody who is not a candidate, on a page that all of them have."""
    visitor = site.stranger()
    visitor.post("/sign-in", {"username": username, "password": PASSWORD, "next": "/standard"})
    return visitor


def position_of(text: str) -> int:
    found = re.search(r'name="position" value="(\d+)"', text)
    assert found, text
    return int(found.group(1))


def stem_of(text: str) -> str:
    found = re.search(r'class="question-stem">(.*?)</div>', text, re.DOTALL)
    assert found, text
    return found.group(1)


def answer(visitor: Visitor, sitting: str, position: int, *options: int, htmx: bool = False) -> Response:
    return visitor.post(f"{sitting}/answers", {"position": position, "answer": list(options)}, htmx=htmx)


def finish(visitor: Visitor, sitting: str, *, option: int = 0) -> list[Response]:
    """Answer until the engine stops; gives every response of the way, the result last."""
    seen = [visitor.get(sitting)]
    while not seen[-1].url.path.endswith("/result"):
        seen.append(answer(visitor, sitting, position_of(seen[-1].text), option))
        assert seen[-1].status_code == 200
    return seen


def recorded(site: Site) -> list[tuple[int, list[int]]]:
    with site.database.reading() as session:
        answers = session.exec(select(RecordedAnswer).order_by(RecordedAnswer.position)).all()  # type: ignore[arg-type]
        return [(row.position, row.selected) for row in answers]


def test_my_exams_shows_what_can_be_done_now(site: Site) -> None:
    new_exam(site, title="ยังไม่ถึงเวลา", opens_at=NOON + timedelta(days=1))
    new_exam(site, title="พ้นเวลาแล้ว", closes_at=NOON)
    visitor = site.signed_in("candidate")
    text = visitor.get("/exams").text
    assert "กรอบธรรมาภิบาล" in text
    for state in ("เปิดให้สอบ", "ยังไม่เปิด", "ปิดแล้ว"):
        assert state in text
    assert "23 พฤศจิกายน พ.ศ. 2569 เวลา 12.00 น." in text
    visitor, sitting = started(site)
    text = visitor.get("/exams").text
    assert "กำลังสอบ" in text
    assert f'href="{sitting}"' in text
    finish(visitor, sitting)
    text = visitor.get("/exams").text
    assert "เสร็จสิ้น" in text
    assert f'href="{sitting}/result"' in text


def test_who_is_enrolled_in_nothing_is_told_what_to_do(site: Site) -> None:
    with site.database.writing() as session:
        session.exec(delete(Enrolment))
    text = site.signed_in("candidate").get("/exams?lang=en").text
    assert "You are not enrolled in an exam yet" in text
    assert "tell the centre" in text


@pytest.mark.parametrize("username", ["writer", "reviewer", "psychometrician", "administrator"])
def test_candidates_pages_are_candidates_alone(site: Site, username: str) -> None:
    visitor = staff(site, username)
    for url in ("/exams", f"/exams/{site.institution.exam}", NOBODYS, f"{NOBODYS}/end"):
        assert visitor.get(url).status_code == 403, url


def test_addresses_of_nothing_are_not_found(site: Site) -> None:
    visitor = site.signed_in("candidate")
    for url in ("/exams/nonsense", "/sittings/nonsense", NOBODYS, f"{NOBODYS}/result", NOBODYS.replace("sitt", "ex")):
        assert visitor.get(url).status_code == 404, url


def test_instructions_tell_lengths_time_and_extra_time(site: Site) -> None:
    exam = site.institution.exam
    person_id = site.institution["candidate"].person_id
    assert person_id is not None
    with site.database.writing() as session:
        grant_extra_time(session, actor=COMMAND_LINE, exam_id=exam, person_id=person_id, minutes=30, now=NOON)
    text = site.signed_in("candidate").get(f"/exams/{exam}?lang=en").text
    assert "at least 10 and at most 15 questions" in text
    assert "90 minutes" in text
    assert "30 extra minutes" in text
    assert f'action="/exams/{exam}/start"' in text


def test_instructions_of_a_fixed_exam_promise_no_other_length(site: Site) -> None:
    exam = new_exam(site, title="สิบข้อ", fixed=True)
    text = site.signed_in("candidate").get(f"/exams/{exam}?lang=en").text
    assert "This exam has 10 questions." in text
    assert "at most" not in text
    assert "This exam has no time limit." in text


def test_an_exam_out_of_its_time_is_not_started(site: Site) -> None:
    exam = new_exam(site, title="พ้นเวลาแล้ว", closes_at=NOON + timedelta(minutes=1))
    visitor = site.signed_in("candidate")
    visitor.get(f"/exams/{exam}")
    site.clock.now += timedelta(minutes=2)
    response = visitor.post(f"/exams/{exam}/start")
    assert response.status_code == 409
    assert "พ้นเวลาเริ่มสอบแล้ว" in response.text
    assert f'action="/exams/{exam}/start"' not in response.text


def test_a_bank_that_cannot_fill_the_exam_is_no_candidates_business(site: Site) -> None:
    visitor = site.signed_in("candidate")
    visitor.get(f"/exams/{site.institution.exam}")
    with site.database.writing() as session:
        first = session.exec(select(Bank)).one()
        empty = Bank(standard_id=first.standard_id, number=2, published_at=NOON, published_by="test", note="", items=0)
        session.add(empty)
        session.flush()
        session.add(
            BankInForce(
                standard_id=first.standard_id,
                bank_id=empty.id,
                since=NOON + timedelta(seconds=1),
                decided_by="test",
                reason="",
            )
        )
    response = visitor.post(f"/exams/{site.institution.exam}/start")
    assert response.status_code == 409
    assert "โปรดแจ้งเจ้าหน้าที่ศูนย์สอบ" in response.text
    assert "DG10" not in response.text.replace("DG100", "")


def test_starting_twice_gives_the_same_sitting(site: Site) -> None:
    visitor, sitting = started(site)
    again = visitor.post(f"/exams/{site.institution.exam}/start")
    assert again.url.path == sitting


def test_a_sitting_without_scripts_from_first_question_to_result(site: Site) -> None:
    visitor, sitting = started(site)
    first = visitor.get(sitting)
    assert "<title>ข้อที่ 1 · การสอบทดลอง" in first.text
    assert "ตอบแล้ว 0 ข้อ" in first.text
    assert "ออกจากระบบ" not in first.text
    second = answer(visitor, sitting, 1, 0)
    assert second.url.path == sitting
    assert second.url.query == b"saved=1"
    assert "บันทึกคำตอบข้อ 1 แล้ว" in second.text
    assert stem_of(second.text) != stem_of(first.text)
    result = finish(visitor, sitting)[-1]
    assert result.url.path == f"{sitting}/result"
    assert 10 <= len(recorded(site)) <= 15
    assert visitor.get(sitting).url.path == f"{sitting}/result"
    assert visitor.get(f"{sitting}/end").url.path == f"{sitting}/result"


def test_no_response_of_a_sitting_tells_what_a_candidate_must_not_know(site: Site) -> None:
    visitor, sitting = started(site)
    seen = [visitor.get("/exams"), visitor.get(f"/exams/{site.institution.exam}"), *finish(visitor, sitting)]
    codes = [code for code, _ in starter_items()]
    rationales = [option.rationale for _, content in starter_items() for option in content.options]
    assert len(rationales) > 80
    for response in seen:
        for secret in [*codes, *rationales, "rationale", "correct", "discrimination", "difficulty", "theta"]:
            assert secret not in response.text, secret


def test_htmx_gets_only_the_next_question_with_the_tick_and_the_title(site: Site) -> None:
    visitor, sitting = started(site)
    visitor.get(sitting)
    response = answer(visitor, sitting, 1, 1, htmx=True)
    assert response.status_code == 200
    assert "<html" not in response.text
    assert response.text.strip().startswith("<title>ข้อที่ 2 ·")
    assert '<div id="exam"' in response.text
    assert "data-saved" in response.text
    assert position_of(response.text) == 2
    assert "HX-Request" in response.headers["vary"]


def test_htmx_is_led_to_the_result_at_the_end(site: Site) -> None:
    visitor, sitting = started(site)
    response = visitor.get(sitting)
    while "hx-redirect" not in response.headers:
        response = answer(visitor, sitting, position_of(response.text), 0, htmx=True)
    assert response.status_code == 204
    assert response.headers["hx-redirect"] == f"{sitting}/result"


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_answer_twice_does_no_harm(site: Site, htmx: bool) -> None:
    visitor, sitting = started(site)
    visitor.get(sitting)
    first, second = (answer(visitor, sitting, 1, 1, htmx=htmx) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert stem_of(first.text) == stem_of(second.text)
    assert recorded(site) == [(1, [1])]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_second_tab_with_another_answer_is_led_on_calmly(site: Site, htmx: bool) -> None:
    visitor, sitting = started(site)
    visitor.get(sitting)
    current = answer(visitor, sitting, 1, 1)
    late = answer(visitor, sitting, 1, 0, htmx=htmx)
    assert late.status_code == 409
    assert "ข้อที่ 1 บันทึกคำตอบไว้แล้ว" in late.text
    assert stem_of(late.text) == stem_of(current.text)
    assert position_of(late.text) == 2
    assert recorded(site) == [(1, [1])]


def test_an_answer_to_a_question_not_asked_is_not_recorded(site: Site) -> None:
    visitor, sitting = started(site)
    visitor.get(sitting)
    response = answer(visitor, sitting, 7, 0)
    assert response.status_code == 409
    assert position_of(response.text) == 1
    assert recorded(site) == []


@pytest.mark.parametrize(
    ("options", "message"), [((), "โปรดเลือกคำตอบ"), ((77,), "โปรดเลือกใหม่"), ((-1,), "โปรดเลือกใหม่")]
)
def test_what_is_no_answer_leaves_the_question_standing(site: Site, options: tuple[int, ...], message: str) -> None:
    visitor, sitting = started(site)
    stem = stem_of(visitor.get(sitting).text)
    response = answer(visitor, sitting, 1, *options)
    assert response.status_code == 422
    assert message in response.text
    assert stem_of(response.text) == stem
    assert recorded(site) == []
    assert visitor.get(f"{sitting}/answers").url.path == sitting


def test_an_answer_without_the_sessions_token_is_refused(site: Site) -> None:
    visitor, sitting = started(site)
    response = visitor.client.post(
        f"{sitting}/answers", data={"position": 1, "answer": 0}, headers={"Origin": "http://testserver"}
    )
    assert response.status_code == 403
    assert recorded(site) == []


def test_another_candidates_sitting_does_not_exist(site: Site) -> None:
    _, sitting = started(site)
    other = site.signed_in("candidate2")
    other.get("/exams")
    for url in (sitting, f"{sitting}/end", f"{sitting}/result"):
        assert other.get(url).status_code == 404, url
    assert answer(other, sitting, 1, 0).status_code == 404
    assert other.post(f"{sitting}/end", {"answered": "0"}).status_code == 404
    assert recorded(site) == []


def test_a_reload_and_a_new_sign_in_bring_the_same_question_back(site: Site) -> None:
    visitor, sitting = started(site)
    shown = stem_of(answer(visitor, sitting, 1, 0).text)
    assert stem_of(visitor.get(sitting).text) == shown
    elsewhere = site.signed_in("candidate")
    assert stem_of(elsewhere.get(sitting).text) == shown
    assert visitor.get(sitting).url.path == "/sign-in"


@pytest.mark.parametrize("saved", ["0", "9", "-1", "nonsense", "1.5"])
def test_no_tick_is_shown_for_an_answer_that_is_not_recorded(site: Site, saved: str) -> None:
    visitor, sitting = started(site)
    answer(visitor, sitting, 1, 0)
    response = visitor.get(sitting, params={"saved": saved})
    assert response.status_code == 200
    assert "data-saved" not in response.text


@pytest.mark.parametrize("htmx", [False, True])
def test_an_answer_after_the_time_is_said_not_to_be_recorded(site: Site, htmx: bool) -> None:
    visitor, sitting = started(site)
    answer(visitor, sitting, 1, 0)
    site.clock.now += timedelta(minutes=60, seconds=11)
    response = answer(visitor, sitting, 2, 0, htmx=htmx)
    if htmx:
        response = visitor.get(response.headers["hx-redirect"])
    assert response.url.path == f"{sitting}/result"
    assert "คำตอบนั้นจึงไม่ได้บันทึก" in response.text
    assert "หมดเวลา" in response.text
    assert recorded(site) == [(1, [0])]


def test_an_answer_within_the_grace_is_recorded(site: Site) -> None:
    visitor, sitting = started(site)
    visitor.get(sitting)
    site.clock.now += timedelta(minutes=60, seconds=5)
    response = answer(visitor, sitting, 1, 0)
    assert response.url.path == f"{sitting}/result"
    assert recorded(site) == [(1, [0])]
    assert "คำตอบนั้นจึงไม่ได้บันทึก" not in response.text


def test_the_remaining_time_is_the_servers(site: Site) -> None:
    visitor, sitting = started(site)
    site.clock.now += timedelta(minutes=50, seconds=30)
    text = visitor.get(sitting).text
    assert 'data-remaining-seconds="570"' in text
    assert f'data-reload-url="{sitting}"' in text


@pytest.mark.parametrize("typed", ["", "5", "yes", "-1", "1.0"])
def test_ending_takes_the_count_of_answers_typed(site: Site, typed: str) -> None:
    visitor, sitting = started(site)
    answer(visitor, sitting, 1, 0)
    form = visitor.get(f"{sitting}/end?lang=en")
    assert "You have answered 1 of the at least 10 questions" in form.text
    assert "not enough evidence" in form.text
    refused = visitor.post(f"{sitting}/end", {"answered": typed})
    assert refused.status_code == 422
    assert "Type 1 to end the exam" in refused.text
    assert visitor.get(sitting).url.path == sitting


@pytest.mark.parametrize("typed", ["2", " ๒ "])
def test_an_ended_sitting_has_a_result_that_says_too_little_is_known(site: Site, typed: str) -> None:
    visitor, sitting = started(site)
    answer(visitor, sitting, 1, 0)
    answer(visitor, sitting, 2, 0)
    result = visitor.post(f"{sitting}/end", {"answered": typed})
    assert result.url.path == f"{sitting}/result"
    assert "หลักฐานยังไม่พอจะตัดสิน" in result.text
    assert "ตอบแล้ว 2 ข้อ การตัดสินต้องใช้อย่างน้อย 10 ข้อ" in result.text
    assert "ในผู้เข้าสอบ 100 คน" not in result.text
    assert "ผู้เข้าสอบจบการสอบเอง" in result.text
    assert visitor.post(f"{sitting}/end", {"answered": "2"}).url.path == f"{sitting}/result"


def test_what_was_tried_out_is_told_in_lengths_and_result(site: Site) -> None:
    with site.database.writing() as session:
        publish_richer_bank(session, site.institution)
    exam = new_exam(site, title="มีข้อทดลองใช้")
    visitor = site.signed_in("candidate")
    instructions = visitor.get(f"/exams/{exam}?lang=en").text
    sitting = visitor.post(f"/exams/{exam}/start").url.path
    promised = re.search(r"at least (\d+) and at most (\d+) questions", instructions)
    assert promised is not None
    assert (int(promised.group(1)), "Some questions are being tried out" in instructions) == (13, True)
    finish(visitor, sitting)
    answers = len(recorded(site))
    assert int(promised.group(1)) <= answers <= int(promised.group(2))
    english = visitor.get(f"{sitting}/result?lang=en").text
    assert f"{answers}, of which 3 were being tried out and did not count" in english
    assert f"{answers} ข้อ ในจำนวนนี้ 3 ข้อเป็นข้อทดลองใช้ ซึ่งไม่นำมาคิดผล" in visitor.get(f"{sitting}/result?lang=th").text


def test_the_result_names_everything_that_it_rests_on(site: Site) -> None:
    visitor, sitting = started(site)
    text = finish(visitor, sitting)[-1].text
    for part in ("DG101", "DG102", "สัมภาษณ์", "คลังข้อสอบชุดที่", "ร้อยละ 95", "ร้อยละ 90", "ทดสอบ candidate"):
        assert part in text, part
    assert sitting.rsplit("/", 1)[1] in text
    assert text.count('class="evidence-bar" role="img"') == 2
    assert "ในผู้เข้าสอบ 100 คนที่ตอบเช่นนี้" in text
    english = visitor.get(f"{sitting}/result?lang=en").text
    assert "Of 100 candidates who answer like this" in english
    assert "How this result was reached" in english


def test_those_who_run_exams_see_the_result_and_writers_do_not(site: Site) -> None:
    visitor, sitting = started(site)
    administrator = staff(site, "administrator")
    assert administrator.get(f"{sitting}/result").status_code == 409
    assert visitor.get(f"{sitting}/result").url.path == sitting
    finish(visitor, sitting)
    assert administrator.get(f"{sitting}/result").status_code == 200
    assert staff(site, "psychometrician").get(f"{sitting}/result").status_code == 200
    assert staff(site, "writer").get(f"{sitting}/result").status_code == 403


def test_hostile_titles_are_shown_as_text_on_every_screen(site: Site) -> None:
    exam = new_exam(site, title="<img src=x onerror=alert(1)>'\"")
    visitor = site.signed_in("candidate")
    seen = [visitor.get("/exams"), visitor.get(f"/exams/{exam}"), visitor.post(f"/exams/{exam}/start")]
    sitting = seen[-1].url.path
    seen += [visitor.get(f"{sitting}/end"), *finish(visitor, sitting)]
    for response in seen:
        assert "<img src=x" not in response.text
        assert "&lt;img src=x" in response.text


def test_the_exam_reads_in_english(site: Site) -> None:
    visitor, sitting = started(site)
    text = visitor.get(f"{sitting}?lang=en").text
    assert "<title>Question 1 ·" in text
    assert "Confirm the answer" in text
    assert '<fieldset class="question" data-exam-question lang="th"' in text


@pytest.mark.parametrize(
    ("probability", "verdict", "percent"),
    [
        (0.947, "not_enough_evidence", 94),
        (0.9499, "not_enough_evidence", 94),
        (0.053, "not_enough_evidence", 6),
        (0.5, "not_enough_evidence", 50),
        (0.9501, "competent", 95),
        (0.0499, "not_yet_competent", 5),
    ],
)
def test_no_probability_is_rounded_to_a_line_it_did_not_reach(probability: float, verdict: str, percent: int) -> None:
    outcome = Outcome(
        code="X",
        verdict=verdict,
        probability=probability,
        theta=0.0,
        standard_error=0.3,
        interval=(-0.5, 0.5),
        items_answered=10,
        items_required=10,
        complete=True,
        competent_from=0.95,
        not_yet_up_to=0.05,
    )
    assert round(100 * shown_probability(outcome, confidence=0.95)) == percent
