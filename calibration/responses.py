"""Scored responses as long sparse arrays: one row for each answer that was given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.array_types import IntArray, ScoreArray
from calibration.errors import CalibrationError

HIGHEST_SCORE = 100


@dataclass(frozen=True, eq=False)
class ResponseData:
    """Answers of persons to items, sorted by person and item, each pair at most once.

    Persons and items without a single answer may be listed; calibration names and leaves them out.

    Args:
        person_ids: Identifier of each person.
        item_ids: Identifier of each item.
        person: Index into ``person_ids``, shape (responses,).
        item: Index into ``item_ids``, shape (responses,).
        score: Whole number from 0, shape (responses,).
    """

    person_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    person: IntArray
    item: IntArray
    score: ScoreArray

    @property
    def n_persons(self) -> int:
        """How many persons are listed."""
        return len(self.person_ids)

    @property
    def n_items(self) -> int:
        """How many items are listed."""
        return len(self.item_ids)

    @property
    def n_responses(self) -> int:
        """How many answers there are."""
        return len(self.score)

    @classmethod
    def from_triples(
        cls, persons: Iterable[str], items: Iterable[str], scores: Iterable[int] | npt.NDArray[np.integer]
    ) -> ResponseData:
        """Collect answers given as three columns of equal length, in any order.

        Args:
            persons: Identifier of the person of each answer.
            items: Identifier of the item of each answer.
            scores: Whole number from 0 of each answer.

        Returns:
            The answers; persons and items are listed in the order in which they first appear.

        Raises:
            CalibrationError: No answers, columns of unequal length, a score that is no whole number from 0 to 100,
                or two answers of one person to one item.
        """
        person_index: dict[str, int] = {}
        item_index: dict[str, int] = {}
        person = [person_index.setdefault(name, len(person_index)) for name in persons]
        item = [item_index.setdefault(name, len(item_index)) for name in items]
        score = scores if isinstance(scores, np.ndarray) else np.asarray(list(scores))
        return cls.from_indices(tuple(person_index), tuple(item_index), person, item, score)

    @classmethod
    def from_indices(
        cls,
        person_ids: Sequence[str],
        item_ids: Sequence[str],
        person: npt.ArrayLike,
        item: npt.ArrayLike,
        score: npt.ArrayLike,
    ) -> ResponseData:
        """Collect answers whose persons and items are already numbered.

        Args:
            person_ids: Identifier of each person, without repetition.
            item_ids: Identifier of each item, without repetition.
            person: Index into ``person_ids``, shape (responses,).
            item: Index into ``item_ids``, shape (responses,).
            score: Whole number from 0, shape (responses,).

        Returns:
            The answers, sorted by person and then by item. Arrays that are so already, in 32 and 8 bits, are taken as
            they are and not copied.

        Raises:
            CalibrationError: As for :meth:`from_triples`.
        """
        _refuse_repeated("person", person_ids)
        _refuse_repeated("item", item_ids)
        rows = _Rows(tuple(person_ids), tuple(item_ids), np.asarray(person), np.asarray(item), np.asarray(score))
        rows.refuse_lengths()
        rows.refuse_scores()
        order = rows.order()
        arrays = (rows.person[order], rows.item[order], rows.score[order])
        return cls(
            rows.person_ids,
            rows.item_ids,
            arrays[0].astype(np.int32, copy=False),
            arrays[1].astype(np.int32, copy=False),
            arrays[2].astype(np.int8, copy=False),
        )

    def require_dichotomous(self) -> None:
        """Refuse scores other than 0 and 1.

        Raises:
            CalibrationError: A score above 1, with the person and the item that have it.
        """
        above = np.flatnonzero(self.score > 1)
        if len(above):
            row = int(above[0])
            raise CalibrationError(
                f"item {self.item_ids[self.item[row]]!r}, person {self.person_ids[self.person[row]]!r}: "
                f"score {self.score[row]}; a model for right and wrong answers takes 0 or 1",
                code="score_not_dichotomous",
            )

    def select(self, rows: npt.NDArray[np.bool_]) -> ResponseData:
        """Keep some answers and list only the persons and items that still have one.

        Args:
            rows: Which answers to keep, shape (responses,).

        Returns:
            The answers kept, renumbered.
        """
        kept = slice(None) if rows.all() else rows
        persons, person = _renumbered(self.person[kept], self.n_persons)
        items, item = _renumbered(self.item[kept], self.n_items)
        if len(persons) == self.n_persons and len(items) == self.n_items and isinstance(kept, slice):
            return self
        return ResponseData(
            tuple(self.person_ids[index] for index in persons),
            tuple(self.item_ids[index] for index in items),
            person,
            item,
            self.score[kept],
        )


@dataclass(frozen=True, eq=False)
class _Rows:
    """Unchecked answers on their way into :class:`ResponseData`."""

    person_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    person: npt.NDArray[np.integer]
    item: npt.NDArray[np.integer]
    score: npt.NDArray[np.integer]

    def refuse_lengths(self) -> None:
        lengths = (len(self.person), len(self.item), len(self.score))
        if len(set(lengths)) > 1:
            raise CalibrationError(
                f"{lengths[0]} persons, {lengths[1]} items and {lengths[2]} scores; the columns must be equally long",
                code="unequal_columns",
            )
        if not lengths[0]:
            raise CalibrationError("there are no responses", code="no_responses")

    def refuse_scores(self) -> None:
        if self.score.dtype.kind not in "iub":
            raise CalibrationError(
                f"scores of type {self.score.dtype}; whole numbers from 0 are expected", code="score_not_whole"
            )
        outside = np.flatnonzero((self.score < 0) | (self.score > HIGHEST_SCORE))
        if len(outside):
            raise CalibrationError(
                f"{self._pair(int(outside[0]))}: score {self.score[outside[0]]}; "
                f"a whole number from 0 to {HIGHEST_SCORE} is expected",
                code="score_out_of_range",
            )

    def order(self) -> npt.NDArray[np.intp] | slice:
        if self.in_order():
            return slice(None)
        key = self.person.astype(np.int64) * len(self.item_ids) + self.item
        order = np.argsort(key, kind="stable")
        repeated = np.flatnonzero(np.diff(key[order]) == 0)
        if len(repeated):
            raise CalibrationError(
                f"{self._pair(int(order[repeated[0]]))}: more than one response; "
                "each person answers an item at most once",
                code="duplicate_response",
            )
        return order

    def in_order(self) -> bool:
        """Compare neighbours; numbers that hold both would need as much memory again as all answers."""
        later = self.person[1:] > self.person[:-1]
        later |= (self.person[1:] == self.person[:-1]) & (self.item[1:] > self.item[:-1])
        return bool(later.all())

    def _pair(self, row: int) -> str:
        return f"person {self.person_ids[self.person[row]]!r}, item {self.item_ids[self.item[row]]!r}"


def _renumbered(index: IntArray, count: int) -> tuple[npt.NDArray[np.intp], IntArray]:
    """Tell which of so many numbers occur, and number those from 0; where all occur nothing is copied."""
    occurs = np.zeros(count, dtype=np.bool_)
    occurs[index] = True
    if occurs.all():
        return np.arange(count), index
    return np.flatnonzero(occurs), (np.cumsum(occurs, dtype=np.int32) - np.int32(1))[index]


def _refuse_repeated(kind: str, ids: Sequence[str]) -> None:
    if len(set(ids)) < len(ids):
        seen: set[str] = set()
        repeated = next(name for name in ids if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise CalibrationError(f"{kind} {repeated!r} is listed twice", code=f"duplicate_{kind}")
