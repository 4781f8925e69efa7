"""Chunks of persons worked on by several processes of this machine; one that dies is replaced."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from types import TracebackType
from typing import Any, Generic

from calibration.chunks import Block, BuildBlocks, ResponseChunk, Total, sum_of
from calibration.errors import CalibrationError

#: Processes that may die one after the other without finishing a chunk in between.
MOST_DEATHS = 3
SECONDS_TO_END = 5.0

Message = tuple[str, Any, Any]


class LocalProcesses:
    """A workplace of several processes of this machine, ended with the ``with`` block.

    Args:
        count: How many, at least 1.

    Raises:
        CalibrationError: The number is below 1.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise CalibrationError(f"{count} processes; at least 1 is expected", code="bad_option")
        self.count = count
        self._settled: list[PersonsElsewhere[Any]] = []

    def __enter__(self) -> LocalProcesses:
        """Nothing is started before there is work."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End all processes."""
        for persons in self._settled:
            persons.end()

    def settle(self, chunks: Sequence[ResponseChunk], build: BuildBlocks[Block]) -> PersonsElsewhere[Block]:
        """Start processes and deal the chunks out to them.

        Args:
            chunks: At least one chunk.
            build: Makes blocks of a chunk, in the process that has it.

        Returns:
            The persons.
        """
        persons = PersonsElsewhere(chunks, build, min(self.count, len(chunks)))
        self._settled.append(persons)
        return persons


@dataclass(eq=False)
class _Worker:
    """One process, the chunks that are its own, and those of them that are being worked on."""

    own: list[int]
    process: BaseProcess
    connection: Connection
    pending: set[int] = field(default_factory=set)

    def tell(self, message: Message | bytes) -> None:
        """Send something; a process that is dead by now is noticed when its answer is waited for."""
        try:
            if isinstance(message, bytes):
                self.connection.send_bytes(message)
            else:
                self.connection.send(message)
        except OSError:
            pass


class PersonsElsewhere(Generic[Block]):
    """Persons worked on by processes of this machine.

    Args:
        chunks: All chunks, kept to give them to another process should one die.
        build: Makes blocks of a chunk.
        count: How many processes.
    """

    def __init__(self, chunks: Sequence[ResponseChunk], build: BuildBlocks[Block], count: int) -> None:
        self._chunks, self._build = chunks, build
        self._deaths = 0
        self._workers = [_started(list(range(place, len(chunks), count))) for place in range(count)]
        for worker in self._workers:
            self._settle(worker)

    @property
    def process_ids(self) -> list[int]:
        """Ids of the processes as they are now."""
        return [worker.process.pid or 0 for worker in self._workers]

    def total(self, work: Callable[[Sequence[Block]], Total]) -> Total:
        """Do some work on each chunk and add up what comes of it, in the order of the chunks.

        Args:
            work: A function of a chunk's blocks that can be sent to another process; its results can be added.

        Returns:
            The sum.

        Raises:
            CalibrationError: Processes died one after the other, or were ended before.
        """
        if not self._workers:
            raise CalibrationError("the processes have been ended", code="workers_ended")
        try:
            return sum_of(self._results(work))
        except BaseException:
            # Some processes may still be at work on what nobody waits for any longer.
            self.end()
            raise

    def end(self) -> None:
        """End all processes."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in workers:
            worker.process.join(SECONDS_TO_END)

    def _results(self, work: Callable[[Sequence[Block]], Total]) -> Iterator[Total]:
        message = bytes(ForkingPickler.dumps(("work", None, work)))
        for worker in self._workers:
            worker.pending = set(worker.own)
            worker.tell(message)
        arrived: dict[int, Total] = {}
        for place in range(len(self._chunks)):
            while place not in arrived:
                self._receive(arrived, message)
            yield arrived.pop(place)

    def _receive(self, arrived: dict[int, Total], message: bytes) -> None:
        """Take in what has been sent; where a process has died let another do the rest of its chunks."""
        busy = {worker.connection: worker for worker in self._workers if worker.pending}
        for connection in wait(list(busy)):
            worker = busy[connection]  # type: ignore[index]
            try:
                place, result, error = worker.connection.recv()
            except (EOFError, OSError):
                self._replace(worker, message)
                continue
            if error is not None:
                raise error
            arrived[place] = result
            worker.pending.discard(place)
            self._deaths = 0

    def _replace(self, dead: _Worker, message: bytes) -> None:
        self._deaths += 1
        dead.connection.close()
        dead.process.join(SECONDS_TO_END)
        if self._deaths >= MOST_DEATHS:
            raise CalibrationError(
                f"{self._deaths} processes died one after the other (the last with exit code {dead.process.exitcode}); "
                "take fewer processes if memory runs short",
                code="workers_died",
            )
        worker = _started(dead.own)
        self._settle(worker)
        worker.pending = dead.pending
        self._workers[self._workers.index(dead)] = worker
        worker.tell(("skip", None, set(dead.own) - dead.pending))
        worker.tell(message)

    def _settle(self, worker: _Worker) -> None:
        for place in worker.own:
            worker.tell(("settle", place, (self._build, self._chunks[place])))


def _started(own: list[int]) -> _Worker:
    # Spawned: a fork would copy threads' locks in whatever state they are.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=work_on_chunks, args=(there,), daemon=True, name="samat-calibration")
    process.start()
    there.close()
    return _Worker(own, process, here)


def work_on_chunks(connection: Connection) -> None:
    """Build blocks and work on them until nobody is at the other end: the life of a process.

    Args:
        connection: Brings chunks and work, takes results.
    """
    built: dict[int, Sequence[Any]] = {}
    skipped: set[int] = set()
    while True:
        try:
            kind, place, content = connection.recv()
            if kind == "settle":
                build, chunk = content
                built[place] = build(chunk)
            elif kind == "skip":
                skipped = content
            else:
                for chosen in sorted(built.keys() - skipped):
                    connection.send((chosen, *_outcome(content, built[chosen])))
                skipped = set()
        except (EOFError, OSError, KeyboardInterrupt):
            return


def _outcome(work: Callable[[Sequence[Any]], Any], blocks: Sequence[Any]) -> tuple[Any, Exception | None]:
    try:
        return work(blocks), None
    except Exception as error:
        return None, error
