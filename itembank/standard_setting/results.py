"""What a closed round came to: the cut score, what judges and items look like beside it, and whom it lets pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from calibration.standard_setting import VarianceComponents
from itembank.standard_setting.impact import ImpactLine


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """What the panel said of an item; shares of its points.

    Args:
        item_version_id: The item version.
        code: Its code.
        criterion: What it is about.
        highest_score: Its points.
        mean: Mean judgement.
        standard_deviation: Between judges, None with one judgement.
        lowest: Lowest judgement.
        highest: Highest judgement.
        expected: What the item's curve expects at the cut score.
        judges: Judges who judged it.
    """

    item_version_id: UUID
    code: str
    criterion: str
    highest_score: int
    mean: float
    standard_deviation: float | None
    lowest: float
    highest: float
    expected: float
    judges: int


@dataclass(frozen=True, slots=True)
class JudgeFinding:
    """How a judge stands to the panel.

    Args:
        person_id: Who.
        name: The name shown.
        theta: The cut score if all judged so; None where that is an ability that nobody has.
        severity: Points asked for less the panel's on the same items as a share of their points, of a bookmark in units
            of ability; above 0 the judge asks for more.
        consistency: Correlation with what the items' curves expect at the cut score; None where there is none.
        share_passing: Share that would pass by this judge's cut score; None without candidates.
        bookmark: The page marked, None in an Angoff panel.
        judged: Items judged.
    """

    person_id: UUID
    name: str
    theta: float | None
    severity: float
    consistency: float | None
    share_passing: float | None
    bookmark: int | None
    judged: int


@dataclass(frozen=True, slots=True)
class Compromise:
    """Hofstee's cut score beside the panel's; ``refusal`` says why there is none."""

    theta: float | None
    standard_error: float | None
    judges: int
    refusal: str | None


@dataclass(frozen=True, slots=True)
class RoundResults:
    """Outcome of one closed round.

    Args:
        refusal: Why there is no cut score, None where there is one.
        theta: The cut score.
        standard_error: Its standard error, by judges, by the sample of items and by the pages' distance together.
        judges_error: The part by judges.
        items_error: The part by the sample of items, 0 where all items were judged.
        points: Expected points of a just competent candidate, None for a booklet.
        highest_points: Points of all items judged.
        judges: Judges who took part.
        items: Items that were judged, empty for a booklet.
        components: Variance components of the judgements, None where not every judge judged every item.
        sittings: Candidates behind the impact.
        simulated: Whether they were simulated.
        impact: Share passing at the cut score and around it.
        compromise: Hofstee's, None where judges were not asked.
        left_out: Names of judges who judged nothing.
        pages_error: The part by the distance of a booklet's pages; None without a booklet, and in a round that was
            closed before it was told.
    """

    refusal: str | None
    theta: float | None
    standard_error: float | None
    judges_error: float | None
    items_error: float | None
    points: float | None
    highest_points: int
    judges: tuple[JudgeFinding, ...]
    items: tuple[ItemFinding, ...]
    components: VarianceComponents | None
    sittings: int
    simulated: bool
    impact: tuple[ImpactLine, ...]
    compromise: Compromise | None
    left_out: tuple[str, ...]
    pages_error: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the results as a JSON document."""
        document = asdict(self)
        for judge in document["judges"]:
            judge["person_id"] = str(judge["person_id"])
        for item in document["items"]:
            item["item_version_id"] = str(item["item_version_id"])
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> RoundResults:
        """Read the results that `to_dict` wrote."""
        components, compromise = document["components"], document["compromise"]
        known = {
            "judges": tuple(JudgeFinding(**one | {"person_id": UUID(one["person_id"])}) for one in document["judges"]),
            "items": tuple(
                ItemFinding(**one | {"item_version_id": UUID(one["item_version_id"])}) for one in document["items"]
            ),
            "components": VarianceComponents(**components) if components else None,
            "impact": tuple(ImpactLine(**one) for one in document["impact"]),
            "compromise": Compromise(**compromise) if compromise else None,
            "left_out": tuple(document["left_out"]),
        }
        return cls(**{**document, **known})
