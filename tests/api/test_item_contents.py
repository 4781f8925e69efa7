"""Shared texts, parts that count and enemies through the API: what a page can do, a program can."""

from __future__ import annotations

from typing import Any

import pytest

from itembank.authoring.content import ItemContent
from tests.api.conftest import Service
from tests.itembank.authoring.item_types.every_type import EVERY_TYPE

WHY = "ตัวเลือกบอกคำตอบของอีกข้อ"
CONTENT: dict[str, Any] = {
    "criterion": "DG101-1.1",
    "type": "multiple_choice",
    "cognitive_level": "apply",
    "difficulty_rating": 3,
    "stem": "ข้อใดเป็นหน้าที่ของผู้บริหาร",
    "options": [
        {"text": "กำหนดนโยบาย", "correct": True},
        {"text": "จัดสรรงบประมาณ", "correct": True},
        {"text": "ติดตั้งเครื่อง", "correct": False},
    ],
    "testlet": "T-01",
    "stimulus": "กรมแห่งหนึ่งเปิดให้จองคิวออนไลน์",
    "partial_credit": True,
}


def test_an_item_keeps_its_shared_text_testlet_and_scoring(service: Service) -> None:
    writer = service.client("writer")
    item = writer.post("/items", CONTENT).json()
    content = item["head"]["content"]
    assert {name: content[name] for name in ("testlet", "stimulus", "partial_credit")} == {
        "testlet": "T-01",
        "stimulus": CONTENT["stimulus"],
        "partial_credit": True,
    }
    changed = CONTENT | {"stimulus": f"{CONTENT['stimulus']} วันแรกมีผู้จองสองพันคน", "partial_credit": False}
    edit = {"started_from": 1, "content": changed}
    assert writer.post(f"/items/{item['id']}/versions", edit).status_code == 200
    differences = writer.get(f"/items/{item['id']}/differences").json()
    assert [part["text"] for part in differences["after"]["stimulus"] if part["changed"]] == [" วันแรกมีผู้จองสองพันคน"]
    assert differences["fields"] == [{"field": "partial_credit", "before": "yes", "after": "no"}]
    assert writer.get("/items?search=T-01").json()["total"] == 1


def test_items_of_every_type_come_back_as_they_were_sent(service: Service) -> None:
    writer = service.client("writer")
    for content in EVERY_TYPE:
        made = writer.post("/items", content.to_dict())
        assert made.status_code == 201, made.text
        item = made.json()
        assert ItemContent.from_dict(item["head"]["content"]) == content
        again = {"started_from": 1, "content": item["head"]["content"] | {"rationale": "อธิบายใหม่"}}
        saved = writer.post(f"/items/{item['id']}/versions", again).json()
        assert saved["head"]["number"] == 2, content.type
        assert saved["head"]["content"]["translations"] == item["head"]["content"]["translations"]
    lacking = EVERY_TYPE[0].to_dict() | {"translations": [{"language": "en", "stem": "Which act?"}]}
    refused = writer.post("/items", lacking)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["translations.en.options"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stimulus": ""}, "stimulus"),
        ({"testlet": "T 01"}, "testlet"),
        ({"type": "single_choice"}, "key"),
        ({"testlet": "Dlit100-hotel"}, "testlet"),
    ],
)
def test_what_can_not_stand_is_refused_by_field(service: Service, change: dict[str, Any], field: str) -> None:
    problem = service.client("writer").post("/items", CONTENT | change)
    assert problem.status_code == 422
    assert [error["field"] for error in problem.json()["errors"]] == [field]


def test_enemies_are_declared_and_parted_by_code(service: Service) -> None:
    writer, reviewer = service.client("writer"), service.client("reviewer")
    ids = {item["code"]: item["id"] for item in writer.get("/items?criterion=DG101-1.1").json()["items"]}
    address = f"/items/{ids['DG101-1.1-01']}/enemies"
    assert writer.get(address).json() == {"enemies": []}
    (enemy,) = writer.post(address, {"code": "DG101-1.1-02", "reason": WHY}).json()["enemies"]
    assert (enemy["code"], enemy["reason"], enemy["declared_by"]) == ("DG101-1.1-02", WHY, "ทดสอบ writer")
    (back,) = reviewer.get(f"/items/{ids['DG101-1.1-02']}/enemies").json()["enemies"]
    assert back["id"] == ids["DG101-1.1-01"]
    other_reason = reviewer.post(address, {"code": "DG101-1.1-02", "reason": "อีกเหตุผลหนึ่ง"})
    assert (other_reason.status_code, other_reason.json()["code"]) == (409, "already_exists")
    unknown = writer.post(address, {"code": "DG101-1.1-99", "reason": WHY})
    assert [error["field"] for error in unknown.json()["errors"]] == ["code"]
    assert reviewer.post(f"{address}/part", {"code": "DG101-1.1-02", "reason": "แก้แล้ว"}).json() == {"enemies": []}
    assert reviewer.post(f"{address}/part", {"code": "DG101-1.1-02", "reason": "แก้แล้ว"}).status_code == 404
