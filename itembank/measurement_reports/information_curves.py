"""What a bank tells about ability, held against what verdicts need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.design import ExamDesign
from engine.response_models import FloatArray, ItemPool
from itembank.measurement_reports.verdict_information import VerdictNeed

REACH, POINTS = 4.0, 81


@dataclass(frozen=True, slots=True)
class ElementInformation:
    """What the items of one element tell at the cut score, all of them together, and what its verdict needs."""

    element: str
    items: int
    at_cut: float
    target: float


@dataclass(frozen=True, slots=True, eq=False)
class InformationCurves:
    """Information over ability.

    Args:
        ability: Abilities, shape (points,).
        all_items: Information of all items together, shape (points,).
        longest_test: The most that a test of the design's maximum length can have, shape (points,); the blueprint and
            exposure control allow less.
        length: That length.
        cut_score: The cut score.
        at_cut: Information of the best test of that length at the cut score.
        distance: How far from the cut, in logits, a verdict should come.
        target: Information that a verdict so far from the cut needs.
        reached: How far from the cut the best test brings a verdict in about half of the sittings.
        elements: The same by element, by code.
    """

    ability: FloatArray
    all_items: FloatArray
    longest_test: FloatArray
    length: int
    cut_score: float
    at_cut: float
    distance: float
    target: float
    reached: float
    elements: tuple[ElementInformation, ...]


def information_curves(pool: ItemPool, design: ExamDesign) -> InformationCurves:
    """Work out the information of a pool and what the design's verdicts need.

    Args:
        pool: The items that count.
        design: The design of the exam.
    """
    ability = np.linspace(-REACH, REACH, POINTS)
    need, length = VerdictNeed.of_unit(design), min(design.maximum_length, len(pool))
    by_item = pool.information(np.append(ability, design.cut_score))
    best = np.sort(by_item, axis=0)[::-1][:length].sum(axis=0)
    at_cut = float(best[-1])
    return InformationCurves(
        ability=ability,
        all_items=by_item[:, :-1].sum(axis=0),
        longest_test=best[:-1],
        length=length,
        cut_score=design.cut_score,
        at_cut=at_cut,
        distance=need.distance,
        target=need.information(),
        reached=need.reached_distance(at_cut),
        elements=_elements(pool.elements, by_item[:, -1], VerdictNeed.of_element(design).information()),
    )


def _elements(elements: Sequence[str], at_cut: FloatArray, target: float) -> tuple[ElementInformation, ...]:
    found = []
    for code in sorted(set(elements)):
        inside = np.array([element == code for element in elements])
        found.append(ElementInformation(code, int(inside.sum()), float(at_cut[inside].sum()), target))
    return tuple(found)
