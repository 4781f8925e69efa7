"""The items of units in a bank with what speaks against each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from itembank.authoring.content import ItemContent
from itembank.calibration_runs.item_statistics import ItemStatisticsLine, exposure_limits, lines_in
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


def unit_harms(
    session: Session, *, bank: Bank, titles: Mapping[str, str], item_version_id: UUID | None = None
) -> tuple[UnitHarm, ...]:
    """Hold everything that is known against the items of some units.

    Args:
        session: The transaction.
        bank: The bank.
        titles: The units, each with its title.
        item_version_id: The only one asked for; all items without it.
    """
    only = item_version_id
    choices = recorded_choices(session, standard_id=bank.standard_id, units=titles, item_version_id=only)
    limits = exposure_limits(session, bank=bank, units=titles)
    answers = {version: found.recorded for version, found in choices.items()}
    lines = lines_in(session, bank=bank, limits=limits, answers=answers, item_version_id=only)
    contents = _contents(session, [line.item_version_id for unit in lines.values() for line in unit])
    return tuple(
        _unit_harm(
            session,
            bank.standard_id,
            _Unit(unit, title, lines.get(unit, ()), limits[unit], choices, contents),
        )
        for unit, title in titles.items()
    )


@dataclass(frozen=True, slots=True)
class _Unit:
    code: str
    title: str
    lines: tuple[ItemStatisticsLine, ...]
    exposure_limit: float | None
    choices: Mapping[UUID, ItemChoices]
    contents: Mapping[UUID, ItemContent]


def _unit_harm(session: Session, standard_id: UUID, unit: _Unit) -> UnitHarm:
    diagnostics = latest_diagnostics(session, standard_id=standard_id, unit=unit.code)
    estimates = newest_estimates(session, standard_id=standard_id, unit=unit.code)
    diagnosed = {item.item_version_id: item for item in diagnostics.items} if diagnostics else {}
    dif = latest_dif(session, standard_id=standard_id, unit=unit.code)

    def evidence(line: ItemStatisticsLine) -> Evidence:
        version = line.item_version_id
        return Evidence(
            line=line,
            content=unit.contents[version],
            exposure_limit=unit.exposure_limit,
            choices=unit.choices.get(version, ItemChoices()),
            diagnosis=diagnosed.get(version),
            estimate=estimates.items.get(version) if estimates else None,
            outdated=estimates is not None and estimates.in_force(line),
            dif=dif.get(version),
        )

    return UnitHarm(
        unit=unit.code,
        unit_title=unit.title,
        examined_at=diagnostics.finished_at if diagnostics else None,
        run_id=diagnostics.run_id if diagnostics else None,
        items=tuple(
            SuspectItem(
                unit=unit.code,
                unit_title=unit.title,
                line=line,
                stem=unit.contents[line.item_version_id].stem,
                language=unit.contents[line.item_version_id].language,
                reasons=harm_reasons(evidence(line)),
            )
            for line in unit.lines
        ),
    )


def _contents(session: Session, versions: list[UUID]) -> dict[UUID, ItemContent]:
    rows = session.connection().execute(
        select(col(ItemVersion.id), col(ItemVersion.content)).where(col(ItemVersion.id).in_(versions))
    )
    return {version: ItemContent.from_dict(content) for version, content in rows}
