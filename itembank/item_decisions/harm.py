"""How much harm an item may do: the reasons that speak against it, in the order of docs/decisions/0017."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Harm(StrEnum):
    """Why an item deserves a look, the most harmful first."""

    NEGATIVE_DISCRIMINATION = "negative_discrimination"
    FAILING_OPTION = "failing_option"
    COMPROMISED = "compromised"
    DIF_LARGE = "dif_large"
    DRIFT = "drift"
    MISFIT = "misfit"
    DIF_MODERATE = "dif_moderate"
    OVER_EXPOSED = "over_exposed"
    LOW_DISCRIMINATION = "low_discrimination"
    UNSURE = "unsure"
    RETIRED = "retired"


#: What a reason says in words; each wording has a text of its own on the pages.
WORDINGS = (
    "negative_run",
    "negative_answers",
    "distractor",
    "key",
    "compromised",
    "dif_large",
    "dif_moderate",
    "drift_harder",
    "drift_easier",
    "alarm_harder",
    "alarm_easier",
    "misfit",
    "over_exposed",
    "low_discrimination",
    "unsure",
    "retired",
)

#: An accepted reason that grows by more than this factor is another one.
WORSE = 1.25
_RANK = {harm: rank for rank, harm in enumerate(Harm)}
#: Figures without an upper end, such as a limit over a vanishing value, stop here.
_STRONGEST = 100.0


@dataclass(frozen=True, slots=True)
class HarmReason:
    """One reason against an item.

    ``strength`` is its figure over the limit from which it is a reason, so 1 or more. ``about`` tells two reasons of
    one kind apart, such as the letter of an option. ``figures`` are what the wording names.
    """

    harm: Harm
    wording: str
    strength: float = 1.0
    about: str = ""
    figures: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What stays the same while only the figures change."""
        return f"{self.harm}:{self.about}"

    def to_dict(self) -> dict[str, Any]:
        """Write it as a decision remembers it."""
        return asdict(self) | {"figures": dict(self.figures)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> HarmReason:
        """Read what a decision remembers."""
        return cls(**{**document, "harm": Harm(document["harm"])})


def in_order(reasons: Iterable[HarmReason]) -> tuple[HarmReason, ...]:
    """Put an item's reasons in order, the worst first."""
    return tuple(sorted(reasons, key=lambda reason: (_RANK[reason.harm], -reason.strength, reason.about)))


def harm_order(reasons: tuple[HarmReason, ...]) -> tuple[float, ...]:
    """Give what items are sorted by, the most harmful first: worst kind, its strength, number of reasons.

    Args:
        reasons: An item's reasons in order; none stands behind every one.
    """
    if not reasons:
        return (len(Harm), 0.0, 0.0)
    return (_RANK[reasons[0].harm], -reasons[0].strength, -len(reasons))


def new_or_worse(now: Iterable[HarmReason], then: Iterable[HarmReason]) -> tuple[HarmReason, ...]:
    """Name the reasons that a decision of before did not know, or knew as clearly weaker."""
    known: dict[str, float] = {}
    for reason in then:
        known[reason.name] = max(reason.strength, known.get(reason.name, 0.0))
    return tuple(reason for reason in now if reason.strength > WORSE * known.get(reason.name, 0.0))


def strength(figure: float, limit: float) -> float:
    """Tell how many times a figure is its limit."""
    return min(figure / limit, _STRONGEST) if limit > 0 else _STRONGEST
