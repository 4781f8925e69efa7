"""What neutralising an item would change: counted over all sittings concerned before any result is touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.outcomes.verdicts import Outcome
from itembank.neutralisation.concerned_sittings import ConcernedSitting
from itembank.neutralisation.recomputation import Recomputed
from itembank.neutralisation.rules import compare_for_candidate

#: More changed sittings than these are told as a number.
MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of sittings, real and simulated apart."""

    real: int = 0
    simulated: int = 0

    @property
    def all(self) -> int:
        """Both together."""
        return self.real + self.simulated


@dataclass(frozen=True, slots=True)
class VerdictMove:
    """How many sittings have one verdict now and which they would have without the item.

    ``element`` is the code of an element, empty for the unit; ``replaced`` are those whose result would be replaced.
    """

    element: str
    before: str
    after: str
    sittings: Tally
    replaced: Tally


@dataclass(frozen=True, slots=True)
class LostMinimum:
    """A minimum that sittings reach with the item's answer and not without it."""

    level: str
    code: str
    needed: int
    sittings: Tally


@dataclass(frozen=True, slots=True)
class ChangedResult:
    """A sitting in which a verdict would be another.

    ``elements`` are the codes of elements with another verdict; ``lost`` says whether a minimum is not reached any
    more; ``replaced`` whether its candidate would be told the other result.
    """

    sitting_id: str
    finished_at: str
    simulated: bool
    before: str
    after: str
    probability_before: float
    probability_after: float
    elements: tuple[str, ...]
    lost: bool
    replaced: bool


@dataclass(frozen=True, slots=True)
class NeutralisationPreview:
    """The sittings concerned, and what would become of their results.

    Attributes:
        computed_at: When it was computed; sittings that end later are concerned all the same.
        sittings: Finished sittings that answered the item.
        under_way: Sittings still going on that were asked it.
        better: Results that serve their candidates better without the item.
        worse: Results that serve them worse.
        replaced: Results that would be replaced under the rule chosen.
        below_minimum: Sittings that lack a minimum without it, of answers or of the blueprint, and did not before.
        unscored: Sittings that can't be recomputed.
        moves: Pairs of verdicts that occur, first of the unit, then of each element.
        lost_minima: Which minima are lost, and in how many sittings.
        changes: Sittings with another verdict, the replaced ones first, at most 200 of them.
        changed: How many there are.
    """

    computed_at: str
    sittings: Tally
    under_way: Tally
    better: Tally
    worse: Tally
    replaced: Tally
    below_minimum: Tally
    unscored: Tally
    moves: tuple[VerdictMove, ...]
    lost_minima: tuple[LostMinimum, ...]
    changes: tuple[ChangedResult, ...]
    changed: Tally

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> NeutralisationPreview:
        """Read what ``to_dict`` wrote."""
        values: dict[str, Any] = {
            name: Tally(**value) if isinstance(value, dict) else value for name, value in document.items()
        }
        values["moves"] = tuple(
            VerdictMove(**entry | {"sittings": Tally(**entry["sittings"]), "replaced": Tally(**entry["replaced"])})
            for entry in document["moves"]
        )
        values["lost_minima"] = tuple(
            LostMinimum(**entry | {"sittings": Tally(**entry["sittings"])}) for entry in document["lost_minima"]
        )
        values["changes"] = tuple(
            ChangedResult(**entry | {"elements": tuple(entry["elements"])}) for entry in document["changes"]
        )
        return cls(**values)


@dataclass
class PreviewCount:
    """Counts one recomputed sitting after the other; the counters' keys end with whether it is simulated."""

    sums: Counter[tuple[str, bool]] = field(default_factory=Counter)
    moves: Counter[tuple[str, str, str, bool]] = field(default_factory=Counter)
    replaced_moves: Counter[tuple[str, str, str, bool]] = field(default_factory=Counter)
    lost: Counter[tuple[str, str, int, bool]] = field(default_factory=Counter)
    changes: list[ChangedResult] = field(default_factory=list)

    def add_unscored(self, sitting: ConcernedSitting) -> None:
        """Count a sitting that can't be recomputed."""
        self.sums["sittings", sitting.simulated] += 1
        self.sums["unscored", sitting.simulated] += 1

    def add(self, sitting: ConcernedSitting, recomputed: Recomputed) -> None:
        """Count a sitting; the neutralisation previewed was weighed last."""
        before, after = recomputed.before.outcome, recomputed.without.outcome
        simulated, replaced = sitting.simulated, recomputed.replaced
        served = compare_for_candidate(after, before)
        known = {(minimum.level, minimum.code) for minimum in recomputed.before.unmet}
        lost = [one for one in recomputed.without.unmet if (one.level, one.code) not in known]
        for name, holds in (
            ("sittings", True), ("better", served > 0), ("worse", served < 0), ("replaced", replaced),
            ("below_minimum", bool(lost)),
        ):  # fmt: skip
            self.sums[name, simulated] += holds
        for minimum in lost:
            self.lost[minimum.level, minimum.code, minimum.needed, simulated] += 1
        moves = [_move("", before.unit, after.unit)]
        moves += [_move(new.code, old, new) for old, new in zip(before.elements, after.elements, strict=True)]
        self.moves.update((*move, simulated) for move in moves)
        self.replaced_moves.update((*move, simulated) for move in moves if replaced)
        turned = tuple(element for element, old, new in moves[1:] if old != new)
        if turned or before.unit.verdict != after.unit.verdict:
            self.sums["changed", simulated] += 1
            self._keep(sitting, before.unit, after.unit, turned, lost=bool(lost), replaced=replaced)

    def _keep(
        self,
        sitting: ConcernedSitting,
        before: Outcome,
        after: Outcome,
        elements: tuple[str, ...],
        *,
        lost: bool,
        replaced: bool,
    ) -> None:
        self.changes.append(
            ChangedResult(
                sitting_id=str(sitting.id),
                finished_at=sitting.finished_at.isoformat(),
                simulated=sitting.simulated,
                before=before.verdict,
                after=after.verdict,
                probability_before=before.probability,
                probability_after=after.probability,
                elements=elements,
                lost=lost,
                replaced=replaced,
            )
        )

    def preview(self, *, computed_at: str, under_way: Mapping[bool, int]) -> NeutralisationPreview:
        """Sum up."""

        def tally(name: str) -> Tally:
            return Tally(self.sums[name, False], self.sums[name, True])

        # Those told to people first; a stable sort twice keeps the newest of each kind in front.
        newest = sorted(self.changes, key=lambda change: change.finished_at, reverse=True)
        return NeutralisationPreview(
            computed_at=computed_at,
            sittings=tally("sittings"),
            under_way=Tally(under_way.get(False, 0), under_way.get(True, 0)),
            better=tally("better"),
            worse=tally("worse"),
            replaced=tally("replaced"),
            below_minimum=tally("below_minimum"),
            unscored=tally("unscored"),
            moves=self._moves(),
            lost_minima=self._lost_minima(),
            changes=tuple(sorted(newest, key=lambda change: (not change.replaced, change.simulated))[:MOST_CHANGES]),
            changed=tally("changed"),
        )

    def _moves(self) -> tuple[VerdictMove, ...]:
        return tuple(
            VerdictMove(
                *key,
                sittings=Tally(self.moves[*key, False], self.moves[*key, True]),
                replaced=Tally(self.replaced_moves[*key, False], self.replaced_moves[*key, True]),
            )
            for key in sorted({key[:3] for key in self.moves})
        )

    def _lost_minima(self) -> tuple[LostMinimum, ...]:
        keys = sorted({key[:3] for key in self.lost}, key=lambda key: (key[0] != "exam", key))
        return tuple(LostMinimum(*key, Tally(self.lost[*key, False], self.lost[*key, True])) for key in keys)


def _move(element: str, before: Outcome, after: Outcome) -> tuple[str, str, str]:
    return element, before.verdict, after.verdict
