"""The queue of items and the decisions: with and without scripts, refused and done, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from itembank.actor import COMMAND_LINE, Actor
from itembank.item_decisions.decide import decide_item
from itembank.item_decisions.harm import Harm, HarmReason
from itembank.item_decisions.queue import HarmQueue, QueueFilter, harm_queue
from itembank.item_decisions.verdicts import Verdict
from itembank.publishing.banks import bank_in_force
from itembank.tables import BankItem, ItemDecision, ItemVersion
from tests.support.institution import NOON
from tests.web.conftest import Site, Visitor
from web.pages import item_decisions
from web.pages.harm_words import reason_text
from web.texts_catalogue import Texts

WEAK = 0.3


def weakened(site: Site, count: int, unit: str = "DG100") -> list[BankItem]:
    """Make items of a unit weak, so that they are in the queue; the first one is the weakest."""
    with site.database.writing() as session:
        rows = session.exec(
            select(BankItem)
            .where(BankItem.bank_id == bank_in_force(session).id, BankItem.unit == unit)
            .order_by(BankItem.item_code)
        ).all()[:count]
        for place, row in enumerate(rows):
            row.discrimination = WEAK + 0.01 * place
            session.add(row)
        session.flush()
        for row in rows:
            session.refresh(row)
            session.expunge(row)
    return list(rows)


def item_of(site: Site, row: BankItem) -> str:
    with site.database.reading() as session:
        return str(session.get_one(ItemVersion, row.item_version_id).item_id)


def in_queue(html: str) -> list[str]:
    return re.findall(r"data-queue-link>([^<]+)</a>", html)


def decide(site: Site, visitor: Visitor, row: BankItem, verdict: str, **more: str) -> str:
    form = {"verdict": verdict, "version": "1", "reason": "ตรวจแล้ว", "unit": "DG100"} | more
    response = visitor.post(f"/measurement/items/{item_of(site, row)}/decide", form)
    assert response.status_code == 200, response.text
    return response.text


def test_the_queue_in_thai_and_english(site: Site, visit: Callable[[str], Visitor]) -> None:
    first, second = weakened(site, 2)
    visitor = visit("psychometrician")
    page = visitor.get("/measurement/queue?unit=DG100")
    assert in_queue(page.text) == [first.item_code, second.item_code]
    assert "อำนาจจำแนก 0.30 ต่ำกว่า 0.5" in page.text
    assert "ยังไม่มีการเทียบค่าที่ตรวจ" in page.text
    english = visitor.get("/measurement/queue?unit=DG100&lang=en")
    assert "Discrimination 0.30, below 0.5" in english.text
    assert f"/measurement/items/{item_of(site, first)}/decide?" in english.text


def test_htmx_gets_the_queue_alone(site: Site, visit: Callable[[str], Visitor]) -> None:
    weakened(site, 1)
    fragment = visit("psychometrician").client.get("/measurement/queue?unit=DG100", headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert len(in_queue(fragment.text)) == 1


def test_an_empty_queue_says_so(site: Site, visit: Callable[[str], Visitor]) -> None:
    page = visit("psychometrician").get("/measurement/queue?unit=DG100&harm=drift&lang=en")
    assert page.status_code == 200
    assert "Nothing to look at here" in page.text


@pytest.mark.parametrize(("query", "status"), [("unit=DG999", 404), ("harm=x", 422), ("standing=x", 422)])
def test_what_does_not_exist_is_refused(site: Site, query: str, status: int) -> None:
    assert site.signed_in("psychometrician").get(f"/measurement/queue?{query}").status_code == status


def test_after_a_decision_the_next_item_comes(site: Site, visit: Callable[[str], Visitor]) -> None:
    rows = weakened(site, 3)
    visitor = visit("psychometrician")
    visitor.get("/measurement/queue?unit=DG100&lang=en")
    after = decide(site, visitor, rows[0], "accept")
    assert "The item is accepted." in after
    assert in_queue(after) == [rows[1].item_code, rows[2].item_code]
    current = re.search(r'id="row-([^"]+)-1" data-queue-row data-queue-current', after)
    assert current is not None
    assert current.group(1) == rows[1].item_code
    page = decide(site, visitor, rows[1], "hold", back="items")  # item by item: the next one's own page
    assert f"<title>{rows[2].item_code}" in page
    assert "1 of 1 in the queue" in page
    last = decide(site, visitor, rows[2], "accept", back="items")
    assert "Queue of items" in last


def test_the_queue_is_never_read_with_the_write_lock_held(
    site: Site, visit: Callable[[str], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    writing: list[bool] = []

    def watched(session: Session, *, actor: Actor, wanted: QueueFilter) -> HarmQueue | None:
        writing.append(session.get_bind().get_execution_options().get("samat_write", False))
        return harm_queue(session, actor=actor, wanted=wanted)

    monkeypatch.setattr(item_decisions, "harm_queue", watched)
    (row,) = weakened(site, 1)
    visitor = visit("psychometrician")
    visitor.get("/measurement/queue?unit=DG100")
    decide(site, visitor, row, "accept")
    assert writing == [False, False]


def test_a_held_item_can_be_published_away_and_released(site: Site, visit: Callable[[str], Visitor]) -> None:
    (row,) = weakened(site, 1)
    visitor = visit("psychometrician")
    visitor.get("/measurement/queue?unit=DG100&lang=en")
    after = decide(site, visitor, row, "hold")
    assert "1 items on hold or retired are still in the bank in force" in after
    note = re.search(r'name="note" value="([^"]+)"', after)
    assert note is not None
    assert row.item_code in note.group(1)
    visitor.post("/banks", {"note": note.group(1)})
    held = visitor.get("/measurement/queue?standing=held&lang=en")
    assert "On hold, outside the bank in force" in held.text
    item = visitor.get(f"/measurement/items/{item_of(site, row)}?version=1&lang=en")
    assert "Item in bank 1, not in the bank in force any more" in item.text
    assert "Put on hold" in item.text
    assert "verdict=release" in item.text
    decide(site, visitor, row, "release")
    assert "outside the bank in force" not in visitor.get("/measurement/queue?standing=held&lang=en").text


def test_a_refused_form_comes_back_filled_in(site: Site, visit: Callable[[str], Visitor]) -> None:
    (row,) = weakened(site, 1)
    visitor = visit("psychometrician")
    address = f"/measurement/items/{item_of(site, row)}/decide"
    form = visitor.get(f"{address}?verdict=hold&version=1&unit=DG100&back=items&lang=en")
    assert f"Put {row.item_code} on hold" in form.text
    assert 'name="back" value="items"' in form.text
    refused = visitor.post(
        address, {"verdict": "hold", "version": "1", "reason": "  ", "back": "items", "unit": "DG100"}
    )
    assert refused.status_code == 422
    assert "Say why, in a sentence" in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert 'name="unit" value="DG100"' in refused.text
    hostile = "<script>alert(1)</script>" + "x" * 2000
    refused = visitor.post(address, {"verdict": "hold", "version": "1", "reason": hostile})
    assert refused.status_code == 422
    assert "longer than 2000 characters" in refused.text
    assert "<script>alert" not in refused.text
    with site.database.reading() as session:
        assert session.exec(select(ItemDecision)).all() == []


def test_exams_that_would_fail_are_named_and_have_to_be_confirmed(site: Site, visit: Callable[[str], Visitor]) -> None:
    with site.database.writing() as session:
        bank = bank_in_force(session)
        rows = session.exec(select(BankItem).where(BankItem.bank_id == bank.id, BankItem.unit == "DG100")).all()
        by_criterion: dict[str, list[BankItem]] = {}
        for row in rows:
            by_criterion.setdefault(row.criterion, []).append(row)
        last, *others = min(by_criterion.values(), key=len)
        for minutes, other in enumerate(others):
            item_id = session.get_one(ItemVersion, other.item_version_id).item_id
            decide_item(
                session, actor=COMMAND_LINE, item_id=item_id, version=1, verdict=Verdict.HOLD, reason="x",
                now=NOON + timedelta(minutes=minutes), despite_exams=True,
            )  # fmt: skip
        session.refresh(last)
        session.expunge(last)
    visitor = visit("psychometrician")
    address = f"/measurement/items/{item_of(site, last)}/decide"
    form = visitor.get(f"{address}?verdict=retire&version=1&lang=en")
    assert "การสอบทดลอง" in form.text
    assert f"{last.criterion} needs" in form.text
    refused = visitor.post(address, {"verdict": "retire", "version": "1", "reason": "เฉลยผิด"})
    assert refused.status_code == 422
    assert f"Without item {last.item_code} these exams could not be put together" in refused.text
    assert "เฉลยผิด</textarea>" in refused.text
    decide(site, visitor, last, "retire", despite_exams="1")
    with site.database.reading() as session:
        assert session.get_one(ItemVersion, last.item_version_id).state == "retired"


def test_what_cannot_be_decided_any_more_says_so(site: Site, visit: Callable[[str], Visitor]) -> None:
    (row,) = weakened(site, 1)
    visitor = visit("psychometrician")
    visitor.get("/measurement/queue?unit=DG100&lang=en")
    decide(site, visitor, row, "hold")
    address = f"/measurement/items/{item_of(site, row)}/decide"
    assert "be decided now: the item stands otherwise" in visitor.get(f"{address}?verdict=hold&version=1&lang=en").text
    assert visitor.post(address, {"verdict": "accept", "version": "1", "reason": "x"}).status_code == 409
    assert visitor.post(address, {"verdict": "explode", "version": "1", "reason": "x"}).status_code == 422


FIGURES: dict[str, float | str] = {
    "discrimination": 0.3, "correlation": -0.2, "count": 120.0, "option": "B", "moment": "2026-11-20T05:00:00+00:00",
    "amount": 0.6, "robust_z": 3.1, "effect": 0.1, "gap": 0.2, "ability": -1.0, "rate": 0.8, "limit": 0.5, "error": 0.6,
    "difference": 0.12, "variable": "ภาษาแม่", "variable_en": "First language", "group": "ไทย", "group_en": "Thai",
}  # fmt: skip


def test_reasons_in_words() -> None:
    thai, english = (Texts(language, ZoneInfo("Asia/Bangkok")) for language in ("th", "en"))
    drift = HarmReason(Harm.DRIFT, "drift_harder", figures=FIGURES)
    assert reason_text(english, drift) == "Harder than the bank says by 0.60 (robust z 3.10)."
    assert reason_text(thai, drift) == "ยากกว่าค่าในคลัง 0.60 (robust z 3.10)"
    dif = HarmReason(Harm.DIF_LARGE, "dif_large", figures=FIGURES)
    assert "“Thai” (First language): a difference of 12.0%" in reason_text(english, dif)
    assert "“ไทย” (ภาษาแม่)" in reason_text(thai, dif)
    since = HarmReason(Harm.COMPROMISED, "compromised", figures=FIGURES)
    assert "20 พฤศจิกายน พ.ศ. 2569" in reason_text(thai, since)
