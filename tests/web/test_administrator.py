"""The administrator's pages: people, exams, sittings now, replay, audit."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from importlib.resources import files
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlmodel import col, select, update

from itembank.actor import COMMAND_LINE, Role
from itembank.authoring.item_types.question import Answer
from itembank.delivery.exams import list_enrolments, list_exams
from itembank.delivery.sittings import end_sitting, start_sitting, submit_answer
from itembank.delivery.sittings_now import sittings_now
from itembank.people.accounts import create_person, list_people
from itembank.tables import AskedItem, AuditEntry, Person, RecordedAnswer
from tests.support.institution import PEOPLE
from tests.web.conftest import Site, Visitor
from web.pages.administration_sittings import difference_in_words
from web.texts_catalogue import Texts

PAGES = ("people", "people/new", "exams", "exams/new", "exams/new?unit=DG100", "sittings", "audit")


@pytest.fixture
def administrator(site: Site) -> Visitor:
    return site.signed_in("administrator")


def answer_some(site: Site, username: str = "candidate", count: int = 2) -> UUID:
    """Start the candidate's sitting and answer a few questions, a minute each."""
    actor = site.institution[username]
    with site.database.writing() as session:
        view = start_sitting(session, actor=actor, exam_id=site.institution.exam, now=site.clock.now)
        for position in range(1, count + 1):
            site.clock.now += timedelta(minutes=1)
            submit_answer(
                session, actor=actor, sitting_id=view.id, position=position, answer=Answer((0,)), now=site.clock.now
            )
    return view.id


def finish(site: Site, username: str = "candidate") -> UUID:
    sitting_id = answer_some(site, username)
    with site.database.writing() as session:
        end_sitting(session, actor=site.institution[username], sitting_id=sitting_id, now=site.clock.now)
    return sitting_id


def visible(page: str) -> str:
    """The text of a page, without tags."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


# Roles and languages


@pytest.mark.parametrize("username", ["candidate", "writer", "reviewer"])
def test_other_roles_are_refused(site: Site, username: str) -> None:
    visitor = site.signed_in(username)
    exam, person = site.institution.exam, site.institution["writer"].person_id
    sitting_id = answer_some(site)
    addresses = [*PAGES, f"exams/{exam}", f"people/{person}", f"sittings/{sitting_id}/replay"]
    assert [visitor.get(f"/administration/{path}").status_code for path in addresses] == [403] * len(addresses)
    changes = {
        "people": {"username": "x1", "display_name": "x", "roles": "candidate"},
        f"people/{person}/roles": {"roles": "administrator"},
        f"people/{person}/password": {"confirmed": "1"},
        f"people/{person}/active": {"active": "0"},
        "exams": {"unit": "DG100"},
        f"exams/{exam}/times": {"time_limit_minutes": "5"},
        f"exams/{exam}/candidates": {"usernames": "candidate2"},
        f"exams/{exam}/candidates/{site.institution['candidate'].person_id}/extra-time": {"minutes": "5"},
    }
    for path, data in changes.items():
        assert visitor.post(f"/administration/{path}", data).status_code == 403, path


def test_psychometricians_read_exams_and_sittings_but_change_nothing(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    exam = f"/administration/exams/{site.institution.exam}"
    page = visitor.get(exam)
    assert page.status_code == 200
    assert f"{exam}/times" not in page.text
    assert visitor.get("/administration/sittings").status_code == 200
    assert visitor.post(f"{exam}/times", {"time_limit_minutes": "5"}).status_code == 403
    assert visitor.get("/administration/people").status_code == 403


def test_strangers_are_sent_to_sign_in(site: Site) -> None:
    for path in PAGES:
        response = site.stranger().get(f"/administration/{path}", follow_redirects=False)
        assert response.status_code == 303, path
        assert response.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_page_speaks_both_languages(site: Site, administrator: Visitor, language: str) -> None:
    sitting_id = finish(site)
    answer_some(site, "candidate2")
    person = site.institution["candidate"].person_id
    addresses = [
        *PAGES,
        f"exams/{site.institution.exam}",
        f"people/{person}",
        f"sittings/{sitting_id}/replay",
    ]
    for path in addresses:
        separator = "&" if "?" in path else "?"
        page = administrator.get(f"/administration/{path}{separator}lang={language}")
        assert page.status_code == 200, path
        assert f'<html lang="{language}">' in page.text
        assert not re.search(r"administration\.\w+", page.text), path
        thai_outside_marked = re.search(r"[฀-๿]", without_thai_passages(page.text))
        if language == "en" and path in ("people/new", "audit"):
            assert not thai_outside_marked, path


def without_thai_passages(page: str) -> str:
    """The page without what is marked as Thai and without the names of people, which are as they are."""
    page = re.sub(r"<(\w+)[^>]*lang=\"th\"[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"ทดสอบ \w+|การสอบทดลอง|ไทย|สามารถ", "", page)


# People


def test_a_new_person_gets_a_password_that_is_shown_once(site: Site, administrator: Visitor) -> None:
    administrator.get("/administration/people/new")
    made = administrator.post(
        "/administration/people",
        {"username": " Malee ", "display_name": "มาลี <b>ใจดี</b>", "roles": ["candidate", "item_writer"]},
        follow_redirects=False,
    )
    assert made.status_code == 200
    assert "location" not in made.headers
    assert made.headers["cache-control"] == "no-store"
    assert "มาลี &lt;b&gt;ใจดี&lt;/b&gt;" in made.text
    found = re.search(r"data-password>([a-z0-9-]+)<", made.text)
    assert found is not None
    password = found.group(1)
    newcomer = site.stranger()
    newcomer.get("/sign-in")
    assert newcomer.post("/sign-in", {"username": "malee", "password": password}).status_code == 200
    with site.database.reading() as session:
        person = session.exec(select(Person).where(Person.username == "malee")).one()
        assert not any(password in str(entry) for entry in session.exec(select(AuditEntry)))
    page = administrator.get(f"/administration/people/{person.id}")
    assert password not in page.text
    assert "<b>ใจดี" not in page.text


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"username": "x", "display_name": "เอ็กซ์", "roles": "candidate"}, "username"),
        ({"username": "writer", "display_name": "ซ้ำ", "roles": "candidate"}, "username"),
        ({"username": "malee", "display_name": " ", "roles": "candidate"}, "display_name"),
        ({"username": "malee", "display_name": "มาลี"}, "roles"),
        ({"username": "malee", "display_name": "มาลี", "roles": "emperor"}, "role"),
    ],
)
def test_a_refused_person_comes_back_filled_in(
    site: Site, administrator: Visitor, entered: dict[str, str], field: str
) -> None:
    administrator.get("/administration/people/new")
    page = administrator.post("/administration/people", entered)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert f'value="{entered["username"]}"' in page.text
    assert f'value="{entered["display_name"]}"' in page.text
    with site.database.reading() as session:
        assert len(list_people(session, actor=COMMAND_LINE)) == len(PEOPLE)


def test_roles_password_and_activity_change_from_the_persons_page(site: Site, administrator: Visitor) -> None:
    writer = site.signed_in("writer")
    here = f"/administration/people/{site.institution['writer'].person_id}"
    administrator.get(here)
    page = administrator.post(f"{here}/roles", {"roles": ["item_writer", "reviewer"]})
    assert page.status_code == 200
    assert page.text.count("checked") == 2
    assert administrator.post(f"{here}/roles", {}).status_code == 422
    unsure = administrator.post(f"{here}/password", {})
    assert (unsure.status_code, "data-password" in unsure.text) == (422, False)
    assert writer.get("/bank").status_code == 200
    assert "data-password" in administrator.post(f"{here}/password", {"confirmed": "1"}).text
    assert writer.get("/bank", follow_redirects=False).status_code == 303
    administrator.get(here)
    administrator.post(f"{here}/active", {"active": "0"})
    with site.database.reading() as session:
        found = {person.username: person for person in list_people(session, actor=COMMAND_LINE)}
    assert not found["writer"].active
    assert found["writer"].roles == (Role.ITEM_WRITER, Role.REVIEWER)


def test_administrators_cannot_shut_themselves_out(site: Site, administrator: Visitor) -> None:
    here = f"/administration/people/{site.institution['administrator'].person_id}"
    administrator.get(here)
    assert administrator.post(f"{here}/roles", {"roles": ["candidate"]}).status_code == 422
    assert administrator.post(f"{here}/active", {"active": "0"}).status_code == 422
    assert administrator.get("/administration/people").status_code == 200


def test_people_are_found_by_name_and_role_in_whole_or_in_part(site: Site, administrator: Visitor) -> None:
    with site.database.writing() as session:
        made = create_person(
            session, actor=COMMAND_LINE, username="sim-1", display_name="จำลอง", roles=[Role.CANDIDATE],
            now=site.clock.now,
        )  # fmt: skip
        session.exec(update(Person).where(col(Person.id) == made.person.id).values(simulated=True))
    page = administrator.get("/administration/people?role=item_writer").text
    assert (">writer<" in page, ">writer2<" in page, ">candidate<" in page, "sim-1" in page) == (
        True, True, False, False,
    )  # fmt: skip
    everybody = administrator.get("/administration/people?simulated=1").text
    assert "sim-1" in everybody
    assert "badge simulated" in everybody
    fragment = administrator.get("/administration/people?search=100%25", headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith('<section id="people"')
    assert 'class="empty"' in fragment
    assert administrator.get("/administration/people?role=emperor").status_code == 422


# Exams

NEW_EXAM = {
    "unit": "DG100",
    "title": "สอบปลายปี <script>",
    "minimum_length": "10",
    "maximum_length": "15",
    "cut_score": "−0,3",
    "confidence": "90",
    "time_limit_minutes": "45",
    "opens_at": "2026-11-23T09:00",
    "closes_at": "2026-11-23T16:30",
}


def test_an_exam_is_made_from_the_proposed_design(site: Site, administrator: Visitor) -> None:
    assert "/administration/exams/new?unit=DG100" in administrator.get("/administration/exams/new").text
    proposed = administrator.get("/administration/exams/new?unit=DG100")
    assert 'name="maximum_length" type="number" value="15"' in proposed.text
    page = administrator.post("/administration/exams", NEW_EXAM)
    assert page.status_code == 200
    assert "สอบปลายปี &lt;script&gt;" in page.text
    with site.database.reading() as session:
        exam = next(exam for exam in list_exams(session, actor=COMMAND_LINE) if exam.time_limit_minutes == 45)
    assert (exam.design.cut_score, exam.design.confidence) == (-0.3, 0.9)
    assert exam.opens_at is not None
    assert exam.opens_at.isoformat() == "2026-11-23T02:00:00+00:00"
    assert "พ.ศ. 2569 เวลา 16.30 น." in administrator.get("/administration/exams").text


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"title": " "}, ["title"]),
        ({"maximum_length": "5"}, ["maximum_length"]),
        ({"minimum_length": "many"}, ["minimum_length"]),
        ({"confidence": "100"}, ["confidence"]),
        ({"cut_score": "nan"}, ["cut_score"]),
        ({"closes_at": "2026-11-23T08:00"}, ["closes_at"]),
        ({"opens_at": "tomorrow"}, ["opens_at"]),
        ({"time_limit_minutes": "0"}, ["time_limit_minutes"]),
        ({"title": "", "confidence": "x", "closes_at": "y"}, ["title", "confidence", "closes_at"]),
        ({"maximum_length": "400", "title": ""}, ["title", "maximum_length"]),
    ],
)
def test_a_refused_exam_comes_back_with_nothing_lost(
    site: Site, administrator: Visitor, change: dict[str, str], fields: list[str]
) -> None:
    entered = NEW_EXAM | change
    administrator.get("/administration/exams/new?unit=DG100")
    page = administrator.post("/administration/exams", entered)
    assert page.status_code == 422
    for field in fields:
        assert f'href="#{field}"' in page.text, field
        assert f'id="{field}-error"' in page.text, field
    for name, value in entered.items():
        assert re.search(rf'name="{name}"[^>]* value="{re.escape(html.escape(value))}"', page.text), name
    with site.database.reading() as session:
        assert len(list_exams(session, actor=COMMAND_LINE)) == 1


def test_what_the_bank_lacks_is_said_in_the_readers_language(administrator: Visitor) -> None:
    administrator.get("/administration/exams/new?unit=DG100")
    page = administrator.post("/administration/exams", NEW_EXAM | {"maximum_length": "400"})
    assert "การสอบต้องใช้ 400 ข้อ แต่จัดได้เพียง 20 ข้อ" in page.text


def test_units_without_items_cannot_be_examined(administrator: Visitor) -> None:
    administrator.get("/administration/exams/new?unit=DG100")
    assert administrator.post("/administration/exams", NEW_EXAM | {"unit": "XX999"}).status_code == 404


def test_candidates_are_enrolled_pasted_or_ticked_all_or_none(site: Site, administrator: Visitor) -> None:
    for name in ("malee", "manee", "chujai"):
        with site.database.writing() as session:
            create_person(
                session, actor=COMMAND_LINE, username=name, display_name=name, roles=[Role.CANDIDATE],
                now=site.clock.now,
            )  # fmt: skip
    exam = site.institution.exam
    administrator.get(f"/administration/exams/{exam}")
    refused = administrator.post(
        f"/administration/exams/{exam}/candidates", {"usernames": "malee\r\nnobody\r\n", "picked": ["manee"]}
    )
    assert refused.status_code == 422
    assert "nobody" in visible(refused.text)
    assert re.search(r"<textarea[^>]*>\s*malee\s+nobody", refused.text)
    assert re.search(r'value="manee" checked', refused.text)

    def enrolled() -> set[str]:
        with site.database.reading() as session:
            lines = list_enrolments(session, actor=COMMAND_LINE, exam_id=exam)
        return {line.username for line in lines}

    assert enrolled() == {"candidate", "candidate2"}
    assert administrator.post(f"/administration/exams/{exam}/candidates", {"usernames": " "}).status_code == 422
    administrator.post(f"/administration/exams/{exam}/candidates", {"usernames": "malee, chujai", "picked": ["manee"]})
    assert enrolled() == {"candidate", "candidate2", "malee", "manee", "chujai"}
    missing = administrator.post(f"/administration/exams/{uuid4()}/candidates", {"usernames": "malee"})
    assert missing.status_code == 404


def test_times_and_extra_minutes_change_while_a_sitting_runs(site: Site, administrator: Visitor) -> None:
    answer_some(site)
    person = site.institution["candidate"].person_id
    here = f"/administration/exams/{site.institution.exam}"
    administrator.get(here)
    administrator.post(f"{here}/times", {"time_limit_minutes": "90", "opens_at": "", "closes_at": ""})
    administrator.post(f"{here}/candidates/{person}/extra-time", {"minutes": "30"})
    with site.database.reading() as session:
        line = sittings_now(session, actor=COMMAND_LINE, now=site.clock.now).running[0]
    assert (line.extra_minutes, line.remaining_seconds) == (30, (120 - 2) * 60)
    refused = administrator.post(f"{here}/candidates/{person}/extra-time", {"minutes": "-1"})
    assert refused.status_code == 422
    assert re.search(rf'id="minutes-{person}"[^>]* value="-1" aria-invalid="true"', refused.text)
    bad = administrator.post(f"{here}/times", {"time_limit_minutes": "long", "opens_at": "2026-12-01T10:00"})
    assert bad.status_code == 422
    assert 'value="long"' in bad.text
    assert 'value="2026-12-01T10:00"' in bad.text


def test_the_exam_page_links_results_and_replays(site: Site, administrator: Visitor) -> None:
    sitting_id = finish(site)
    page = administrator.get(f"/administration/exams/{site.institution.exam}").text
    assert f"/sittings/{sitting_id}/result" in page
    assert f"/administration/sittings/{sitting_id}/replay" in page
    assert administrator.get(f"/sittings/{sitting_id}/result").status_code == 200
    assert visible(page).count("อย่างน้อย 1 ข้อ") == 4, "a bound for each of the unit's four criteria"


# Sittings now


def test_sittings_now_shows_running_ones_first_and_renews_itself(site: Site, administrator: Visitor) -> None:
    finished = finish(site, "candidate2")
    answer_some(site)
    site.clock.now += timedelta(minutes=3)
    page = administrator.get("/administration/sittings").text
    text = visible(page)
    assert text.index("ทดสอบ candidate ") < text.index("ทดสอบ candidate2")
    assert "2 ข้อ (ทั้งหมด 10–15 ข้อ)" in text
    assert "55 นาที" in text
    assert "3 นาทีก่อน" in text
    assert f"/administration/sittings/{finished}/replay" in page
    assert 'hx-trigger="every 5s"' in page
    assert 'hx-trigger="every' not in administrator.get("/administration/sittings?refresh=off").text
    fragment = administrator.get("/administration/sittings", headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith('<div id="sittings"')
    assert "<html" not in fragment


def test_simulated_sittings_show_only_when_asked_for_and_are_marked(site: Site, administrator: Visitor) -> None:
    answer_some(site)
    with site.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE sitting SET simulated = 1")
    assert "ทดสอบ candidate" not in administrator.get("/administration/sittings").text
    page = administrator.get("/administration/sittings?simulated=1").text
    assert "ทดสอบ candidate" in page
    assert "badge simulated" in page


def test_sittings_now_takes_the_same_queries_for_one_sitting_as_for_many(site: Site) -> None:
    def count() -> int:
        statements: list[str] = []

        def note(_c: object, _u: object, statement: str, *_: object) -> None:
            statements.append(statement)

        with site.database.reading() as session:
            event.listen(site.database.engine, "before_cursor_execute", note)
            sittings_now(session, actor=COMMAND_LINE, now=site.clock.now)
            event.remove(site.database.engine, "before_cursor_execute", note)
        return len([statement for statement in statements if statement.startswith("SELECT")])

    answer_some(site)
    one = count()
    answer_some(site, "candidate2", count=5)
    assert count() == one == 10


def test_yesterdays_sittings_are_not_now(site: Site) -> None:
    finish(site)
    site.clock.now += timedelta(hours=25)
    with site.database.reading() as session:
        found = sittings_now(session, actor=COMMAND_LINE, now=site.clock.now)
    assert (found.running, found.finished) == ((), ())


# Replay


def test_a_replay_that_agrees_says_so(site: Site, administrator: Visitor) -> None:
    sitting_id = finish(site)
    page = administrator.get(f"/administration/sittings/{sitting_id}/replay")
    assert "notice-good" in page.text
    assert "ตรงกับบันทึกทุกขั้น" in page.text
    assert page.text.count("badge-good") >= 3


def test_a_tampered_record_is_named_in_plain_words(site: Site, administrator: Visitor) -> None:
    sitting_id = finish(site)
    with site.database.writing() as session:
        answer = session.get(RecordedAnswer, (sitting_id, 1))
        assert answer is not None
        answer.score = 1 - answer.score
        session.add(answer)
        asked = session.get(AskedItem, (sitting_id, 1))
        assert asked is not None
        asked.decision = asked.decision | {"theta": 9.0}
        session.add(asked)
    page = administrator.get(f"/administration/sittings/{sitting_id}/replay")
    text = visible(page.text)
    assert "notice-bad" in page.text
    assert "คะแนนของคำตอบ: บันทึกไว้" in text
    assert "การตัดสินใจเลือกข้อสอบ (theta): บันทึกไว้ 9.0" in text
    assert administrator.get(f"/administration/sittings/{uuid4()}/replay").status_code == 404


def test_differences_read_in_english_too(site: Site) -> None:
    t = Texts("en", Texts("th", site.app.state.settings.time_zone).zone)
    assert difference_in_words("end: recorded a, recomputed b", t) == "how it ended: on record a, recomputed b"
    assert difference_in_words("no question is on record", t) == "No question is on record here"
    assert difference_in_words("outcome.unit.theta: recorded 1, recomputed 2", t).startswith("the outcome (unit.theta)")


# Audit


def test_the_audit_log_names_deeds_in_words_and_pages(site: Site, administrator: Visitor) -> None:
    administrator.get("/administration/people/new")
    administrator.post(
        "/administration/people", {"username": "malee", "display_name": "<i>มาลี</i>", "roles": "candidate"}
    )
    page = administrator.get("/administration/audit").text
    assert "เพิ่มบุคคล" in page
    assert "สร้างการสอบ" in page
    only = visible(administrator.get("/administration/audit?subject=malee").text)
    assert "เพิ่มบุคคล" in only
    assert "สร้างการสอบ" not in only
    assert "<i>" not in page
    assert "page=2" not in page
    with site.database.writing() as session:
        for number in range(120):
            session.add(
                AuditEntry(
                    at=site.clock.now, actor_name="x", action="other.deed", subject_kind="thing", subject=str(number)
                )
            )
    first = administrator.get("/administration/audit").text
    assert "page=2" in first
    second = administrator.get("/administration/audit?page=2").text
    assert "page=1" in second
    assert ">119<" in first
    assert ">119<" not in second


def test_the_details_of_deeds_are_in_words(site: Site, administrator: Visitor) -> None:
    here = f"/administration/exams/{site.institution.exam}"
    administrator.get(here)
    times = {"time_limit_minutes": "", "opens_at": "2026-11-23T09:00", "closes_at": ""}
    assert administrator.post(f"{here}/times", times).status_code == 200
    person = site.institution["candidate"].person_id
    assert administrator.post(f"{here}/candidates/{person}/extra-time", {"minutes": "20"}).status_code == 200
    text = visible(administrator.get("/administration/audit").text)
    assert "เปิด: 23 พฤศจิกายน พ.ศ. 2569 เวลา 09.00 น." in text
    assert "ผู้เข้าสอบ: candidate นาที: 20" in text
    assert "บทบาท: ผู้ออกข้อสอบ" in text
    assert "สมรรถนะย่อย 45" in text


def test_every_deed_that_is_recorded_has_a_name(site: Site) -> None:
    t = Texts("th", Texts("th", site.app.state.settings.time_zone).zone)
    sources = [path.read_text() for path in files("itembank").rglob("*.py")]  # type: ignore[attr-defined]
    deeds = {deed for source in sources for deed in re.findall(r'\baction="([a-z_.]+)"', source)}
    assert {"exam.create", "bank.publish"} <= deeds
    unnamed = [deed for deed in deeds if not t.has(f"administration.action_{deed.replace('.', '_')}")]
    assert not unnamed
