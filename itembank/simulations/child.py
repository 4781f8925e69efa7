"""The child's part of a simulation: hear what to do, compute, tell. Started by `child_process`, never imported by it.

Nothing numerical is imported here: hearing the task is what loads it, and by then the parent has made this process
quiet.
"""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection

from engine.errors import EngineError
from itembank.simulations.child_messages import Breakdown, Refusal, Report, Step

_TELL_EVERY_SECONDS = 0.2


def work(connection: Connection) -> None:
    """Compute what is asked for over the line, and tell how it goes and how it ends."""
    # Ctrl-C in a terminal reaches every process there; ending this one is its parent's business.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        connection.send(_result(connection))
    except (EOFError, ConnectionError):
        # The site has gone; there is nobody to compute for.
        return


def _result(connection: Connection) -> Report | Refusal | Breakdown:
    try:
        task = connection.recv()
        from itembank.simulations.computation import compute

        return Report(compute(task, on_progress=_teller(connection)))
    except EngineError as error:
        return Refusal(str(error))
    except (EOFError, ConnectionError):
        raise
    except Exception as error:
        return Breakdown(type(error).__name__, traceback.format_exc())


def _teller(connection: Connection) -> Callable[[int, int], None]:
    told_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= _TELL_EVERY_SECONDS:
            told_at = now
            connection.send(Step(done, total))

    return tell


if __name__ == "__main__":
    work(Connection(int(sys.argv[1])))
