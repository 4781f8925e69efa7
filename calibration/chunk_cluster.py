"""Chunks of persons worked on by a cluster of machines that takes work as Dask does; Dask itself is not imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol

from calibration.chunks import Block, BuildBlocks, ResponseChunk, Total, sum_of
from calibration.errors import CalibrationError

# How often a wait is interrupted to see whether there is anybody left to wait for.
SECONDS_BETWEEN_LOOKS = 10.0


class Promise(Protocol):
    """A result to come."""

    def result(self, timeout: float | None = None) -> Any:
        """Wait for it.

        Raises:
            TimeoutError: It has not come in time.
        """


class ClusterClient(Protocol):
    """What is needed of ``distributed.Client``."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, pure: bool) -> Promise:
        """Ask for a function's result; arguments may be promises."""

    def nthreads(self) -> Mapping[str, int]:
        """Threads of each worker by its address."""


class Cluster:
    """A workplace of as many machines as a cluster has.

    The cluster keeps what it was asked, so the chunks of a worker that dies are built and worked on again by another.

    Args:
        client: A connected client of the cluster, whose workers have this package.
        patience: Seconds after which to see whether any worker is left.
    """

    def __init__(self, client: ClusterClient, *, patience: float = SECONDS_BETWEEN_LOOKS) -> None:
        self._client, self._patience = client, patience

    def settle(self, chunks: Sequence[ResponseChunk], build: BuildBlocks[Block]) -> PersonsOnCluster[Block]:
        """Send the chunks to the cluster.

        Args:
            chunks: At least one chunk.
            build: Makes blocks of a chunk, on a worker.

        Returns:
            The persons.
        """
        settled = [self._client.submit(build, chunk, pure=False) for chunk in chunks]
        return PersonsOnCluster(self._client, settled, self._patience)


class PersonsOnCluster(Generic[Block]):
    """Persons worked on by a cluster.

    Args:
        client: The cluster's client.
        settled: Blocks of each chunk, as promises.
        patience: Seconds after which to see whether any worker is left.
    """

    def __init__(self, client: ClusterClient, settled: Sequence[Promise], patience: float) -> None:
        self._client, self._settled, self._patience = client, settled, patience

    def total(self, work: Callable[[Sequence[Block]], Total]) -> Total:
        """Do some work on each chunk and add up what comes of it, in the order of the chunks.

        Args:
            work: A function of a chunk's blocks that can be sent to another machine; its results can be added.

        Returns:
            The sum.

        Raises:
            CalibrationError: The cluster has no worker left.
        """
        return sum_of(self._results(work))

    def _results(self, work: Callable[[Sequence[Block]], Total]) -> Iterator[Total]:
        promises = [self._client.submit(work, blocks, pure=False) for blocks in self._settled]
        promises.reverse()
        while promises:
            # Popped, so that the cluster forgets a result once it is added.
            yield self._awaited(promises.pop())

    def _awaited(self, promise: Promise) -> Any:
        while True:
            try:
                return promise.result(timeout=self._patience)
            except TimeoutError:
                if not self._client.nthreads():
                    raise CalibrationError("the cluster has no worker left", code="cluster_empty") from None
