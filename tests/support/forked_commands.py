"""The command ``samat`` in processes of its own, each forked from one that has loaded other people's packages already.

What Samat itself loads for a command, each process loads anew; only the second that the libraries take is saved.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

_LIBRARIES = (
    "numpy", "scipy.optimize", "scipy.stats", "sqlalchemy", "sqlmodel", "typer", "pydantic_settings", "fastapi",
    "jinja2", "structlog", "alembic.command", "openpyxl", "lxml.html", "pythainlp.tokenize", "psycopg", "uvicorn",
)  # fmt: skip
_PATIENCE_SECONDS = 120


def run_forked(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command and give what it printed.

    Args:
        arguments: What stands after ``samat``.
        environment: Its environment.
    """
    parent = _parent()
    assert parent.stdin
    assert parent.stdout
    with TemporaryDirectory() as folder:
        out, errors = Path(folder, "out"), Path(folder, "errors")
        request = [list(arguments), dict(environment), str(out), str(errors), os.getcwd()]
        parent.stdin.write(json.dumps(request) + "\n")
        parent.stdin.flush()
        if not select.select([parent.stdout], [], [], _PATIENCE_SECONDS)[0]:
            raise subprocess.TimeoutExpired(["samat", *arguments], _PATIENCE_SECONDS)
        code = int(parent.stdout.readline())
        return subprocess.CompletedProcess(
            ["samat", *arguments], code, out.read_text(encoding="utf-8"), errors.read_text(encoding="utf-8")
        )


@cache
def _parent() -> subprocess.Popen[str]:
    # The same for all: warnings at loading are errors, and a server's threads would not survive the fork.
    environment = {**os.environ, "PYTHONWARNINGS": "error", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )

    def end() -> None:
        process.communicate()

    atexit.register(end)
    return process


def _serve() -> list[str] | None:
    """Fork for each request; give its arguments in the child, and nothing once there are no more requests."""
    for name in _LIBRARIES:
        import_module(name)
    # Else each child would look through all of it for garbage.
    gc.freeze()
    for line in sys.stdin:
        arguments, environment, out, errors, folder = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(environment, out, errors, folder)
            return list(arguments)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, flush=True)
    return None


def _become(environment: Mapping[str, str], out: str, errors: str, folder: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, (path, flags) in enumerate(
        ((os.devnull, os.O_RDONLY), (out, os.O_WRONLY | os.O_CREAT), (errors, os.O_WRONLY | os.O_CREAT))
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)


if __name__ == "__main__":
    wanted = _serve()
    if wanted is not None:
        sys.argv = ["samat", *wanted]
        from api.commands import main

        main()
