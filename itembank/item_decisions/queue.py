"""The queue of items sorted by harm: what deserves a look first, and where each stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.authoring.lifecycle import ItemState
from itembank.calibration_runs.item_statistics import UnitInForce, units_in_force
from itembank.errors import InvalidInput, NotFound
from itembank.item_decisions.decision_views import (
    UNDECIDED,
    DecisionView,
    Standing,
    newest_decisions,
    standing,
)
from itembank.item_decisions.harm import Harm, HarmReason, harm_order, new_or_worse
from itembank.item_decisions.held_items import held_versions
from itembank.item_decisions.unit_harm import SuspectItem, UnitHarm, unit_harms
from itembank.item_decisions.verdicts import Verdict, possible_verdicts
from itembank.publishing.banks import find_bank_in_force
from itembank.tables import Item, ItemVersion

#: Standings of items that the next bank is without.
_LEAVING = frozenset({Standing.HELD, Standing.RETIRED})
#: Standings that may be asked for: those that wait, one of them, or whatever there is.
WAITING, ANY = "undecided", "all"
WANTED = (WAITING, *Standing, ANY)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which items: of a unit ("" for all), with a kind of reason ("" for any), standing somewhere.

    Raises:
        InvalidInput: There is no such kind of reason or standing.
    """

    unit: str = ""
    harm: str = ""
    standing: str = WAITING

    def __post_init__(self) -> None:
        if self.harm and self.harm not in set(Harm):
            raise InvalidInput(field="harm", expected=f"one of {', '.join(Harm)}")
        if self.standing not in WANTED:
            raise InvalidInput(field="standing", expected=f"one of {', '.join(WANTED)}")

    def takes(self, entry: QueueEntry) -> bool:
        """Tell whether an entry is wanted."""
        wanted = {WAITING: UNDECIDED, ANY: frozenset(Standing)}.get(self.standing, frozenset({self.standing}))
        return entry.standing in wanted and (
            not self.harm or any(reason.harm == self.harm for reason in entry.item.reasons)
        )


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """An item with what speaks against it; ``fresh`` are reasons new or worse since the newest decision."""

    item: SuspectItem
    standing: Standing
    decision: DecisionView | None
    fresh: tuple[HarmReason, ...]


@dataclass(frozen=True, slots=True)
class HeldOutside:
    """An item on hold that is not in the bank in force any more."""

    item_id: UUID
    code: str
    version: int
    decision: DecisionView
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class HarmQueue:
    """Items sorted by harm.

    ``counts`` and ``harms`` are those of the units looked at, whatever reasons and standings were asked for;
    ``leaving`` are codes of items on hold or retired that leave with the next bank; ``unexamined`` are units of which
    no calibration has examined fit and drift.
    """

    bank_number: int
    units: tuple[UnitInForce, ...]
    entries: tuple[QueueEntry, ...]
    counts: Mapping[Standing, int]
    harms: Mapping[Harm, int]
    leaving: tuple[str, ...]
    outside: tuple[HeldOutside, ...]
    examined: tuple[UnitHarm, ...]
    unexamined: tuple[str, ...]


def harm_queue(session: Session, *, actor: Actor, wanted: QueueFilter) -> HarmQueue | None:
    """Sort the items of the bank in force by the harm they may do; None while no bank is in force.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: The bank in force has no such unit.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    bank = find_bank_in_force(session)
    if bank is None:
        return None
    units = units_in_force(session, actor=actor)
    chosen = [unit for unit in units if wanted.unit in ("", unit.code)]
    if not chosen:
        raise NotFound(what="unit in the bank in force", name=wanted.unit)
    looked_at = unit_harms(session, bank=bank, titles={unit.code: unit.title for unit in chosen})
    entries = sorted(_entries(session, looked_at), key=_order)
    return HarmQueue(
        bank_number=bank.number,
        units=units,
        entries=tuple(entry for entry in entries if wanted.takes(entry)),
        counts=Counter(entry.standing for entry in entries),
        harms=Counter(harm for entry in entries for harm in {reason.harm for reason in entry.item.reasons}),
        leaving=tuple(entry.item.line.code for entry in entries if entry.standing in _LEAVING),
        outside=_outside(session, {item.line.item_version_id for unit in looked_at for item in unit.items}),
        examined=tuple(unit for unit in looked_at if unit.examined_at is not None),
        unexamined=tuple(unit.unit for unit in looked_at if unit.examined_at is None),
    )


def _entries(session: Session, units: Iterable[UnitHarm]) -> Iterator[QueueEntry]:
    items = [item for unit in units for item in unit.items]
    decisions = newest_decisions(session, [item.line.item_version_id for item in items])
    for item in items:
        decision = decisions.get(item.line.item_version_id)
        stands = standing(item.line.state, decision, item.reasons)
        if item.reasons or stands is Standing.HELD:
            fresh = new_or_worse(item.reasons, decision.harm) if decision else ()
            yield QueueEntry(item, stands, decision, fresh)


def _order(entry: QueueEntry) -> tuple[tuple[float, ...], str]:
    return harm_order(entry.item.reasons), entry.item.line.code


def _outside(session: Session, in_bank: set[UUID]) -> tuple[HeldOutside, ...]:
    held = held_versions(session) - in_bank
    decisions = newest_decisions(session, held)
    rows = session.exec(
        select(ItemVersion, Item)
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .where(col(ItemVersion.id).in_(held))
        .order_by(Item.code)
    )
    return tuple(
        HeldOutside(
            item.id,
            item.code,
            version.number,
            decisions[version.id],
            possible_verdicts(ItemState(version.state), held=True),
        )
        for version, item in rows
    )
