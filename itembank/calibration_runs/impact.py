"""What publishing a run would have changed: the verdicts of recent sittings, and the items that turn them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class VerdictMove:
    """How many sittings have one verdict on record and another (or the same) under the new parameters."""

    before: str
    after: str
    sittings: int


@dataclass(frozen=True, slots=True)
class ChangedSitting:
    """A sitting whose verdict would be another.

    ``items`` are the codes of the questions that turn it, the strongest first: with the old parameters of any one of
    them the verdict would stay. Often none is decisive alone; ``strongest`` is the one that pulls it most.
    """

    sitting_id: str
    finished_at: str
    simulated: bool
    bank_number: int
    before: str
    after: str
    probability_before: float
    probability_after: float
    items: tuple[str, ...]
    strongest: str


@dataclass(frozen=True, slots=True)
class TurningItem:
    """What the new parameters of one item version do to the sittings whose verdict would be another.

    Args:
        item_version_id: The item version.
        code: Its item's code.
        sittings: How many of those sittings answered it.
        decisive: In how many the verdict would stay if this item alone kept its old parameters.
        log_odds: By how much its new parameters change the log-odds of competence, in absolute value, on average.
    """

    item_version_id: str
    code: str
    sittings: int
    decisive: int
    log_odds: float


@dataclass(frozen=True, slots=True)
class Impact:
    """Recent finished sittings of the unit, scored again under the parameters that publishing would bring.

    The questions asked and the answers stay as they are, and so does what each sitting depends on besides: a preview
    of what the new parameters say about the same work, not of the exams that the new bank would give.

    Args:
        at_most: How many sittings were to be looked at, real ones before simulated ones, the newest first.
        sittings: How many were scored again.
        simulated: How many of them are simulated.
        unscored: How many could not be scored again.
        oldest: When the earliest of them ended, None without any.
        newest: When the latest of them ended.
        changed: How many verdicts on the unit would be another.
        elements_changed: How many verdicts on elements would be another.
        moves: All pairs of verdicts that occur, unchanged ones among them.
        changes: The sittings whose verdict would be another, in the order looked at.
        items: The items that turn them, the most decisive first.
    """

    at_most: int
    sittings: int
    simulated: int
    unscored: int
    oldest: str | None
    newest: str | None
    changed: int
    elements_changed: int
    moves: tuple[VerdictMove, ...]
    changes: tuple[ChangedSitting, ...]
    items: tuple[TurningItem, ...]

    @property
    def changed_simulated(self) -> int:
        """How many of the changed sittings are simulated."""
        return sum(change.simulated for change in self.changes)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Impact:
        """Read what ``asdict`` wrote."""
        return cls(
            **{
                **document,
                "moves": tuple(VerdictMove(**entry) for entry in document["moves"]),
                "changes": tuple(
                    ChangedSitting(**{**entry, "items": tuple(entry["items"])}) for entry in document["changes"]
                ),
                "items": tuple(TurningItem(**entry) for entry in document["items"]),
            }
        )
