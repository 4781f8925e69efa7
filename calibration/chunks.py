"""Chunks of persons: what is summed over persons is summed over chunks, wherever each chunk is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Generic, Protocol, TypeVar

import numpy as np

from calibration.array_types import IntArray, ScoreArray

PERSONS_IN_BLOCK = 2048
# Enough chunks that a lost one is a small loss, few enough that adding up what they give costs nothing.
MOST_CHUNKS = 64
# A chunk of more answers than this is too large a message.
MOST_ANSWERS = 1_500_000

Block = TypeVar("Block")
Built = TypeVar("Built", covariant=True)
Total = TypeVar("Total")


class IndexedAnswers(Protocol):
    """Answers of consecutive persons, sorted by person."""

    @property
    def n_persons(self) -> int:
        """How many persons there are."""

    @property
    def n_items(self) -> int:
        """How many items the bank has."""

    @property
    def n_responses(self) -> int:
        """How many answers there are."""

    @property
    def person(self) -> IntArray:
        """Index of the person of each answer, not decreasing, shape (responses,)."""

    @property
    def item(self) -> IntArray:
        """Index of the item of each answer, shape (responses,)."""

    @property
    def score(self) -> ScoreArray:
        """Score of each answer, shape (responses,)."""


@dataclass(frozen=True, eq=False)
class ResponseChunk:
    """Answers of some consecutive persons, few bytes to send.

    Args:
        n_items: Items in the bank.
        lengths: Answers of each person, shape (persons,).
        item: Index of the item of each answer, shape (responses,).
        score: Score of each answer, shape (responses,).
    """

    n_items: int
    lengths: IntArray
    item: IntArray
    score: ScoreArray

    @property
    def n_persons(self) -> int:
        """How many persons there are."""
        return len(self.lengths)

    @property
    def n_responses(self) -> int:
        """How many answers there are."""
        return len(self.score)

    @property
    def person(self) -> IntArray:
        """Index of the person of each answer within the chunk, shape (responses,)."""
        return np.repeat(np.arange(len(self.lengths), dtype=np.int32), self.lengths)


def response_chunks(data: IndexedAnswers) -> list[ResponseChunk]:
    """Cut responses into chunks; how depends on the responses alone, so that sums are the same wherever they are made.

    Args:
        data: The responses.

    Returns:
        Chunks of whole blocks of persons, in the order of the persons.
    """
    blocks = -(-data.n_persons // PERSONS_IN_BLOCK)
    count = max(min(blocks, MOST_CHUNKS), min(blocks, -(-data.n_responses // MOST_ANSWERS)))
    size = -(-blocks // count) * PERSONS_IN_BLOCK
    starts = np.arange(0, data.n_persons, size)
    edges = [*np.searchsorted(data.person, starts).tolist(), data.n_responses]
    chunks = []
    for place, first in enumerate(starts.tolist()):
        rows = slice(edges[place], edges[place + 1])
        lengths = np.bincount(data.person[rows] - np.int32(first), minlength=min(size, data.n_persons - first))
        chunks.append(ResponseChunk(data.n_items, lengths.astype(np.int32), data.item[rows], data.score[rows]))
    return chunks


class BuildBlocks(Protocol[Built]):
    """Makes of a chunk the blocks that are computed with; it must be possible to send it to another process."""

    def __call__(self, data: IndexedAnswers, /) -> Sequence[Built]:
        """Build the blocks."""


class Persons(Protocol[Built]):
    """All persons of a calibration, settled where they are worked on."""

    def total(self, work: Callable[[Sequence[Built]], Total]) -> Total:
        """Do some work on each chunk and add up what comes of it, in the order of the chunks.

        Args:
            work: A function of a chunk's blocks that can be sent to another process; its results can be added.

        Returns:
            The sum.
        """


class Workplace(Protocol):
    """Where chunks are worked on: this process, other processes of this machine, or a cluster."""

    def settle(self, chunks: Sequence[ResponseChunk], build: BuildBlocks[Block]) -> Persons[Block]:
        """Take the chunks to where they are worked on.

        Args:
            chunks: At least one chunk.
            build: Makes blocks of a chunk, once.

        Returns:
            The persons.
        """


@dataclass(frozen=True, eq=False)
class PersonsHere(Generic[Block]):
    """Persons worked on by this process.

    Args:
        chunks: Blocks of each chunk.
    """

    chunks: Sequence[Sequence[Block]]

    def total(self, work: Callable[[Sequence[Block]], Total]) -> Total:
        """Do some work on each chunk, one after the other, and add up what comes of it.

        Args:
            work: A function of a chunk's blocks whose results can be added.

        Returns:
            The sum.
        """
        return sum_of(work(blocks) for blocks in self.chunks)


class ThisProcess:
    """The workplace that needs nothing."""

    def settle(self, chunks: Sequence[ResponseChunk], build: BuildBlocks[Block]) -> PersonsHere[Block]:
        """Build all blocks.

        Args:
            chunks: At least one chunk.
            build: Makes blocks of a chunk.

        Returns:
            The persons.
        """
        return PersonsHere([build(chunk) for chunk in chunks])


def sum_of(results: Iterable[Total]) -> Total:
    """Add up the results of chunks in the order given.

    Args:
        results: At least one.

    Returns:
        The sum.
    """
    total: Total = reduce(add, results)
    return total
