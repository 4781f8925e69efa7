"""A run's diagnostics as JSON: everything that its record keeps."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session

from itembank.diagnostics.record import document_of
from itembank.framework.store import current_standard
from itembank.publishing.banks import bank_in_force
from itembank.tables import CalibrationRun
from tests.api.conftest import Service
from tests.support.findings import some_findings
from tests.support.institution import NOON


def run_with(session: Session, results: dict[str, object] | None) -> UUID:
    run = CalibrationRun(
        standard_id=current_standard(session).id, unit="DG100", base_bank_id=bank_in_force(session).id, model="2pl",
        state="done", requested_by="ก", requested_at=NOON, finished_at=NOON, results=results,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run.id


def test_everything_that_is_kept_is_told(service: Service) -> None:
    document = document_of(some_findings())
    # A run of before that counted items everybody got right: its record has no SRMR and names nobody.
    older = document_of(some_findings())
    older["model_fit"]["srmr"] = None
    del older["model_fit"]["left_out"]
    with service.database.writing() as session:
        run_id = run_with(session, {"diagnostics": document})
        empty = run_with(session, None)
        before = run_with(session, {"diagnostics": older})
    client = service.client("psychometrician")
    told = client.get(f"/calibrations/{run_id}/diagnostics")
    assert told.status_code == 200, told.text
    shown = told.json()
    assert shown.pop("run_id") == str(run_id)
    assert shown.pop("finished_at").startswith("2026-11-22T05:00:00")
    assert shown.keys() == document.keys()
    assert shown["items"][0]["observed"][1] == {
        "ability": 0.4, "share": 0.45, "expected": 0.63, "standard_error": 0.05, "n": 31,
    }  # fmt: skip
    for part in ("model_fit", "classical", "dependence", "persons", "times", "drift"):
        assert shown[part] == document[part], part
    assert shown["items"][0].keys() == document["items"][0].keys()
    old = client.get(f"/calibrations/{before}/diagnostics").json()["model_fit"]
    assert (old["srmr"], old["left_out"]) == (None, [])
    missing = client.get(f"/calibrations/{empty}/diagnostics")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert service.client("administrator").get(f"/calibrations/{run_id}/diagnostics").status_code == 403
