"""Findings as the JSON that a run's record keeps, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.calibration_runs.recorded_responses import versions_of
from itembank.calibration_runs.states import RunState
from itembank.diagnostics.findings import (
    ClassicalFindings,
    Dependence,
    DriftFindings,
    ItemDiagnosis,
    ModelFit,
    ObservedShare,
    PairDiagnosis,
    PersonFindings,
    Refusal,
    RunDiagnostics,
    SittingDiagnosis,
    TimeFindings,
    WatchPoint,
)
from itembank.tables import CalibrationRun

#: Leading digits; no figure here is known better, and records of large units stay small.
DIGITS = 6
_STANDING = (RunState.DONE, RunState.APPROVED, RunState.PUBLISHED)
_IDS = ("item_version_id", "first_item_id", "first_version_id", "second_item_id", "second_version_id", "sitting_id")


def document_of(found: RunDiagnostics) -> dict[str, Any]:
    """Write findings as plain values, ready for JSON; which run they are of, its record knows.

    Args:
        found: The findings.

    Returns:
        Fields by name, an item's observed shares as lists of their five numbers.
    """
    document = asdict(found)
    del document["run_id"], document["finished_at"]
    for item in document["items"]:
        item["observed"] = [list(point.values()) for point in item["observed"]]
    plain: dict[str, Any] = _plain(document)
    return plain


def read_diagnostics(results: Mapping[str, Any] | None) -> RunDiagnostics | None:
    """Read the findings in a run's results.

    Args:
        results: What the run's record keeps; None of a run that found nothing.

    Returns:
        The findings, None of runs of before and of those that did not converge.
    """
    document = (results or {}).get("diagnostics")
    return None if document is None else _findings(document)


def latest_diagnostics(session: Session, *, standard_id: UUID, unit: str) -> RunDiagnostics | None:
    """Read the findings of the newest finished run of a unit that has some; a rejected run says nothing.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.
    """
    runs = session.exec(
        select(CalibrationRun)
        .where(
            col(CalibrationRun.standard_id).in_(versions_of(standard_id)),
            CalibrationRun.unit == unit,
            col(CalibrationRun.state).in_([state.value for state in _STANDING]),
        )
        .order_by(col(CalibrationRun.finished_at).desc(), col(CalibrationRun.requested_at).desc())
    )
    for run in runs:
        found = read_diagnostics(run.results)
        if found is not None:
            return replace(found, run_id=run.id, finished_at=run.finished_at)
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value


def _findings(document: Mapping[str, Any]) -> RunDiagnostics:
    singles = {
        "model_fit": ModelFit, "classical": ClassicalFindings, "times": TimeFindings
    }  # fmt: skip
    found = {name: kind(**document[name]) if document[name] else None for name, kind in singles.items()}
    fit = found["model_fit"]
    drift, dependence, persons = document["drift"], document["dependence"], document["persons"]
    return RunDiagnostics(
        **{
            **document,
            **found,
            "model_fit": replace(fit, left_out=tuple(fit.left_out)) if fit else None,
            "drift": DriftFindings(**{**drift, "purged": tuple(drift["purged"])}) if drift else None,
            "dependence": _with_rows(Dependence, dependence, "pairs", PairDiagnosis),
            "persons": _with_rows(PersonFindings, persons, "sittings", SittingDiagnosis),
            "items": tuple(_item(entry) for entry in document["items"]),
            "refusals": tuple(Refusal(**entry) for entry in document["refusals"]),
        }
    )


def _with_rows(kind: Any, document: Mapping[str, Any] | None, name: str, row: Any) -> Any:
    if document is None:
        return None
    return kind(**{**document, name: tuple(row(**_with_ids(entry)) for entry in document[name])})


def _with_ids(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: UUID(value) if name in _IDS else value for name, value in entry.items()}


def _item(entry: Mapping[str, Any]) -> ItemDiagnosis:
    rows = {
        "observed": tuple(ObservedShare(*point) for point in entry["observed"]),
        "drift_path": tuple(WatchPoint(**point) for point in entry["drift_path"]),
    }
    return ItemDiagnosis(**{**_with_ids(entry), **rows})
