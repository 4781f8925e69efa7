"""A study of differential item functioning over all items, purified, with what could not be judged named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from calibration.array_types import BoolArray, FloatArray
from calibration.calibrated_pool import pool_for
from calibration.calibration_result import CalibratedItem
from calibration.dif.groups import LEAST_IN_GROUP, ComparedGroups
from calibration.dif.likelihood_ratio import LikelihoodRatioDif, likelihood_ratio_of
from calibration.dif.logistic_regression import LogisticDif, logistic_dif
from calibration.dif.mantel import Mantel, mantel
from calibration.dif.mantel_haenszel import MantelHaenszel, mantel_haenszel
from calibration.dif.matching import AbilityMatching, Matching, ScoreMatching
from calibration.dif.ordinal_regression import ordinal_dif
from calibration.dif.purification import purified_anchors
from calibration.dif.shrinkage import ShrunkenDif, shrunken_dif
from calibration.errors import CalibrationError
from calibration.exclusions import Exclusion
from calibration.quadrature import DEFAULT_GRID, AbilityGrid
from calibration.responses import ResponseData

MANTEL_HAENSZEL = "mantel_haenszel"
LOGISTIC = "logistic"
LIKELIHOOD_RATIO = "likelihood_ratio"
METHODS = (MANTEL_HAENSZEL, LOGISTIC, LIKELIHOOD_RATIO)
NO_COMPARISON = "no_comparison"
REFERENCE = "reference"
FOCAL = "focal"
Comparison = MantelHaenszel | Mantel | LogisticDif | LikelihoodRatioDif
#: Hears the round of purification, the items judged in it and how many there are, and tells whether to go on.
OnItem = Callable[[int, int, int], bool]


class StudyCancelledError(Exception):
    """Whoever was told of the progress did not want the study to go on."""


@dataclass(frozen=True, slots=True)
class ItemDif:
    """How an item works for matched persons of the two groups.

    Args:
        item_id: The item.
        n_reference: Answers of the reference group.
        n_focal: Answers of the focal group.
        comparison: Effect, test and class, as the method has them.
        share_difference: Mean share of points of the focal group less that of matched persons of the reference group,
            weighted as the focal group is spread: the size of the difference in one unit, whatever the method.
        share_error: Its standard error.
        shrunken: Of a Mantel–Haenszel delta what is believed after seeing those of all items; None where the measure is
            another, or this item alone has one.
    """

    item_id: str
    n_reference: int
    n_focal: int
    comparison: Comparison
    share_difference: float
    share_error: float
    shrunken: ShrunkenDif | None = None

    @property
    def classification(self) -> str:
        """``"A"`` negligible, ``"B"`` moderate, ``"C"`` large."""
        return self.comparison.classification

    @property
    def favours(self) -> str:
        """The group for which the item is easier, ``"reference"`` or ``"focal"``."""
        return REFERENCE if self.comparison.effect < 0 else FOCAL


@dataclass(frozen=True)
class DifStudy:
    """Outcome of a study.

    Args:
        items: The items that could be judged, in the order of the data.
        left_out: The others: ``"group_too_small"``, ``"one_category"``, or ``"no_comparison"`` (the odds ratio or the
            regression does not exist).
        anchors: Items that persons were matched on.
        settled: Whether exactly the anchors are of class A; False where items accused each other in turn.
    """

    items: tuple[ItemDif, ...]
    left_out: tuple[Exclusion, ...]
    anchors: tuple[str, ...]
    settled: bool


def dif_study(
    data: ResponseData,
    group_of: Mapping[str, str],
    *,
    reference: str,
    focal: str,
    items: Sequence[CalibratedItem] | None = None,
    method: str = MANTEL_HAENSZEL,
    purify: bool = True,
    least_in_group: int = LEAST_IN_GROUP,
    grid: AbilityGrid = DEFAULT_GRID,
    on_item: OnItem | None = None,
) -> DifStudy:
    """Compare persons of two groups who are equally able, item by item.

    Without calibrated items persons are matched on their number of points, which needs everybody's answers to
    everything. With them they are matched on ability as their answers to the other items show it, as adaptive data ask.

    Args:
        data: Answers.
        group_of: Group by person; persons without an entry take no part.
        reference: Name of the reference group.
        focal: Name of the focal group.
        items: Calibrated items, among them all that were answered; None to match on the number of points.
        method: "mantel_haenszel" (Mantel's for items of several scores), "logistic" (proportional odds for items of
            several scores), or "likelihood_ratio", which needs calibrated items.
        purify: Whether items of class B or C are taken out of what persons are matched on.
        least_in_group: Persons that each group needs, in all and for each item; 30 or more.
        grid: Abilities to sum over.
        on_item: Told after each item how far the study is; ends it by returning False.

    Returns:
        A verdict on each item, or the reason why there is none.

    Raises:
        CalibrationError: A group too small, an unknown method, incomplete data or a likelihood ratio without calibrated
            items, or too few items that work alike.
        StudyCancelledError: ``on_item`` returned False.
    """
    if method not in METHODS:
        raise CalibrationError(f"method {method!r}; {', '.join(METHODS)} are expected", code="bad_option")
    if method == LIKELIHOOD_RATIO and items is None:
        raise CalibrationError(f"method {method!r} needs calibrated items", code="no_parameters")
    groups = ComparedGroups.of(data, group_of, reference=reference, focal=focal, least=least_in_group)
    known = {item.item_id: item for item in items or ()}
    study = _Study(groups, _matching(groups, items, grid), method, known, on_item)
    everything = np.ones(groups.data.n_items, dtype=bool)
    anchors, settled = purified_anchors(study.accused, groups.data.item_ids) if purify else (everything, True)
    found = study.verdicts(anchors)
    silent = [place for place in groups.studied if place not in found]
    names = groups.data.item_ids
    return DifStudy(
        items=_with_belief(tuple(found.values())),
        left_out=groups.left_out + tuple(Exclusion("item", names[place], NO_COMPARISON) for place in silent),
        anchors=tuple(name for name, is_anchor in zip(names, anchors, strict=True) if is_anchor),
        settled=settled,
    )


def _matching(groups: ComparedGroups, items: Sequence[CalibratedItem] | None, grid: AbilityGrid) -> Matching:
    if items is None:
        return ScoreMatching(groups.data)
    pool = pool_for(groups.data, items)
    return AbilityMatching(groups.data, groups.focal, pool.log_probabilities(grid.nodes), grid)


@dataclass(frozen=True, eq=False)
class _Study:
    """What is compared, how persons are matched, by which method, and who is told."""

    groups: ComparedGroups
    matching: Matching
    method: str
    known: Mapping[str, CalibratedItem]
    on_item: OnItem | None
    rounds: list[BoolArray] = field(default_factory=list)

    def accused(self, anchors: BoolArray) -> tuple[int, ...]:
        """Places of the items of class B or C."""
        return tuple(place for place, item in self.verdicts(anchors).items() if item.classification != "A")

    def verdicts(self, anchors: BoolArray) -> dict[int, ItemDif]:
        """Judge the items by place; without those that do not let themselves be compared."""
        self.rounds.append(anchors)
        found = {}
        for done, place in enumerate(self.groups.studied, start=1):
            item = self._verdict(place, anchors)
            if item is not None:
                found[place] = item
            if self.on_item is not None and not self.on_item(len(self.rounds), done, len(self.groups.studied)):
                raise StudyCancelledError
        return found

    def _verdict(self, place: int, anchors: BoolArray) -> ItemDif | None:
        rows = self.groups.data.item == place
        score = self.groups.data.score[rows].astype(np.int64)
        focal = self.groups.focal[self.groups.data.person[rows]]
        values = self.matching.values(place, anchors)
        # Of persons who can't be matched at all no method tells a difference at equal ability.
        size = mantel(score, focal, self.matching.strata(values))
        comparison = None if size is None else self._comparison(place, anchors, score, focal, values)
        if comparison is None or size is None:
            return None
        name = self.groups.data.item_ids[place]
        point = 1 / self._highest(name, score)
        return ItemDif(
            item_id=name,
            n_reference=int((~focal).sum()),
            n_focal=int(focal.sum()),
            comparison=comparison,
            share_difference=size.mean_difference * point,
            share_error=size.standard_error * float(np.std(score)) * point,
        )

    def _comparison(
        self, place: int, anchors: BoolArray, score: npt.NDArray[np.int64], focal: BoolArray, values: FloatArray
    ) -> Comparison | None:
        if self.method == LIKELIHOOD_RATIO:
            assert isinstance(self.matching, AbilityMatching)
            item = self.known[self.groups.data.item_ids[place]]
            return likelihood_ratio_of(self.groups, self.matching, place, anchors, item)
        if self.method == LOGISTIC:
            regress = logistic_dif if score.max() == 1 else ordinal_dif
            return regress(score, focal, values)
        strata = self.matching.strata(values)
        return mantel_haenszel(score, focal, strata) if score.max() == 1 else mantel(score, focal, strata)

    def _highest(self, name: str, score: npt.NDArray[np.int64]) -> int:
        """The highest score an item can give, as far as its parameters or its answers tell."""
        item = self.known.get(name)
        return max(int(score.max()), len(item.thresholds) if item is not None else 0)


def _with_belief(items: tuple[ItemDif, ...]) -> tuple[ItemDif, ...]:
    found = [(place, item.comparison) for place, item in enumerate(items)]
    deltas = [(place, comparison) for place, comparison in found if isinstance(comparison, MantelHaenszel)]
    if len(deltas) < 2:
        return items
    beliefs = shrunken_dif([own.delta for _, own in deltas], [own.standard_error for _, own in deltas])
    judged = list(items)
    for (place, _), belief in zip(deltas, beliefs, strict=True):
        judged[place] = replace(judged[place], shrunken=belief)
    return tuple(judged)
