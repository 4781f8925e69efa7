"""What a study found, as its record keeps it: aggregates by item, from which nobody's group can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy
import scipy

from calibration.dif import DifStudy, ItemDif, LikelihoodRatioDif, Mantel, MantelHaenszel
from calibration.dif.logistic_regression import NEGLIGIBLE_SHARE, LogisticDif
from calibration.dif.mantel_haenszel import SIGNIFICANT
from calibration.exclusions import Exclusion
from itembank.calibration_runs.recorded_responses import VersionLabel

#: Half the width of a 95 % interval in standard errors.
HALF_WIDTH = 1.96

_MEASURES: dict[type[Any], str] = {
    MantelHaenszel: "delta",
    Mantel: "standardised_difference",
    LogisticDif: "log_odds",
    LikelihoodRatioDif: "share",
}


@dataclass(frozen=True, slots=True)
class DifItem:
    """One item of a study.

    Args:
        item_version_id: Which version.
        item_id: Of which item.
        code: Its code.
        version: Its number.
        n_reference: Answers of the reference group.
        n_focal: Answers of the focal group.
        share_difference: Mean share of points of the focal group less that of people of the reference group who are
            equally able: the one size that all methods and items have in common.
        share_error: Its standard error.
        measure: What ``effect`` is: ``"delta"`` of Mantel and Haenszel, ``"standardised_difference"`` of Mantel,
            ``"log_odds"`` of the group in a regression, ``"share"`` between curves fitted to each group.
        effect: The method's own size; negative where the item is harder for the focal group.
        standard_error: Its standard error, where there is one.
        p_value: Chance of at least this much difference where there is none.
        p_adjusted: The same after Benjamini and Hochberg, over all items of the study.
        classification: ``"A"`` negligible or perhaps chance, ``"B"`` moderate, ``"C"`` large.
        own_classification: The class by itself, as if it were the only item tested.
        shrunken: The delta believed after seeing all items, and its standard deviation; None where there is none.
        crossing: Whether the size of the difference depends on ability, by more than a negligible part and more than
            chance would do among so many items.
        calibrated: Whether its parameters rest on answers and not on a writer's rating alone.
    """

    item_version_id: str
    item_id: str
    code: str
    version: int
    n_reference: int
    n_focal: int
    share_difference: float
    share_error: float
    measure: str
    effect: float
    standard_error: float | None
    p_value: float
    p_adjusted: float
    classification: str
    own_classification: str
    shrunken: tuple[float, float] | None
    crossing: bool
    calibrated: bool

    @property
    def favours(self) -> str:
        """The group for which the item is easier at equal ability, ``"reference"`` or ``"focal"``."""
        return "reference" if self.share_difference < 0 else "focal"

    @property
    def share_interval(self) -> tuple[float, float]:
        """Ends of the 95 % interval of the difference of shares."""
        reach = HALF_WIDTH * self.share_error
        return self.share_difference - reach, self.share_difference + reach


@dataclass(frozen=True, slots=True)
class LeftOutItem:
    """An item that could not be judged, and why."""

    item_version_id: str
    code: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class StudyResults:
    """What a study found; ``items`` come with the largest class and difference first."""

    items: tuple[DifItem, ...]
    left_out: tuple[LeftOutItem, ...]
    anchors: int
    settled: bool
    n_reference: int
    n_focal: int
    n_responses: int
    further_sittings: int
    simulated: bool
    software: Mapping[str, str]

    @property
    def uncalibrated(self) -> int:
        """How many of the items judged rest on ratings alone."""
        return sum(not item.calibrated for item in self.items)

    def count(self, classification: str) -> int:
        """Count the items of a class."""
        return sum(item.classification == classification for item in self.items)

    def to_dict(self) -> dict[str, Any]:
        """Return the results as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> StudyResults:
        """Read what `to_dict` wrote."""
        return cls(
            **{
                **document,
                "items": tuple(_item_from(entry) for entry in document["items"]),
                "left_out": tuple(LeftOutItem(**entry) for entry in document["left_out"]),
            }
        )


@dataclass(frozen=True)
class StudyFacts:
    """What stands around a study's verdicts; ``item_ids`` are by item version."""

    n_reference: int
    n_focal: int
    n_responses: int
    further_sittings: int
    simulated: bool
    without_parameters: tuple[Exclusion, ...]
    calibrated: frozenset[str]
    item_ids: Mapping[str, str]


def study_results(study: DifStudy, *, labels: Mapping[str, VersionLabel], facts: StudyFacts) -> StudyResults:
    """Write down what a study found.

    Args:
        study: The verdicts.
        labels: What item versions are called.
        facts: What stands around them.
    """
    adjusted = _adjusted({item.item_id: item.comparison.p_value for item in study.items})
    slopes = {item.item_id: item.comparison for item in study.items if isinstance(item.comparison, LogisticDif)}
    slopes_adjusted = _adjusted({name: comparison.p_non_uniform for name, comparison in slopes.items()})
    crossing = {
        name
        for name, comparison in slopes.items()
        if slopes_adjusted[name] < SIGNIFICANT and comparison.share_non_uniform >= NEGLIGIBLE_SHARE
    }
    items = [
        _item(item, labels[item.item_id], adjusted[item.item_id], crossing=item.item_id in crossing, facts=facts)
        for item in study.items
    ]
    left_out = (*study.left_out, *facts.without_parameters)
    return StudyResults(
        items=tuple(sorted(items, key=lambda item: (-ord(item.classification[0]), -abs(item.share_difference)))),
        left_out=tuple(LeftOutItem(one.id, labels[one.id].code, labels[one.id].number, one.reason) for one in left_out),
        anchors=len(study.anchors),
        settled=study.settled,
        n_reference=facts.n_reference,
        n_focal=facts.n_focal,
        n_responses=facts.n_responses,
        further_sittings=facts.further_sittings,
        simulated=facts.simulated,
        software={"samat": version("samat"), "numpy": numpy.__version__, "scipy": scipy.__version__},
    )


def _adjusted(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjust p for there being so many, after Benjamini and Hochberg."""
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control(list(p_values.values())).tolist() if p_values else []
    return dict(zip(p_values, adjusted, strict=True))


def _item(item: ItemDif, label: VersionLabel, p_adjusted: float, *, crossing: bool, facts: StudyFacts) -> DifItem:
    comparison, shrunken, own = item.comparison, item.shrunken, item.comparison.classification
    return DifItem(
        item_version_id=item.item_id,
        item_id=facts.item_ids[item.item_id],
        code=label.code,
        version=label.number,
        n_reference=item.n_reference,
        n_focal=item.n_focal,
        share_difference=item.share_difference,
        share_error=item.share_error,
        measure=_MEASURES[type(comparison)],
        effect=comparison.effect,
        standard_error=comparison.standard_error,
        p_value=comparison.p_value,
        p_adjusted=p_adjusted,
        # Of many sound items some differ much by chance alone, whatever the method, the more so the smaller the groups
        # are: only one that stands out among so many is accused.
        classification=own if p_adjusted < SIGNIFICANT else "A",
        own_classification=own,
        shrunken=None if shrunken is None else (shrunken.delta, shrunken.standard_deviation),
        crossing=crossing,
        calibrated=item.item_id in facts.calibrated,
    )


def _item_from(entry: Mapping[str, Any]) -> DifItem:
    shrunken = entry["shrunken"]
    return DifItem(**{**entry, "shrunken": None if shrunken is None else (shrunken[0], shrunken[1])})
