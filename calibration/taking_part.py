"""What takes part in a calibration: the answers that say something, each item's curve, and what is known of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from calibration.array_types import FloatArray
from calibration.calibration_result import NO_GUESSING, ONE_CATEGORY, CalibratedItem
from calibration.categories.bank_calibration import BankTask
from calibration.categories.curve_family import require_models
from calibration.chunks import ThisProcess, Workplace
from calibration.contradicted_priors import flag_contradictions
from calibration.errors import CalibrationError
from calibration.exclusions import Exclusion, items_of_one_category, usable_responses
from calibration.fixed_items import Known, curve_model, known_items, natural_parameters, without_errors
from calibration.priors import ElementArray, Priors, require_rating
from calibration.responses import HIGHEST_SCORE, ResponseData


@dataclass(frozen=True, eq=False)
class TakingPart:
    """Answers and items of one calibration.

    Args:
        data: The answers that take part.
        exclusions: What does not, and why.
        models: Model of each item's curve, shape (items,).
        known: Items whose parameters are fixed, of those with answers.
        ratings: Writers' ratings, not-a-number where there is none, shape (items,).
        elements: Codes of the items' elements, empty where there is none, shape (items,).
        priors: The priors, or None.
        mixed: Whether items that are estimated follow another model than the one asked for.
    """

    data: ResponseData
    exclusions: tuple[Exclusion, ...]
    models: tuple[str, ...]
    known: Mapping[str, CalibratedItem]
    ratings: FloatArray
    elements: ElementArray
    priors: Priors | None
    mixed: bool

    def task(self, *, workplace: Workplace | None = None) -> BankTask:
        """Pose the problem for curves of every kind.

        Args:
            workplace: Where chunks of persons are worked on, this process unless given.

        Returns:
            The task.
        """
        places = {name: place for place, name in enumerate(self.data.item_ids)}
        fixed = {places[name]: natural_parameters(item) for name, item in self.known.items()}
        return BankTask(
            self.data, self.models, fixed, self.ratings, self.elements, self.priors, workplace or ThisProcess()
        )

    def reported(self, items: Collection[CalibratedItem]) -> tuple[CalibratedItem, ...]:
        """Put known items back as they were given, and flag those of which a prior alone makes an estimate.

        Args:
            items: What was estimated.

        Returns:
            The same items in the same order.
        """
        alike = items_of_one_category(self.data)
        found = tuple(
            without_errors(self.known[item.item_id], n_responses=item.n_responses)
            if item.item_id in self.known
            else replace(item, flag=ONE_CATEGORY)
            if item.item_id in alike and item.flag in (None, NO_GUESSING)
            else item
            for item in items
        )
        # The Rasch model has no discrimination of its own to doubt.
        doubtful = self.priors is not None and set(self.models) != {"rasch"}
        return flag_contradictions(self.data, found, self.priors) if doubtful and self.priors else found


def taking_part(
    data: ResponseData,
    *,
    model: str,
    models: Mapping[str, str] | None,
    priors: Priors | None,
    ratings: Mapping[str, float] | None,
    elements: Mapping[str, str] | None,
    fixed: Mapping[str, Known] | None,
) -> TakingPart:
    """Settle what takes part in a calibration.

    An item that everybody answered alike stays where priors bound its estimate: it may have steered an adaptive test,
    and what it steered is ignorable only while it is in the likelihood. Without priors it is left out by name.

    Args:
        data: All answers.
        model: Model of the items.
        models: Other models by item.
        priors: The priors, or None.
        ratings: Writers' ratings by item.
        elements: Codes of elements by item.
        fixed: Known parameters by item; items without answers are ignored.

    Returns:
        What takes part.

    Raises:
        CalibrationError: A model that is not available, bad parameters or ratings, or nothing to calibrate.

    Reference:
        Mislevy & Wu (1996) on what an adaptive test leaves out.
    """
    chosen = {item: name for item, name in (models or {}).items() if name != model}
    require_models((model, *chosen.values()))
    known = known_items(fixed or {}, lambda item: chosen.get(item, model))
    # Graded curves have no threshold for a score that nobody had, whatever the priors.
    bounded = () if priors is None else {name for name in data.item_ids if chosen.get(name, model) != "grm"}
    usable, exclusions = usable_responses(data, keep=known, keep_alike=bounded)
    answered = set(usable.item_ids)
    own = {name: item for name, item in known.items() if name in answered}
    _refuse_scores_beyond(usable, own)
    return TakingPart(
        data=usable,
        exclusions=exclusions,
        models=tuple(curve_model(own[name]) if name in own else chosen.get(name, model) for name in usable.item_ids),
        known=own,
        ratings=np.array([_rating(name, ratings or {}) for name in usable.item_ids]),
        elements=np.array([(elements or {}).get(name, "") for name in usable.item_ids], dtype=np.str_),
        priors=priors,
        mixed=any(name in chosen for name in usable.item_ids if name not in own),
    )


def _refuse_scores_beyond(data: ResponseData, known: Mapping[str, CalibratedItem]) -> None:
    most = np.array([len(known[name].thresholds) or 1 if name in known else HIGHEST_SCORE for name in data.item_ids])
    beyond = np.flatnonzero(data.score > most[data.item])
    if beyond.size:
        row = int(beyond[0])
        item_id = data.item_ids[data.item[row]]
        raise CalibrationError(
            f"fixed item {item_id!r}, person {data.person_ids[data.person[row]]!r}: score {data.score[row]}, "
            f"but its parameters know scores up to {most[data.item[row]]}",
            code="score_out_of_range",
        )


def _rating(item_id: str, ratings: Mapping[str, float]) -> float:
    if item_id not in ratings:
        return float("nan")
    require_rating(ratings[item_id], item_id=item_id)
    return float(ratings[item_id])
