"""The two groups that a study of differential item functioning compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.array_types import BoolArray
from calibration.errors import CalibrationError
from calibration.exclusions import Exclusion
from calibration.responses import ResponseData

#: With fewer persons in a group a verdict on an item would be chance.
LEAST_IN_GROUP = 30
GROUP_TOO_SMALL = "group_too_small"
ONE_CATEGORY = "one_category"


@dataclass(frozen=True, eq=False)
class ComparedGroups:
    """Answers of the persons of two groups.

    Args:
        data: Their answers; persons of other groups, or of none, are left out.
        focal: Whether a person belongs to the focal group, the other being the reference, shape (persons,).
        studied: Places of the items that can be judged.
        left_out: The other items, and why.
    """

    data: ResponseData
    focal: BoolArray
    studied: tuple[int, ...]
    left_out: tuple[Exclusion, ...]

    @classmethod
    def of(
        cls, data: ResponseData, group_of: Mapping[str, str], *, reference: str, focal: str, least: int
    ) -> ComparedGroups:
        """Find the answers of two groups.

        Args:
            data: Answers.
            group_of: Group by person; persons without an entry take no part.
            reference: Name of the reference group.
            focal: Name of the focal group.
            least: Persons that each group needs, in all and for each item.

        Returns:
            The groups, with the items that too few of either answered, or all alike, named.

        Raises:
            CalibrationError: The two are the same, one has fewer persons than needed, or least is below 30.
        """
        if least < LEAST_IN_GROUP:
            raise CalibrationError(
                f"least persons in a group is {least}; at least {LEAST_IN_GROUP} are needed", code="bad_option"
            )
        if reference == focal:
            raise CalibrationError(
                f"group {reference!r} cannot be compared with itself; two groups are expected", code="bad_option"
            )
        label = np.array([group_of.get(name, "") for name in data.person_ids], dtype=object)
        sides = {name: label == name for name in (reference, focal)}
        rows = (sides[reference] | sides[focal])[data.person]
        for name, members in sides.items():
            if len(np.unique(data.person[members[data.person]])) < least:
                # How many there are is not told: so small a number would tell about people.
                raise CalibrationError(
                    f"group {name!r} has fewer than {least} persons with answers, which are needed to study whether "
                    "items work differently for it",
                    code=GROUP_TOO_SMALL,
                )
        chosen = data.select(rows)
        is_focal = np.array([group_of[name] == focal for name in chosen.person_ids], dtype=bool)
        reasons = [_reason(chosen, is_focal, place, least) for place in range(chosen.n_items)]
        return cls(
            chosen,
            is_focal,
            tuple(place for place, reason in enumerate(reasons) if reason is None),
            tuple(
                Exclusion("item", name, reason)
                for name, reason in zip(chosen.item_ids, reasons, strict=True)
                if reason is not None
            ),
        )


def _reason(data: ResponseData, focal: BoolArray, place: int, least: int) -> str | None:
    rows = data.item == place
    in_focal = int(focal[data.person[rows]].sum())
    if min(in_focal, int(rows.sum()) - in_focal) < least:
        return GROUP_TOO_SMALL
    return ONE_CATEGORY if np.ptp(data.score[rows]) == 0 else None
