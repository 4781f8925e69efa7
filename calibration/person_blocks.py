"""Blocks of persons: the responses as matrices, small enough for their posteriors to stay in the processor's cache."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from calibration.array_types import FloatArray, IntArray
from calibration.responses import ResponseData

PERSONS_IN_BLOCK = 2048
# Above this share of answered pairs a dense matrix product is quicker than a sparse one.
DENSE_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class PersonBlock:
    """Answers of consecutive persons.

    Args:
        n_persons: Persons in the block.
        n_items: Items in the bank.
        person: Index of the person of each answer within the block, not decreasing, shape (responses,).
        item: Index of the item of each answer, shape (responses,).
        score: 1.0 for a right answer and 0.0 for a wrong one, shape (responses,).
        right: 1.0 where the answer was right, shape (persons, items), dense or sparse.
        answered: 1.0 where there is an answer, likewise; None where every person answered every item.
    """

    n_persons: int
    n_items: int
    person: IntArray
    item: IntArray
    score: FloatArray
    right: FloatArray | csr_array
    answered: FloatArray | csr_array | None

    @property
    def is_dense(self) -> bool:
        """Whether the matrices are dense."""
        return isinstance(self.right, np.ndarray)


def person_blocks(data: ResponseData, *, size: int = PERSONS_IN_BLOCK, dense: bool | None = None) -> list[PersonBlock]:
    """Cut responses into blocks.

    Args:
        data: Right and wrong answers, scores 0 and 1.
        size: Persons in a block.
        dense: Form of the matrices; by default dense when a fifth of all pairs is answered.

    Returns:
        The blocks, in the order of the persons.
    """
    if dense is None:
        dense = data.n_responses > DENSE_SHARE * data.n_persons * data.n_items
    starts = np.arange(0, data.n_persons, size)
    edges = np.append(np.searchsorted(data.person, starts), data.n_responses)
    return [
        _block(data, slice(int(edges[k]), int(edges[k + 1])), int(start), min(size, data.n_persons - int(start)), dense)
        for k, start in enumerate(starts)
    ]


def _block(data: ResponseData, rows: slice, first: int, count: int, dense: bool) -> PersonBlock:
    person = data.person[rows] - np.int32(first)
    item = data.item[rows]
    score = data.score[rows].astype(np.float64)
    shape = (count, data.n_items)
    complete = len(item) == count * data.n_items
    build = _dense_matrix if dense else _sparse_matrix
    answered = None if complete else build(person, item, np.ones(len(item)), shape)
    return PersonBlock(count, data.n_items, person, item, score, build(person, item, score, shape), answered)


def _dense_matrix(person: IntArray, item: IntArray, value: FloatArray, shape: tuple[int, int]) -> FloatArray:
    matrix = np.zeros(shape)
    matrix[person, item] = value
    return matrix


def _sparse_matrix(person: IntArray, item: IntArray, value: FloatArray, shape: tuple[int, int]) -> csr_array:
    kept = value != 0
    return csr_array((value[kept], (person[kept], item[kept])), shape=shape)
