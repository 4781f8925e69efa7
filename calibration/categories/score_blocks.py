"""Blocks of persons with any number of scores: which score was had, as matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.sparse import csr_array

from calibration.array_types import FloatArray, IntArray
from calibration.chunks import PERSONS_IN_BLOCK, IndexedAnswers, Persons, Workplace, response_chunks
from calibration.person_blocks import much_is_answered


@dataclass(frozen=True, eq=False)
class ScoreBlock:
    """Answers of consecutive persons.

    Args:
        n_persons: Persons in the block.
        n_items: Items in the bank.
        lengths: Answers of each person, shape (persons,).
        item: Index of the item of each answer, shape (responses,).
        score: Score of each answer, shape (responses,).
        had: 1.0 where an item was answered with a score, by score from 1, each of shape (persons, items).
        answered: 1.0 where there is an answer, of that shape; None where every person answered every item.
    """

    n_persons: int
    n_items: int
    lengths: IntArray
    item: IntArray
    score: IntArray
    had: tuple[FloatArray | csr_array, ...]
    answered: FloatArray | csr_array | None

    @property
    def is_dense(self) -> bool:
        """Whether the matrices are dense."""
        return isinstance(self.had[0], np.ndarray)


def score_blocks(data: IndexedAnswers, *, highest: int, dense: bool | None = None) -> list[ScoreBlock]:
    """Cut responses into blocks.

    Args:
        data: The responses.
        highest: Highest score of any item, 1 or more.
        dense: Form of the matrices; by default dense when a fifth of all pairs is answered.

    Returns:
        The blocks, in the order of the persons.
    """
    if dense is None:
        dense = much_is_answered(data)
    everybody = data.person
    starts = range(0, data.n_persons, PERSONS_IN_BLOCK)
    edges = [*np.searchsorted(everybody, list(starts)).tolist(), data.n_responses]
    blocks = []
    for k, first in enumerate(starts):
        rows = slice(edges[k], edges[k + 1])
        person, item = everybody[rows] - np.int32(first), data.item[rows]
        score = data.score[rows].astype(np.int32)
        shape = (min(PERSONS_IN_BLOCK, data.n_persons - first), data.n_items)
        had = tuple(_indicators(person, item, score == x, shape, dense) for x in range(1, highest + 1))
        complete = len(item) == shape[0] * shape[1]
        answered = None if complete else _indicators(person, item, np.ones(len(item), dtype=bool), shape, dense)
        blocks.append(
            ScoreBlock(*shape, np.bincount(person, minlength=shape[0]).astype(np.int32), item, score, had, answered)
        )
    return blocks


def settled_scores(data: IndexedAnswers, workplace: Workplace, *, highest: int) -> Persons[ScoreBlock]:
    """Cut responses into chunks and have the blocks of each built where it is worked on.

    Args:
        data: The responses.
        workplace: Where.
        highest: Highest score of any item, 1 or more.

    Returns:
        The persons.
    """
    build = partial(score_blocks, highest=highest, dense=much_is_answered(data))
    return workplace.settle(response_chunks(data), build)


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
