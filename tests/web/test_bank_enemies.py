"""Enemy items on an item's page: found by code or wording, declared with a reason, parted with one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlmodel import select

from itembank.authoring.enemies import enemies_of
from itembank.tables import Item
from tests.web.conftest import Site, Visitor

Visit = Callable[[str], Visitor]
WHY = "ตัวเลือกบอกคำตอบของอีกข้อ"


@pytest.fixture
def ids(site: Site) -> dict[str, str]:
    with site.database.reading() as session:
        return {item.code: str(item.id) for item in session.exec(select(Item))}


def card(page: str) -> str:
    found = re.search(r'<section class="card" id="enemies".*?</section>', page, re.DOTALL)
    assert found
    return found.group(0)


def test_an_enemy_is_found_declared_and_parted_without_scripts(visit: Visit, ids: dict[str, str]) -> None:
    reviewer = visit("reviewer")
    address = f"/bank/items/{ids['DG101-1.1-01']}"
    assert "ยังไม่มี" in card(reviewer.get(address).text)
    found = card(reviewer.get(f"{address}?enemy=DG101-1.1-02").text)
    assert re.search(r'value="DG101-1.1-02"[^>]* checked', found)
    done = reviewer.post(f"{address}/enemies", {"code": "DG101-1.1-02", "reason": WHY, "search": "DG101-1.1-02"})
    assert done.status_code == 200
    assert "ข้อสอบสองข้อนี้จะไม่ออกคู่กัน" in done.text
    for one, other in (("DG101-1.1-01", "DG101-1.1-02"), ("DG101-1.1-02", "DG101-1.1-01")):
        shown = card(reviewer.get(f"/bank/items/{ids[one]}").text)
        assert f'href="/bank/items/{ids[other]}"' in shown
        assert WHY in shown
        assert "ทดสอบ reviewer" in shown
    again = card(reviewer.get(f"{address}?enemy=DG101-1.1-02").text)
    assert 'type="radio"' not in again  # it is one already
    parted = reviewer.post(f"{address}/enemies/part", {"code": "DG101-1.1-02", "reason": "แก้แล้ว"})
    assert "ข้อสอบสองข้อนี้ออกคู่กันได้" in parted.text
    assert "ยังไม่มี" in card(parted.text)


def test_with_htmx_only_the_card_is_swapped_and_a_long_list_is_cut(visit: Visit, ids: dict[str, str]) -> None:
    writer = visit("writer")
    address = f"/bank/items/{ids['DG101-1.1-01']}"
    fragment = writer.get(f"{address}?enemy=Dlit", headers={"HX-Request": "true"}).text
    assert fragment.strip().startswith('<section class="card" id="enemies"')
    assert fragment.count('type="radio"') == 10
    assert "แสดง 10 ข้อแรก" in fragment
    assert "ไม่พบข้อสอบ" in card(writer.get(f"{address}?enemy=ไม่มีข้อความนี้").text)
    assert 'type="radio"' not in card(writer.get(f"{address}?enemy=DG101-1.1-01").text)  # not its own


@pytest.mark.parametrize(
    ("code", "reason", "sentence"),
    [
        ("DG101-1.1-02", " ", "โปรดระบุเหตุผล"),
        ("DG101-1.1-02", "ก" * 2001, "ข้อความยาวเกิน 2000 อักขระ"),
        ("DG101-1.1-99", WHY, "ไม่มีข้อสอบรหัสนี้"),
        ("DG101-1.1-01", WHY, "โปรดเลือกข้อสอบข้ออื่น"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_is_lost(
    site: Site, visit: Visit, ids: dict[str, str], code: str, reason: str, sentence: str
) -> None:
    writer = visit("writer")
    address = f"/bank/items/{ids['DG101-1.1-01']}"
    writer.get(address)
    response = writer.post(f"{address}/enemies", {"code": code, "reason": reason, "search": ""})
    assert response.status_code == 422
    shown = card(response.text)
    assert sentence in shown
    assert "<details open>" in shown
    if code == "DG101-1.1-02":
        assert re.search(r'value="DG101-1.1-02"[^>]* checked', shown)
        assert reason.strip() in shown
    with site.database.reading() as session:
        assert not any(
            enemies_of(session, [row.id for row in session.exec(select(Item)) if row.code[:3] == "DG1"]).values()
        )


def test_another_reason_for_the_same_pair_is_a_conflict(visit: Visit, ids: dict[str, str]) -> None:
    writer = visit("writer")
    address = f"/bank/items/{ids['DG101-1.1-01']}"
    writer.get(address)
    for _ in range(2):  # a double click
        assert writer.post(f"{address}/enemies", {"code": "DG101-1.1-02", "reason": WHY}).status_code == 200
    other = writer.post(f"{address}/enemies", {"code": "DG101-1.1-02", "reason": "อีกเหตุผลหนึ่ง"})
    assert other.status_code == 409
    assert "ด้วยเหตุผลอื่น" in card(other.text)


def test_parting_needs_a_reason_too(visit: Visit, ids: dict[str, str]) -> None:
    writer = visit("writer")
    address = f"/bank/items/{ids['Dlit102-2.1-02']}"
    writer.get(address)
    refused = writer.post(f"{address}/enemies/part", {"code": "Dlit102-2.1-03", "reason": ""})
    assert refused.status_code == 422
    assert 'id="part-1-error"' in card(refused.text)
    assert writer.post(f"{address}/enemies/part", {"code": "DG101-1.1-02", "reason": WHY}).status_code == 404


def test_items_of_one_testlet_are_refused_with_the_reason(visit: Visit, ids: dict[str, str]) -> None:
    writer = visit("writer")
    address = f"/bank/items/{ids['Dlit102-2.1-01']}"
    writer.get(address)
    response = writer.post(f"{address}/enemies", {"code": "Dlit103-3.2-02", "reason": WHY})
    assert response.status_code == 422
    assert "ข้อสอบในชุดเดียวกันออกพร้อมกันเสมอ" in card(response.text)


def test_administrators_read_but_do_not_declare(visit: Visit, ids: dict[str, str]) -> None:
    shown = card(visit("administrator").get(f"/bank/items/{ids['Dlit102-2.1-02']}").text)
    assert "Dlit102-2.1-03" in shown
    assert "<form" not in shown
