"""The items of a unit in a bank with what speaks against each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from itembank.authoring.content import ItemContent
from itembank.calibration_runs.item_statistics import ItemStatisticsLine, UnitStatistics
from itembank.calibration_runs.newest_estimates import newest_estimates
from itembank.diagnostics.record import latest_diagnostics
from itembank.dif_studies.findings import latest_dif
from itembank.item_decisions.harm import HarmReason
from itembank.item_decisions.harm_reasons import Evidence, harm_reasons
from itembank.item_decisions.option_choices import ItemChoices, recorded_choices
from itembank.tables import Bank, ItemVersion


@dataclass(frozen=True, slots=True)
class SuspectItem:
    """An item of a bank, what it asks, and what speaks against it, the worst first."""

    unit: str
    unit_title: str
    line: ItemStatisticsLine
    stem: str
    language: str
    reasons: tuple[HarmReason, ...]


@dataclass(frozen=True, slots=True)
class UnitHarm:
    """The items of a unit, harmful or not, and when fit, drift and times were last examined; None if never."""

    unit: str
    unit_title: str
    examined_at: datetime | None
    run_id: UUID | None
    items: tuple[SuspectItem, ...]


def unit_harm(session: Session, *, bank: Bank, statistics: UnitStatistics) -> UnitHarm:
    """Hold everything that is known against the items of a unit.

    Args:
        session: The transaction.
        bank: The bank.
        statistics: Of the unit in that bank.
    """
    standard_id, unit = bank.standard_id, statistics.unit
    diagnostics = latest_diagnostics(session, standard_id=standard_id, unit=unit)
    estimates = newest_estimates(session, standard_id=standard_id, unit=unit)
    diagnosed = {item.item_version_id: item for item in diagnostics.items} if diagnostics else {}
    choices = recorded_choices(session, standard_id=standard_id, unit=unit)
    dif = latest_dif(session, standard_id=standard_id, unit=unit)
    contents = _contents(session, [line.item_version_id for line in statistics.lines])

    def evidence(line: ItemStatisticsLine) -> Evidence:
        version = line.item_version_id
        return Evidence(
            line=line,
            content=contents[version],
            exposure_limit=statistics.exposure_limit,
            choices=choices.get(version, ItemChoices()),
            diagnosis=diagnosed.get(version),
            estimate=estimates.items.get(version) if estimates else None,
            outdated=estimates is not None and estimates.in_force(line),
            dif=dif.get(version),
        )

    return UnitHarm(
        unit=unit,
        unit_title=statistics.unit_title,
        examined_at=diagnostics.finished_at if diagnostics else None,
        run_id=diagnostics.run_id if diagnostics else None,
        items=tuple(
            SuspectItem(
                unit=unit,
                unit_title=statistics.unit_title,
                line=line,
                stem=contents[line.item_version_id].stem,
                language=contents[line.item_version_id].language,
                reasons=harm_reasons(evidence(line)),
            )
            for line in statistics.lines
        ),
    )


def _contents(session: Session, versions: list[UUID]) -> dict[UUID, ItemContent]:
    rows = session.connection().execute(
        select(col(ItemVersion.id), col(ItemVersion.content)).where(col(ItemVersion.id).in_(versions))
    )
    return {version: ItemContent.from_dict(content) for version, content in rows}
