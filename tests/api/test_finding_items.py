"""Finding items over the API: the list's conditions, flaws with reasons, likeness and proposals."""

from __future__ import annotations

import pytest

from itembank.authoring.enemy_proposals import propose_enemies
from itembank.authoring.flawed_items import bank_flaws
from itembank.authoring.starter import starter_items
from itembank.database import Database
from tests.api.conftest import Service
from tests.itembank.authoring.written import create
from tests.support.institution import NOON

PATTERN = dict(starter_items())["DG101-1.1-01"]


def test_items_alike_are_found_proposed_and_decided(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    item = create(service.database, service.institution, stem=PATTERN.stem, options=PATTERN.options)
    while propose_enemies(service.database, now=NOON):
        pass
    writer = service.client("writer")
    content = {**PATTERN.to_dict(), "stem": PATTERN.stem + " ด่วน"}
    with monkeypatch.context() as without_writing:
        # Looking takes no write lock.
        without_writing.delattr(Database, "writing")
        found = writer.post("/similar-items", {"content": content, "item_id": str(item.id)}).json()["items"]
    assert [(one["code"], one["similarity"] > 0.9) for one in found] == [("DG101-1.1-01", True)]
    pairs = writer.get("/enemy-proposals").json()
    assert (pairs["total"], len(pairs["pairs"])) == (1, 1)
    pair = {place: pairs["pairs"][0][place]["id"] for place in ("first", "second")}
    assert writer.post("/enemy-proposals/dismiss", pair | {"reason": " "}).json()["code"] == "invalid_input"
    assert writer.post("/enemy-proposals/dismiss", pair | {"reason": "คนละเรื่อง"}).status_code == 204
    assert writer.get("/enemy-proposals").json()["total"] == 0
    aside = writer.get("/enemy-proposals?dismissed=true").json()["pairs"]
    assert [one["dismissed_because"] for one in aside] == ["คนละเรื่อง"]
    assert writer.post("/enemy-proposals/reopen", pair).status_code == 204
    assert writer.get("/enemy-proposals").json()["total"] == 1


def test_flaws_are_counted_listed_and_explained(service: Service) -> None:
    item = create(service.database, service.institution, stem="ควรทำสิ่งใด ABCX")
    writer = service.client("writer")
    counted = writer.get("/item-flaws").json()
    with service.database.reading() as session:
        expected = bank_flaws(session, actor=service.institution["writer"])
    assert counted["warned"] == expected.warned
    assert {rule["rule"]: rule["items"] for rule in counted["rules"]} == {
        rule.rule.value: rule.items for rule in expected.rules
    }
    assert counted["keys"][0]["counts"] == list(expected.keys[0].counts)
    listed = writer.get("/item-flaws/items?unexplained=true&rule=unexplained_abbreviation").json()
    assert (listed["total"], [one["code"] for one in listed["items"]]) == (1, [item.code])
    assert listed["items"][0]["flaws"][0]["seen"] == "ABCX"
    sent = {"rule": "unexplained_abbreviation", "reason": "ชื่อระบบ"}
    answered = writer.post(f"/items/{item.id}/flaw-reasons", sent).json()
    assert [(one["rule"], one["reason"]) for one in answered["reasons"]] == [("unexplained_abbreviation", "ชื่อระบบ")]
    assert writer.get("/item-flaws/items?unexplained=true").json()["total"] == 0
    lines = writer.get(
        "/items?mine=true&flawed=true&difficulty_rating=3&type=single_choice&language=th&order=newest"
        "&rule=unexplained_abbreviation&writer=ทดสอบ writer"
    ).json()
    assert [line["code"] for line in lines["items"]] == [item.code]
    assert writer.get("/items?order=x").status_code == 422
