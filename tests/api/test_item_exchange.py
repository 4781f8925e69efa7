"""Import and export over the API: the same file, the same rows, the same rules."""

from __future__ import annotations

import json
from pathlib import Path

from itembank.item_imports.worker import ImportWorker
from tests.api.conftest import Service
from tests.itembank.authoring.written import SINGLE
from tests.itembank.item_imports.test_imports import GOOD, bad_row, table


def test_a_file_is_sent_looked_at_and_stored(service: Service, tmp_path: Path) -> None:
    writer = service.client("writer")
    files = {"file": ("items.csv", bad_row(table(tmp_path, *GOOD)))}
    sent = writer.post("/item-imports", files=files)
    assert sent.status_code == 201, sent.text
    body = sent.json()
    assert (body["state"], body["items"], body["ready"], body["with_problems"]) == ("ready", 4, 3, 1)
    address = f"/item-imports/{body['id']}"
    assert body["rows"][0]["content"] == json.loads(json.dumps(SINGLE.to_dict()))
    rows = writer.get(f"{address}?problems_only=true").json()["rows"]
    assert [problem["field"] for problem in rows[0]["problems"]] == ["criterion"]
    assert service.client("writer2").get(address).status_code == 404
    assert writer.post(f"{address}/store", {}).status_code == 422
    assert writer.post(f"{address}/store", {"leave_out": True}).json()["task"] == "store"
    ImportWorker(service.database, clock=lambda: service.now).work_off()
    done = writer.get(address).json()
    assert [row["stored_as"] for row in done["rows"]] == ["X-01", "X-02", "DG101-1.1-06", ""]
    assert writer.send("DELETE", address, None).status_code == 204
    assert writer.get(address).status_code == 404
    broken = writer.post("/item-imports", files={"file": ("a.csv", b"x")})
    assert (broken.status_code, broken.json()["code"]) == (422, "unreadable_file")


def test_items_go_out_with_what_is_left_behind(service: Service) -> None:
    reviewer = service.client("reviewer")
    file = reviewer.get("/item-exports/gift?place=DG100")
    assert (file.status_code, "[markdown]" in file.text) == (200, True)
    losses = reviewer.get("/item-exports/aiken/losses?place=DG100").json()
    assert losses["items"] == len(losses["lost"]) > 0
    assert {"what", "detail"} == set(losses["lost"][0]["lost"][0])
    assert reviewer.get("/item-exports/docx").status_code == 422
