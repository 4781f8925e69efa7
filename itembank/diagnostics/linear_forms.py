"""Forms that many sittings had in common: what figures that add up points can rest on."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from calibration.errors import CalibrationError
from itembank.diagnostics.evidence import Evidence

#: Share of the sittings that must have answered every item: the others, such as who left, hardly change the rest.
NEARLY_ALL: Final = 0.95
LEAST_SITTINGS: Final = 30


def whole_form(evidence: Evidence) -> Evidence:
    """Find the items that nearly all sittings answered in full, and their answers.

    Where everybody is asked everything, it does not matter in which order it was chosen.

    Args:
        evidence: Of a run.

    Returns:
        The sittings that answered all of those items, with the answers to them.

    Raises:
        CalibrationError: Sittings differ in their items.
    """
    of_form, count = _largest_form(evidence, np.ones(evidence.data.n_persons, dtype=bool))
    if count < NEARLY_ALL * evidence.data.n_persons:
        raise CalibrationError(
            f"{count} of {evidence.data.n_persons} sittings answered the same items; figures that add up points need "
            f"{NEARLY_ALL:.0%} of them to",
            code="not_linear",
        )
    return evidence.among(of_form[evidence.data.person])


def common_form(evidence: Evidence) -> Evidence:
    """Find the linear form that most sittings had: all items of nearly everybody, or a form not chosen by ability.

    Args:
        evidence: Of a run.

    Returns:
        The sittings with that form, with their answers.

    Raises:
        CalibrationError: All sittings are adaptive, or no form was sat by enough.
    """
    try:
        return whole_form(evidence)
    except CalibrationError:
        linear = ~evidence.circumstances.adaptive
    if not linear.any():
        raise CalibrationError(
            f"all {len(linear)} sittings had questions chosen by the ability shown so far: everybody is right about as "
            "often, whatever the items are like; take the marginal reliability",
            code="adaptive",
        )
    of_form, count = _largest_form(evidence, linear)
    if count < LEAST_SITTINGS:
        raise CalibrationError(
            f"{int(linear.sum())} sittings had questions drawn at random, and at most {count} of them the same ones; "
            f"numbers of points compare among {LEAST_SITTINGS} or more with the same questions",
            code="no_common_form",
        )
    return evidence.among(of_form[evidence.data.person])


def _largest_form(evidence: Evidence, among: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], int]:
    """Tell which sittings have the most frequent set of items, and how many that are."""
    # Sets of items are told apart by sums of random numbers, one an item.
    marks = np.random.default_rng(0).integers(0, 2**63, evidence.data.n_items, dtype=np.uint64)
    sums = np.zeros(evidence.data.n_persons, dtype=np.uint64)
    np.add.at(sums, evidence.data.person, marks[evidence.data.item])
    forms, counts = np.unique(sums[among], return_counts=True)
    place = int(np.argmax(counts))
    return among & (sums == forms[place]), int(counts[place])
