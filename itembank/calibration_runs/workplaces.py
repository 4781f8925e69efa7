"""Where a calibration computes: in its own process, in several of this machine, or on a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Any

from calibration.chunk_cluster import Cluster
from calibration.chunk_processes import LocalProcesses
from calibration.chunks import ThisProcess, Workplace
from calibration.errors import CalibrationError
from itembank.settings import load_settings

SECONDS_TO_CONNECT = 10
# Below this, processes take longer to start than they save.
_WORTH_PROCESSES = 300_000


@contextmanager
def opened_workplace(*, processes: int, dask: str | None, dask_by: str = "--dask") -> Iterator[Workplace]:
    """Open the workplace that was asked for and close it afterwards.

    Args:
        processes: Processes of this machine; 1 is this one alone.
        dask: Address of a Dask scheduler, or None.
        dask_by: How the scheduler was asked for, for messages.

    Yields:
        The workplace.

    Raises:
        CalibrationError: Both were asked for, a number below 1, no Dask installed, no answer from the scheduler, or a
            cluster that fails on the way.
    """
    if dask is not None:
        if processes != 1:
            raise CalibrationError("--processes and --dask: take one of the two", code="bad_option")
        with _cluster(dask, named=dask_by) as cluster:
            yield cluster
    elif processes == 1:
        yield ThisProcess()
    else:
        # Each process has a core to itself; what is started from here inherits this.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        with LocalProcesses(processes) as local:
            yield local


def site_workplace(responses: int) -> AbstractContextManager[Workplace]:
    """Open the workplace that this installation has for so many answers; few are soonest done in its own process.

    Args:
        responses: How many answers there are.

    Returns:
        The workplace, to be entered.

    Raises:
        CalibrationError: Once entered, as for :func:`opened_workplace`.
    """
    settings = load_settings()
    processes = settings.calibration_processes if responses >= _WORTH_PROCESSES else 1
    return opened_workplace(
        processes=1 if settings.calibration_dask else processes,
        dask=settings.calibration_dask,
        dask_by="SAMAT_CALIBRATION_DASK",
    )


@contextmanager
def _cluster(address: str, *, named: str) -> Iterator[Cluster]:
    if not address.startswith(("tcp://", "tls://")):
        raise CalibrationError(f"{named} {address}: an address like tcp://host:8786 is expected", code="bad_option")
    try:
        # An optional extra, and slow to import.
        distributed: Any = import_module("distributed")
    except ImportError:
        raise CalibrationError(
            f"{named} needs the packages of the extra 'dask': pip install 'samat[dask]'", code="dask_missing"
        ) from None
    try:
        client = distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        message = f"{named} {address}: no scheduler answers ({error})"
        raise CalibrationError(message, code="cluster_unreachable") from None
    with client:
        if not client.nthreads():
            raise CalibrationError(f"{named} {address}: the cluster has no worker", code="cluster_empty")
        try:
            yield Cluster(client)
        except distributed.KilledWorker as error:
            message = f"{named} {address}: workers died again and again on the same chunk ({error})"
            raise CalibrationError(message, code="workers_died") from None
        except (distributed.comm.CommClosedError, CancelledError) as error:
            message = f"{named} {address}: the scheduler was lost ({type(error).__name__})"
            raise CalibrationError(message, code="cluster_lost") from None
