"""Finding items: the list's filters, flaws over the bank with reasons, and pairs that are alike, page by page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from sqlmodel import select

from itembank.authoring.enemies import enemies_of
from itembank.authoring.enemy_proposals import propose_enemies
from itembank.authoring.starter import starter_items
from itembank.tables import Item
from tests.itembank.authoring.written import create
from tests.support.institution import NOON
from tests.web.conftest import Site, Visitor

Visit = Callable[[str], Visitor]
STARTER = dict(starter_items())
HOSTILE = "<script>alert(1)</script>"


def codes(page: str) -> list[str]:
    return re.findall(r'class="code" href="/bank/items/[^"]+">([^<]+)<', page)


def test_the_list_is_narrowed_sorted_and_keeps_what_was_asked(site: Site, visit: Visit) -> None:
    writer = visit("writer")
    item = create(site.database, site.institution, stem=f"เรื่องของ {HOSTILE}", difficulty_rating=5)
    page = writer.get("/bank/items?mine=1&rating=5&language=th&type=single_choice&order=newest&search=ของ").text
    assert codes(page) == [item.code]
    assert "1 ข้อ" in page
    assert HOSTILE not in page
    assert "<details open>" in page
    for chosen in ("5", "th", "single_choice", "newest"):
        assert re.search(rf'<option value="{chosen}" selected>', page), chosen
    assert re.search(r'name="mine" value="1" checked', page)
    plain = writer.get("/bank/items").text
    assert "<details open>" not in plain
    assert "ทดสอบ writer" in plain  # among the writers to choose from
    shown = codes(writer.get("/bank/items?order=hardest&writer=Samat").text)
    assert len(shown) == 25
    assert {STARTER[code].difficulty_rating for code in shown} == {5}
    second = html.unescape(writer.get("/bank/items?order=hardest&writer=Samat&page=2").text)
    assert "/bank/items?writer=Samat&order=hardest&page=3" in second
    warned = codes(writer.get("/bank/items?rule=odd_one_out&lang=en").text)
    assert warned == ["Dlit102-2.7-01", "Dlit103-3.3-01"]
    fragment = writer.get("/bank/items?flawed=1", headers={"HX-Request": "true"}).text
    assert fragment.strip().startswith('<section id="items"')
    for wrong in ("state=x", "type=x", "rating=6", "language=xx", "rule=x", "order=x"):
        assert writer.get(f"/bank/items?{wrong}").status_code == 422, wrong


def test_flaws_are_counted_listed_and_explained(site: Site, visit: Visit) -> None:
    writer = visit("writer")
    item = create(site.database, site.institution, stem="ควรทำสิ่งใด ABCX")
    page = writer.get("/bank/flaws?unexplained=1").text
    assert codes(page) == [item.code]
    assert "“ABCX”" in page or '<q lang="th">ABCX</q>' in page
    assert "21 จาก 449 ข้อ" in page
    assert "สมดุล" in page
    form = {"item_id": str(item.id), "rule": "unexplained_abbreviation", "unexplained": "1", "shown": ""}
    refused = writer.post("/bank/flaws", form | {"reason": " "})
    assert refused.status_code == 422
    assert 'class="error-summary"' in refused.text
    assert f'href="#reason-{item.code}-unexplained_abbreviation"' in refused.text
    assert 'aria-invalid="true"' in refused.text
    done = writer.post("/bank/flaws", form | {"reason": f"เป็นชื่อ {HOSTILE}"})
    assert done.status_code == 200
    assert "ไม่พบข้อสอบ" in done.text  # nothing is left without a reason
    everything = visit("reviewer").get("/bank/flaws?rule=unexplained_abbreviation&page=99").text
    assert HOSTILE not in everything
    assert len(codes(everything)) == 22
    shown = visit("reviewer").get("/bank/flaws").text
    assert "เป็นชื่อ" in shown
    assert "ให้เหตุผลที่คงไว้" not in shown  # reviewers read reasons, writers give them
    assert "<textarea" not in shown
    english = visit("reviewer").get("/bank/flaws?lang=en").text
    assert "It is part of the term “Digital DNA”" in html.unescape(english)
    for wrong in ("/bank/flaws?rule=x", "/bank/flaws?page=0"):
        assert writer.get(wrong).status_code == 422
    assert writer.post("/bank/flaws", form | {"rule": "x", "reason": "y"}).status_code == 422
    assert writer.post("/bank/flaws", form | {"rule": "all_or_none", "reason": "y"}).status_code == 404


def test_pairs_alike_are_shown_confirmed_dismissed_and_taken_up_again(site: Site, visit: Visit) -> None:
    reviewer = visit("reviewer")
    assert "ไม่มีคู่ที่รอพิจารณา" in reviewer.get("/bank/enemies").text
    assert 'href="/bank/enemies"' not in reviewer.get("/bank").text
    pattern = STARTER["DG101-1.1-01"]
    item = create(site.database, site.institution, stem=pattern.stem, options=pattern.options)
    while propose_enemies(site.database, now=NOON):
        pass
    assert re.search(r'href="/bank/enemies".*?tile-value">1<', reviewer.get("/bank").text, re.DOTALL)
    page = reviewer.get("/bank/enemies?page=7").text
    assert sorted(codes(page)) == sorted([item.code, "DG101-1.1-01"])
    assert "คล้ายกันร้อยละ 100" in page
    first, second = re.findall(r'name="(?:first|second)" value="([^"]+)"', page)
    pair = {"first": first, "second": second}
    refused = reviewer.post("/bank/enemies", pair | {"decision": "dismiss", "reason": ""})
    assert refused.status_code == 422
    assert f'href="#reason-{first}-{second}"' in refused.text
    done = reviewer.post("/bank/enemies", pair | {"decision": "dismiss", "reason": f"คนละเรื่อง {HOSTILE}"})
    assert "ข้อสอบสองข้อนี้ออกคู่กันได้" in done.text
    aside = reviewer.get("/bank/enemies?dismissed=1").text
    assert HOSTILE not in aside
    assert "คนละเรื่อง" in aside
    assert "ทดสอบ reviewer พิจารณาเมื่อ" in aside
    # An administrator reads along without deciding.
    assert "/bank/enemies/reopen" not in visit("administrator").get("/bank/enemies?dismissed=1").text
    assert "นำคู่นี้กลับมาพิจารณาใหม่แล้ว" in reviewer.post("/bank/enemies/reopen", pair).text
    reviewer.get("/bank/enemies?lang=en")
    confirmed = reviewer.post("/bank/enemies", pair | {"decision": "confirm", "reason": "same knowledge"})
    assert "kept apart from the next published bank" in confirmed.text
    assert "No pair waits for a decision" in confirmed.text
    again = reviewer.post("/bank/enemies", pair | {"decision": "confirm", "reason": "another reason"})
    assert again.status_code == 409
    assert reviewer.post("/bank/enemies", pair | {"decision": "perhaps", "reason": "x"}).status_code == 422
    with site.database.reading() as session:
        ids = {found.code: found.id for found in session.exec(select(Item))}
        assert enemies_of(session, [item.id, ids["DG101-1.1-01"]])[item.id] == {ids["DG101-1.1-01"]}
