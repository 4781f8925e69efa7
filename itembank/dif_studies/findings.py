"""What the newest studies of a unit say about each item version, for others who weigh items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.calibration_runs.recorded_responses import versions_of
from itembank.dif_studies.results import DifItem, StudyResults
from itembank.dif_studies.states import StudyState
from itembank.group_data.variables import categories_of, find_variable
from itembank.tables import DifStudyRun


@dataclass(frozen=True, slots=True)
class DifFinding:
    """The worst that the newest studies say about an item version.

    Args:
        study_id: The study that says it.
        classification: ``"A"`` negligible, ``"B"`` moderate, ``"C"`` large.
        share_difference: Mean share of points of the focal group less that of equally able people of the reference
            group.
        variable: What tells the groups apart, in Thai.
        variable_en: The same in English.
        favours: The group for which the item is easier at equal ability, in Thai.
        favours_en: The same in English.
        simulated: Whether simulated candidates were compared.
    """

    study_id: UUID
    classification: str
    share_difference: float
    variable: str
    variable_en: str
    favours: str
    favours_en: str
    simulated: bool


def latest_dif(session: Session, *, standard_id: UUID, unit: str) -> Mapping[UUID, DifFinding]:
    """Tell by item version what the newest finished study of each pair of groups found: the largest difference.

    Studies of simulated candidates count only while there is none of real people.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.
    """
    findings = [finding for run in _newest(session, standard_id, unit) for finding in _findings(session, run)]
    real = [(version, finding) for version, finding in findings if not finding.simulated]
    worst: dict[UUID, DifFinding] = {}
    for version, finding in real or findings:
        known = worst.get(version)
        if known is None or _harm(finding) > _harm(known):
            worst[version] = finding
    return worst


def _newest(session: Session, standard_id: UUID, unit: str) -> list[DifStudyRun]:
    rows = session.exec(
        select(DifStudyRun)
        .where(
            col(DifStudyRun.standard_id).in_(versions_of(standard_id)),
            DifStudyRun.unit == unit,
            DifStudyRun.state == StudyState.DONE.value,
        )
        .order_by(col(DifStudyRun.requested_at).desc())
    )
    newest: dict[tuple[UUID, frozenset[str]], DifStudyRun] = {}
    for run in rows:
        newest.setdefault((run.variable_id, frozenset((run.reference, run.focal))), run)
    return list(newest.values())


def _findings(session: Session, run: DifStudyRun) -> list[tuple[UUID, DifFinding]]:
    variable = find_variable(session, run.variable_id)
    categories = {one.code: one for one in categories_of(session, run.variable_id)}
    groups = {"reference": categories[run.reference], "focal": categories[run.focal]}

    def finding(item: DifItem) -> DifFinding:
        return DifFinding(
            study_id=run.id,
            classification=item.classification,
            share_difference=item.share_difference,
            variable=variable.name_th,
            variable_en=variable.name_en,
            favours=groups[item.favours].name_th,
            favours_en=groups[item.favours].name_en,
            simulated=variable.simulated,
        )

    results = StudyResults.from_dict(run.results or {})
    return [(UUID(item.item_version_id), finding(item)) for item in results.items]


def _harm(finding: DifFinding) -> tuple[str, float]:
    return finding.classification, abs(finding.share_difference)
