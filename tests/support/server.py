"""A site in a process of its own, which tests may kill and start again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_PATIENCE_SECONDS = 60


class ServerProcess:
    """``samat serve`` on a free port of 127.0.0.1.

    Args:
        database_url: The database it serves.
        log: Where its log goes.
        workers: Its processes.
        first: Python that the process runs before it serves, such as what makes something slow enough to be watched.
    """

    def __init__(self, database_url: str, *, log: Path, workers: int = 1, first: str = "") -> None:
        self._database_url = database_url
        self._log = log
        self._workers = workers
        self._program = f"{first}\nfrom api.commands import main; main()"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            RuntimeError: It did not come up; the message holds its log.
        """
        environment = {**os.environ, "SAMAT_DATABASE_URL": self._database_url, "SAMAT_COOKIES": "plain"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-c", self._program, "serve",
                    "--port", str(self.port), "--workers", str(self._workers),
                ],
                stdout=log, stderr=log, env=environment, start_new_session=True,
            )  # fmt: skip
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < give_up:
            if self._process.poll() is not None:
                break
            try:
                with urlopen(f"{self.url}/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                time.sleep(0.1)
        msg = f"the site did not come up:\n{self._log.read_text(errors='replace')}"
        raise RuntimeError(msg)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, with no word of warning."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        os.killpg(self._process.pid, how)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=20)
        self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
