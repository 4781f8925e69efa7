"""Blocks of persons with any number of scores: which score was had, as matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from calibration.array_types import FloatArray, IntArray
from calibration.person_blocks import DENSE_SHARE, PERSONS_IN_BLOCK
from calibration.responses import ResponseData


@dataclass(frozen=True, eq=False)
class ScoreBlock:
    """Answers of consecutive persons.

    Args:
        n_persons: Persons in the block.
        n_items: Items in the bank.
        person: Index of the person of each answer within the block, not decreasing, shape (responses,).
        item: Index of the item of each answer, shape (responses,).
        score: Score of each answer, shape (responses,).
        had: 1.0 where an item was answered with a score, by score from 1, each of shape (persons, items).
        answered: 1.0 where there is an answer, of that shape; None where every person answered every item.
    """

    n_persons: int
    n_items: int
    person: IntArray
    item: IntArray
    score: IntArray
    had: tuple[FloatArray | csr_array, ...]
    answered: FloatArray | csr_array | None

    @property
    def is_dense(self) -> bool:
        """Whether the matrices are dense."""
        return isinstance(self.had[0], np.ndarray)


def score_blocks(data: ResponseData, *, highest: int, dense: bool | None = None) -> list[ScoreBlock]:
    """Cut responses into blocks.

    Args:
        data: The responses.
        highest: Highest score of any item, 1 or more.
        dense: Form of the matrices; by default dense when a fifth of all pairs is answered.

    Returns:
        The blocks, in the order of the persons.
    """
    if dense is None:
        dense = data.n_responses > DENSE_SHARE * data.n_persons * data.n_items
    starts = range(0, data.n_persons, PERSONS_IN_BLOCK)
    edges = [*np.searchsorted(data.person, list(starts)).tolist(), data.n_responses]
    blocks = []
    for k, first in enumerate(starts):
        rows = slice(edges[k], edges[k + 1])
        person, item = data.person[rows] - np.int32(first), data.item[rows]
        score = data.score[rows].astype(np.int32)
        shape = (min(PERSONS_IN_BLOCK, data.n_persons - first), data.n_items)
        had = tuple(_indicators(person, item, score == x, shape, dense) for x in range(1, highest + 1))
        complete = len(item) == shape[0] * shape[1]
        answered = None if complete else _indicators(person, item, np.ones(len(item), dtype=bool), shape, dense)
        blocks.append(ScoreBlock(shape[0], shape[1], person, item, score, had, answered))
    return blocks


def _indicators(
    person: IntArray,
    item: IntArray,
    where: np.ndarray[tuple[int], np.dtype[np.bool_]],
    shape: tuple[int, int],
    dense: bool,
) -> FloatArray | csr_array:
    if dense:
        matrix = np.zeros(shape)
        matrix[person[where], item[where]] = 1.0
        return matrix
    return csr_array((np.ones(int(where.sum())), (person[where], item[where])), shape=shape)
