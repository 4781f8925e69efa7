"""Blocks of persons: the responses as matrices, small enough for their posteriors to stay in the processor's cache."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.sparse import csr_array

from calibration.array_types import FloatArray, IntArray, ScoreArray
from calibration.chunks import PERSONS_IN_BLOCK, IndexedAnswers, Persons, Workplace, response_chunks

# Above this share of answered pairs a dense matrix product is quicker than a sparse one.
DENSE_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class PersonBlock:
    """Answers of consecutive persons, as dense matrices or as a sparse one.

    Args:
        n_persons: Persons in the block.
        n_items: Items in the bank.
        lengths: Answers of each person, shape (persons,).
        item: Index of the item of each answer, shape (responses,).
        score: 1 for a right answer and 0 for a wrong one, shape (responses,).
        right: Dense: 1.0 where the answer was right, shape (persons, items).
        answered: Dense: 1.0 where there is an answer, of that shape; None where everybody answered every item.
        given: Sparse: 1.0 where the answer was wrong, then where it was right, shape (persons, 2 items).
    """

    n_persons: int
    n_items: int
    lengths: IntArray
    item: IntArray
    score: ScoreArray
    right: FloatArray | None = None
    answered: FloatArray | None = None
    given: csr_array | None = None

    @property
    def is_dense(self) -> bool:
        """Whether the matrices are dense."""
        return self.given is None


def person_blocks(
    data: IndexedAnswers, *, size: int = PERSONS_IN_BLOCK, dense: bool | None = None
) -> list[PersonBlock]:
    """Cut responses into blocks.

    Args:
        data: Right and wrong answers, scores 0 and 1.
        size: Persons in a block.
        dense: Form of the matrices; by default dense when a fifth of all pairs is answered.

    Returns:
        The blocks, in the order of the persons.
    """
    if dense is None:
        dense = much_is_answered(data)
    everybody = data.person
    firsts = np.append(np.arange(0, data.n_persons, size), data.n_persons)
    edges = np.searchsorted(everybody, firsts)
    # The values of all sparse matrices are the same ones.
    ones = np.ones(0 if dense else int(np.diff(edges).max()))
    blocks = []
    for k, first in enumerate(firsts[:-1]):
        rows = slice(int(edges[k]), int(edges[k + 1]))
        person = everybody[rows] - np.int32(first)
        shape = (int(firsts[k + 1] - first), data.n_items)
        lengths = np.bincount(person, minlength=shape[0]).astype(np.int32)
        block = PersonBlock(*shape, lengths, data.item[rows], data.score[rows])
        blocks.append(_dense(block, person) if dense else _sparse(block, ones))
    return blocks


def settled_blocks(data: IndexedAnswers, workplace: Workplace) -> Persons[PersonBlock]:
    """Cut responses into chunks and have the blocks of each built where it is worked on.

    Args:
        data: Right and wrong answers, scores 0 and 1.
        workplace: Where.

    Returns:
        The persons.
    """
    build = partial(person_blocks, dense=much_is_answered(data))
    return workplace.settle(response_chunks(data), build)


def much_is_answered(data: IndexedAnswers) -> bool:
    """Whether so many pairs of persons and items have an answer that dense matrices are quicker.

    Args:
        data: The responses.

    Returns:
        True for a fifth of the pairs or more.
    """
    return data.n_responses > DENSE_SHARE * data.n_persons * data.n_items


def _dense(block: PersonBlock, person: IntArray) -> PersonBlock:
    right = np.zeros((block.n_persons, block.n_items))
    right[person, block.item] = block.score
    if len(block.item) == right.size:
        return replace(block, right=right)
    answered = np.zeros_like(right)
    answered[person, block.item] = 1.0
    return replace(block, right=right, answered=answered)


def _sparse(block: PersonBlock, ones: FloatArray) -> PersonBlock:
    column = block.item + block.n_items * block.score.astype(np.int32)
    starts = np.concatenate(([0], np.cumsum(block.lengths))).astype(np.int32)
    given = csr_array((ones[: len(column)], column, starts), shape=(block.n_persons, 2 * block.n_items))
    return replace(block, given=given)
