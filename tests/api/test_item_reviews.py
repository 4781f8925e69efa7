"""Reviewing over the API: votes, comments, requests and the rule are the pages' own."""

from __future__ import annotations

from typing import Any

from itembank.authoring.reviewing.check_points import CHECK_POINTS
from tests.api.conftest import Service
from tests.support.recorded import record_things

MET = [{"point": point.name, "finding": "yes"} for point in CHECK_POINTS]


def ok(response: Any) -> Any:
    assert response.status_code in (200, 201), response.text
    return response.json()


def test_a_review_over_the_api(service: Service) -> None:
    item = f"/items/{record_things(service.database, service.institution, now=service.now).items['in_review']}"
    administrator, reviewer, writer = (service.client(name) for name in ("administrator", "reviewer", "writer"))
    assert ok(reviewer.send("GET", "/review-rules", None))["approvals_needed"] == 1
    assert ok(administrator.send("PUT", "/review-rules", {"approvals_needed": 2}))["approvals_needed"] == 2
    asked = ok(administrator.post(f"{item}/review-requests", {"usernames": ["reviewer"], "due": "2027-01-31"}))
    assert asked["requests"][0]["done"] is False
    (first,) = ok(reviewer.send("GET", "/review-queue", None))["asked"]
    assert (first["item"]["state"], first["due"]) == ("in_review", "2027-01-31")
    found = ok(reviewer.post(f"{item}/comments", {"quote": "ถูกต้อง", "text": "กำกวม", "version": 1}))["comments"]
    assert [(thread["place"], thread["is_open"]) for thread in found] == [("stem", True)]
    comment = f"{item}/comments/{found[0]['id']}"
    assert ok(writer.post(f"{comment}/replies", {"text": "แก้แล้ว"}))["comments"][0]["replies"][0]["text"] == "แก้แล้ว"
    assert ok(writer.send("PUT", f"{comment}/settled", {"settled": True}))["comments"][0]["is_open"] is False
    points = ok(reviewer.send("GET", "/review-check-list", None))["points"]
    assert {"th", "en"} == set(points[0]["texts"])
    short = reviewer.post(f"{item}/votes", {"vote": "approve", "checks": MET[1:], "version": 1})
    assert short.json()["errors"][0]["field"] == "check_content"
    standing = ok(reviewer.post(f"{item}/votes", {"vote": "approve", "checks": MET, "version": 1}))
    assert (standing["approvals"], standing["needed"], standing["in_review"]) == (1, 2, True)
    again = reviewer.post(f"{item}/votes", {"vote": "approve", "checks": MET, "version": 1})
    assert (again.status_code, again.json()["code"]) == (409, "already_voted")
    assert ok(writer.send("GET", f"{item}/review-requests", None))["requests"][0]["done"] is True
    number = asked["requests"][0]["id"]
    assert ok(administrator.post(f"{item}/review-requests/{number}/withdraw", None))["requests"] == []
