"""Times the answer request over HTTP: a whole sitting's answers through a real server, on SQLite and on PostgreSQL.

Each request authenticates, locks the sitting, folds its answers, scores the new one, decides, chooses the next
question, records all of it durably and answers in JSON. Run it with

    python -m benchmarks.answer_request [--json] [--candidates N] [--at-once N] [--workers N]

The server is ``samat serve`` in a process of its own on 127.0.0.1; the clients share the machine with it, so the
figures are a lower bound of what the server does alone.
"""

from __future__ import annotations

import argparse
import http.client
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from itembank.actor import COMMAND_LINE, Role
from itembank.authoring.starter import install_starter_bank
from itembank.clock import utc_now
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.framework.starter import load_starter_standard
from itembank.framework.store import store_framework
from itembank.migrate import upgrade
from itembank.people.accounts import create_person
from itembank.publishing.banks import publish_bank
from tests.support.postgresql import empty_database, postgresql_server
from tests.support.server import ServerProcess

PASSWORD = "only for this benchmark"
UNIT = "Dlit100"


@dataclass(frozen=True)
class Figures:
    """What one run measured: milliseconds, and answers a second."""

    answers: int
    median_ms: float
    p95_ms: float
    answers_per_second: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--candidates", type=int, default=16)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    for name, place in (("sqlite", sqlite_place), ("postgresql", postgresql_place)):
        with place() as url:
            one = measure(url, candidates=max(2, options.candidates // 4), at_once=1, workers=options.workers)
        with place() as url:
            many = measure(url, candidates=options.candidates, at_once=options.at_once, workers=options.workers)
        found[name] = {"one at a time": vars(one), f"{options.at_once} at once": vars(many)}
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print("database    load             answers  median ms   p95 ms   answers/s")
    for database, runs in found.items():
        for load, figures in runs.items():
            print(
                f"{database:<11} {load:<15} {figures['answers']:>8} {figures['median_ms']:>10.2f}"
                f" {figures['p95_ms']:>8.2f} {figures['answers_per_second']:>11.0f}"
            )


@contextmanager
def sqlite_place() -> Iterator[str]:
    """An SQLite file on the disk."""
    with tempfile.TemporaryDirectory(prefix="samat-benchmark-") as folder:
        yield f"sqlite:///{folder}/samat.db"


@contextmanager
def postgresql_place() -> Iterator[str]:
    """A database on a PostgreSQL server started for the purpose."""
    with postgresql_server() as server, empty_database(server, "benchmark") as url:
        yield url


def measure(url: str, *, candidates: int, at_once: int, workers: int) -> Figures:
    """Let candidates sit the exam, some at a time, and time each answer."""
    names = [f"candidate{number:04d}" for number in range(candidates)]
    exam_id = fill(url, names)
    with tempfile.TemporaryDirectory(prefix="samat-benchmark-") as folder:
        server = ServerProcess(url, log=Path(folder) / "server.log", workers=workers)
        server.start()
        try:
            return run_clients(server.port, names, exam_id, at_once=at_once)
        finally:
            server.stop()


def fill(url: str, names: list[str]) -> str:
    """Put standard, bank, exam and candidates into an empty database."""
    database = Database(url)
    upgrade(database)
    now = utc_now()
    with database.writing() as session:
        store_framework(session, actor=COMMAND_LINE, framework=load_starter_standard(), now=now)
        install_starter_bank(session, actor=COMMAND_LINE, now=now)
        publish_bank(session, actor=COMMAND_LINE, now=now)
        for name in names:
            create_person(
                session, actor=COMMAND_LINE, username=name, display_name=name, roles=[Role.CANDIDATE],
                password=PASSWORD, now=now,
            )  # fmt: skip
        design = propose_design(session, actor=COMMAND_LINE, unit=UNIT)
        exam = create_exam(session, actor=COMMAND_LINE, title="benchmark", unit=UNIT, design=design, now=now)
        enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=names, now=now)
    database.close()
    return str(exam.id)


def run_clients(port: int, names: list[str], exam_id: str, *, at_once: int) -> Figures:
    """Share the candidates among threads; each is signed in and started before the clock runs."""
    clients = [Client(port, name, exam_id) for name in names]
    for client in clients:
        client.begin()
    seconds: list[float] = []
    threads = [
        threading.Thread(target=lambda part: [seconds.extend(client.answer_all()) for client in part], args=(part,))
        for part in (clients[start::at_once] for start in range(at_once))
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    return Figures(
        answers=len(seconds),
        median_ms=round(1000 * median(seconds), 3),
        p95_ms=round(1000 * quantiles(seconds, n=20)[-1], 3),
        answers_per_second=round(len(seconds) / elapsed, 1),
    )


class Client:
    """One candidate's program on one kept-alive connection."""

    def __init__(self, port: int, name: str, exam_id: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._name = name
        self._exam_id = exam_id
        self._headers = {"Content-Type": "application/json"}
        self._sitting: dict[str, Any] = {}

    def begin(self) -> None:
        """Sign in and start the sitting."""
        signed_in = self._post("/sessions", {"username": self._name, "password": PASSWORD})
        self._headers["Authorization"] = f"Bearer {signed_in['token']}"
        self._sitting = self._post(f"/me/exams/{self._exam_id}/start", {})

    def answer_all(self) -> list[float]:
        """Answer until the engine stops; the seconds that each answer took."""
        seconds = []
        address = f"/sittings/{self._sitting['id']}/answers"
        while not self._sitting["finished"]:
            question = self._sitting["question"]
            chosen = (question["position"] * 7 + len(self._name)) % len(question["item"]["options"])
            started = time.perf_counter()
            self._sitting = self._post(address, {"position": question["position"], "selected": [chosen]})
            seconds.append(time.perf_counter() - started)
        self._connection.close()
        return seconds

    def _post(self, address: str, body: dict[str, Any]) -> dict[str, Any]:
        self._connection.request("POST", f"/api/v1{address}", json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            msg = f"{address}: {answer.status} {content.decode(errors='replace')}"
            raise RuntimeError(msg)
        document: dict[str, Any] = json.loads(content)
        return document


if __name__ == "__main__":
    main()
