"""The bank's grid, criteria, lists and items, as each role sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest

from itembank.authoring.content import ItemContent
from itembank.authoring.items import create_item, item_view, list_items, move_item, save_item
from tests.support.institution import NOON
from tests.web.bank_content import CONTENT, HOSTILE, form_of
from tests.web.conftest import Site, Visitor

Visit = Callable[[str], Visitor]
READERS = ("writer", "reviewer", "psychometrician", "administrator")


def make_item(site: Site, content: ItemContent = CONTENT, *, moves: tuple[tuple[str, str], ...] = ()) -> str:
    """Create an item of the writer's, move it on, and give its address."""
    with site.database.writing() as session:
        item = create_item(session, actor=site.institution["writer"], content=content, now=NOON)
        for who, move in moves:
            move_item(
                session, actor=site.institution[who], item_id=item.id, move_name=move, now=NOON, note="เหตุผลที่ให้ไว้"
            )
    return f"/bank/items/{item.id}"


APPROVED = (("writer", "submit"), ("reviewer", "approve"))
RELEASED = (*APPROVED, ("psychometrician", "release"))


@pytest.mark.parametrize("username", READERS)
def test_everybody_who_works_on_the_bank_reads_it(visit: Visit, site: Site, username: str) -> None:
    visitor = visit(username)
    item = make_item(site)
    for url in ("/bank", "/bank/criteria/DG101-1.1", "/bank/items", item, f"{item}/history"):
        assert visitor.get(url).status_code == 200, url


@pytest.mark.parametrize(
    "url",
    ["/bank", "/bank/criteria/DG101-1.1", "/bank/items", "/bank/items/new", "{item}", "{item}/edit", "{item}/history",
     "/review", "/review/{id}"],
)  # fmt: skip
def test_a_candidate_sees_nothing_of_the_bank(visit: Visit, site: Site, url: str) -> None:
    item = make_item(site, moves=(("writer", "submit"),))
    response = visit("candidate").get(url.format(item=item, id=item.rsplit("/", 1)[1]))
    assert response.status_code == 403
    assert CONTENT.stem not in response.text


@pytest.mark.parametrize(
    ("username", "url"),
    [
        ("candidate", "/bank/preview"),
        ("reviewer", "/bank/preview"),
        ("reviewer", "/bank/items"),
        ("psychometrician", "{item}"),
        ("candidate", "{item}/moves"),
        ("writer", "/review/{id}/answer"),
        ("writer", "/review/{id}/decision"),
    ],
)
def test_changes_are_refused_without_the_role(visit: Visit, site: Site, username: str, url: str) -> None:
    item = make_item(site, moves=(("writer", "submit"),))
    visitor = visit(username)
    visitor.get("/")
    fields = form_of(CONTENT) | {"move": "approve", "version": "1", "answer": "0", "started_from": "1"}
    response = visitor.post(url.format(item=item, id=item.rsplit("/", 1)[1]), fields)
    assert response.status_code == 403


def test_a_change_without_the_sessions_token_is_refused(visit: Visit, site: Site) -> None:
    item = make_item(site)
    visitor = visit("writer")
    visitor.last = ""
    assert visitor.post(f"{item}/moves", {"move": "submit", "version": "1"}).status_code == 403


def test_the_grid_counts_and_names_what_is_not_written(visit: Visit) -> None:
    page = visit("writer").get("/bank").text
    assert "จากเกณฑ์ที่สอบข้อเขียน 135 ข้อ" in page
    cells = re.findall(r'<a class="coverage-cell coverage-([\w-]+)"', page)
    assert len(cells) == 159
    assert cells.count("not-written") == 159 - 135
    assert cells.count("good") == 4 + 18  # DG100 and Dlit100 have five items for each of their criteria
    assert cells.count("fair") == 135 - 22
    english = visit("writer").get("/bank?lang=en").text
    assert "of 135 written criteria have live items" in english
    assert '<span lang="th">' in english


def test_a_criterion_stands_beside_its_items(visit: Visit) -> None:
    page = visit("writer").get("/bank/criteria/DG101-1.1").text
    assert page.count('href="/bank/items/') == 5 + 1  # and the button for a new one
    assert "/bank/items/new?criterion=DG101-1.1" in page
    assert "ขอบเขต" in page
    assert "/bank/items/new" not in visit("reviewer").get("/bank/criteria/DG101-1.1").text
    assert visit("writer").get("/bank/criteria/XX-1").status_code == 404


def test_a_criterion_without_a_written_exam_takes_no_items(visit: Visit) -> None:
    writer = visit("writer")
    cells = re.findall(r'<a class="coverage-cell coverage-not-written" href="([^"]+)"', writer.get("/bank").text)
    page = writer.get(cells[0]).text
    assert "ไม่ใช้การสอบข้อเขียน" in page
    assert "/bank/items/new" not in page


def test_items_are_found_by_wording_state_and_place(visit: Visit, site: Site) -> None:
    make_item(site)
    writer = visit("writer")
    everything = writer.get("/bank/items").text
    assert everything.count('scope="row"') == 25
    assert "หน้า 1 จาก" in everything
    assert writer.get("/bank/items?search=โครงการสาธิต").text.count('scope="row"') == 1
    assert writer.get("/bank/items?state=draft").text.count('scope="row"') == 1
    assert writer.get("/bank/items?criterion=DG100").text.count('scope="row"') == 21
    assert writer.get("/bank/items?criterion=DG100&page=99").text.count('scope="row"') == 21
    last = writer.get("/bank/items?page=99").text
    assert 1 <= last.count('scope="row"') <= 25
    assert "ไม่พบข้อสอบ" in writer.get("/bank/items?search=zzzz").text
    assert writer.get("/bank/items?state=lost").status_code == 422


def test_pages_keep_the_filter(visit: Visit) -> None:
    page = visit("writer").get("/bank/items?search=Dlit&page=2").text
    assert re.search(r'href="/bank/items\?search=Dlit&amp;page=1" rel="prev"', page)


def test_typing_swaps_only_the_list(visit: Visit) -> None:
    writer = visit("writer")
    fragment = writer.get("/bank/items?search=DG101", headers={"HX-Request": "true"})
    assert fragment.text.strip().startswith('<section id="items"')
    assert "<html" not in fragment.text
    assert fragment.headers["Vary"] == "HX-Request"
    restored = writer.get("/bank/items", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in restored.text


def test_an_items_page_offers_what_each_role_may_do(visit: Visit, site: Site) -> None:
    draft, approved, released = (make_item(site, moves=moves) for moves in ((), APPROVED, RELEASED))

    def offered(username: str, item: str) -> set[str]:
        return set(re.findall(r'name="move" value="(\w+)"', visit(username).get(item).text))

    assert offered("writer", draft) == {"submit"}
    assert offered("reviewer", draft) == set()
    assert offered("psychometrician", approved) == {"pretest", "release", "retire"}
    assert offered("psychometrician", released) == {"retire"}
    assert offered("administrator", released) == set()


def test_after_a_release_the_page_says_when_exams_get_it(visit: Visit, site: Site) -> None:
    item = make_item(site, moves=APPROVED)
    psychometrician = visit("psychometrician")
    psychometrician.get(item)
    page = psychometrician.post(f"{item}/moves", {"move": "release", "version": "1"}).text
    assert "เข้าสู่การสอบเมื่อเผยแพร่คลังฉบับถัดไป" in page
    assert 'href="/banks"' in page.partition("<main")[2]
    assert 'href="/banks"' not in visit("writer").get(item).text
    starter = re.search(r"/bank/items/[0-9a-f-]{36}", psychometrician.get("/bank/items").text)
    assert starter
    assert "ใช้ในการสอบขณะนี้: รุ่นที่ 1 ในคลังที่เผยแพร่ฉบับที่ 1" in psychometrician.get(starter.group()).text


def test_a_move_that_needs_a_reason_asks_for_it(visit: Visit, site: Site) -> None:
    item = make_item(site, moves=RELEASED)
    psychometrician = visit("psychometrician")
    psychometrician.get(item)
    refused = psychometrician.post(f"{item}/moves", {"move": "retire", "version": "1", "note": "  "})
    assert refused.status_code == 422
    assert 'id="note-error"' in refused.text
    assert "<details open>" in refused.text
    done = psychometrician.post(f"{item}/moves", {"move": "retire", "version": "1", "note": "ล้าสมัย"})
    assert "ล้าสมัย" in done.text
    assert "เลิกใช้แล้ว" in done.text


def test_a_move_that_came_too_late_is_a_calm_notice(visit: Visit, site: Site) -> None:
    item = make_item(site)
    writer = visit("writer")
    writer.get(item)
    assert writer.post(f"{item}/moves", {"move": "submit", "version": "1"}).status_code == 200
    late = writer.post(f"{item}/moves", {"move": "submit", "version": "1"})
    assert late.status_code == 409
    assert 'class="notice notice-warn"' in late.text
    assert CONTENT.stem in late.text


def test_the_key_waits_until_a_reviewer_has_answered(visit: Visit, site: Site) -> None:
    item = make_item(site, moves=(("writer", "submit"),))
    page = visit("reviewer").get(item).text
    assert CONTENT.options[0].rationale not in page
    assert "option-right" not in page
    assert f'href="/review/{item.rsplit("/", 1)[1]}"' in page
    assert CONTENT.options[0].rationale in visit("writer").get(item).text


@pytest.mark.parametrize("language", ["th", "en"])
def test_hostile_text_stays_text(visit: Visit, site: Site, language: str) -> None:
    item = make_item(site, HOSTILE)
    writer = visit("writer")
    for url in (item, f"{item}/edit", f"{item}/history", "/bank/items?search=<script>", "/bank/criteria/DG101-1.1"):
        page = writer.get(f"{url}{'&' if '?' in url else '?'}lang={language}").text
        assert "<script>alert" not in page, url
        assert "<img" not in page.partition("<main")[2], url
        assert "<script>alert(1)</script>" in unescape(page), url


def test_versions_stand_side_by_side_with_marks(visit: Visit, site: Site) -> None:
    item = make_item(site)
    writer = visit("writer")
    writer.get(f"{item}/edit")
    changed = form_of(CONTENT) | {
        "stem": CONTENT.stem.replace("ผู้บริหาร", "เจ้าหน้าที่"), "difficulty_rating": "5", "started_from": "1",
    }  # fmt: skip
    assert writer.post(item, changed).status_code == 200
    page = writer.get(f"{item}/history?from=1&to=2").text
    assert re.search(r"<del><span[^>]*>\[ลบออก\] </span>ผู้บริหาร<", page)
    assert re.search(r"<ins><span[^>]*>\[เพิ่มเข้า\] </span>เจ้าหน้าที่<", page)
    assert "<ins>5 – ยากมาก</ins>" in page
    assert "รุ่นเดียวกัน" in writer.get(f"{item}/history?from=2&to=2").text
    assert writer.get(f"{item}/history?from=9").status_code == 404


def test_the_history_tells_who_did_what_in_words(visit: Visit, site: Site) -> None:
    item = make_item(site, moves=(("writer", "submit"), ("reviewer", "return")))
    page = visit("writer").get(f"{item}?lang=en").text
    timeline = page.partition('class="timeline"')[2]
    assert (
        timeline.index("Returned to the writer")
        < timeline.index("Sent to review")
        < timeline.index("Written as a draft")
    )
    assert "เหตุผลที่ให้ไว้" in timeline


def test_an_item_in_use_is_retired_while_a_newer_version_is_a_draft(site: Site) -> None:
    people, database = site.institution, site.database
    with database.writing() as session:
        line = list_items(session, actor=people["writer"], criterion="DG101-1.1")[0][0]
        content = item_view(session, actor=people["writer"], item_id=line.id).head.content
        save_item(
            session, actor=people["writer"], item_id=line.id, content=replace(content, stem="ฉบับใหม่"),
            started_from=1, now=NOON,
        )  # fmt: skip
    measurer = site.signed_in("psychometrician")
    page = measurer.get(f"/bank/items/{line.id}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert version.group(1) == "1"
    fields = {"move": "retire", "version": version.group(1), "note": "เฉลยผิด"}
    assert measurer.post(f"/bank/items/{line.id}/moves", fields).status_code == 200
    with database.reading() as session:
        assert item_view(session, actor=people["writer"], item_id=line.id).live is None
