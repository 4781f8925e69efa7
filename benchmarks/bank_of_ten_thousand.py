"""Times the bank's pages, searches and likeness at ten thousand items, on SQLite and on PostgreSQL.

The items are varied from the starter bank; half come in by one import, which is timed as well. Pages are asked for over
HTTP from ``samat serve`` in a process of its own, as use cases in this one. Run it with

    python -m benchmarks.bank_of_ten_thousand [--json] [--items N] [--databases sqlite,postgresql]
"""

from __future__ import annotations

import argparse
import http.client
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlencode

from sqlalchemy import text

from benchmarks.answer_request import PASSWORD, postgresql_place, sqlite_place
from benchmarks.targets import Figure, tell
from benchmarks.varied_items import varied_items
from itembank.actor import COMMAND_LINE, Actor, Role
from itembank.authoring.coverage import coverage
from itembank.authoring.enemy_proposals import count_proposals, propose_enemies, proposed_enemies
from itembank.authoring.exchange import import_items
from itembank.authoring.flawed_items import bank_flaws
from itembank.authoring.flaws.flaw import Rule
from itembank.authoring.item_list import ItemOrder, Narrowing, list_items
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.likeness import similar_items
from itembank.clock import utc_now
from itembank.database import Database
from itembank.framework.starter import load_starter_standard
from itembank.framework.store import store_framework
from itembank.migrate import upgrade
from itembank.people.accounts import create_person
from tests.support.server import ServerProcess

_READER = "reader"
_TIMES = 9
_PAGES = {
    "start page with the grid": "/bank",
    "list, first page": "/bank/items",
    "search in Thai": "/bank/items?" + urlencode({"search": "ข้อมูลส่วนบุคคล"}),
    "search that finds nothing": "/bank/items?" + urlencode({"search": "ไม่มีคำนี้แน่นอน"}),
    "list narrowed in five ways": "/bank/items?"
    + urlencode({"criterion": "Dlit100", "state": "draft", "type": "single_choice", "rating": "3", "flawed": "yes"}),
    "list by difficulty, last page": "/bank/items?" + urlencode({"order": "hardest", "page": "9999"}),
    "one criterion": "/bank/criteria/" + quote("Dlit101-1.1"),
    "flaws by rule": "/bank/flaws",
    "items of one rule": "/bank/flaws?rule=odd_one_out",
    "proposed enemies": "/bank/enemies",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--databases", default="sqlite,postgresql")
    options = parser.parse_args()
    places = {"sqlite": sqlite_place, "postgresql": postgresql_place}
    figures = [
        figure for name in options.databases.split(",") for figure in _measured(name, places[name], items=options.items)
    ]
    tell(figures, name="bank_of_ten_thousand", as_json=options.json)


def _measured(name: str, place: Callable[[], AbstractContextManager[str]], *, items: int) -> list[Figure]:
    with place() as url:
        database = Database(url)
        figures = [*_filled(database, items), *_likeness(database), *_use_cases(database)]
        database.close()
        figures += _over_http(url)
    return [
        Figure(f"{name}: {figure.work}", figure.name, figure.value, most=figure.most, digits=0) for figure in figures
    ]


def _filled(database: Database, items: int) -> list[Figure]:
    upgrade(database)
    now = utc_now()
    with database.writing() as session:
        store_framework(session, actor=COMMAND_LINE, framework=load_starter_standard(), now=now)
        create_person(
            session, actor=COMMAND_LINE, username=_READER, display_name="Reader",
            roles=[Role.ITEM_WRITER, Role.REVIEWER], password=PASSWORD, now=now,
        )  # fmt: skip
    varied = varied_items(items)
    half = len(varied) // 2
    with database.writing() as session:
        import_items(session, actor=COMMAND_LINE, items=varied[:half], file="first.xlsx", now=now)
    started = time.perf_counter()
    with database.writing() as session:
        import_items(session, actor=COMMAND_LINE, items=varied[half:], file="second.xlsx", now=now)
    imported = time.perf_counter() - started
    states = [
        state.value for state in (ItemState.OPERATIONAL, ItemState.OPERATIONAL, ItemState.PRETEST, ItemState.DRAFT)
    ]
    with database.writing() as session:
        for place, state in enumerate(states):
            session.connection().execute(
                text("UPDATE item_version SET state = :state WHERE difficulty_rating = :rating"),
                {"state": state, "rating": place + 1},
            )
        if not database.is_sqlite:
            session.connection().execute(text("ANALYZE"))
    return [Figure("import", f"{len(varied) - half} items, ms", 1000 * imported, most=20_000)]


def _likeness(database: Database) -> list[Figure]:
    content = varied_items(3)[1].content
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with database.reading() as session:
        first = _milliseconds(lambda: similar_items(session, actor=COMMAND_LINE, wording=content), times=1)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        again = _milliseconds(lambda: similar_items(session, actor=COMMAND_LINE, wording=content))
    started = time.perf_counter()
    while propose_enemies(database, now=utc_now()):
        pass
    return [
        Figure("likeness", "first call in a process, ms", first),
        Figure("likeness", "while typing, ms", again, most=300),
        Figure("likeness", "more memory, MB", (after - memory) / 1024),
        Figure("likeness", "pairs of the whole bank, in the background, ms", 1000 * (time.perf_counter() - started)),
    ]


def _use_cases(database: Database) -> list[Figure]:
    reader = Actor(None, _READER, "Reader", frozenset({Role.ITEM_WRITER}))
    flawed = Narrowing(flawed=True, language="th", difficulty_rating=3, order=ItemOrder.NEWEST)
    with database.reading() as session:
        calls: dict[str, Callable[[], object]] = {
            "grid": lambda: coverage(session, actor=reader),
            "list": lambda: list_items(session, actor=reader, limit=25),
            "search in Thai": lambda: list_items(session, actor=reader, search="ข้อมูลส่วนบุคคล", limit=25),
            "narrowed list": lambda: list_items(session, actor=reader, criterion="Dlit100", narrowing=flawed, limit=25),
            "flaws by rule": lambda: bank_flaws(session, actor=reader),
            "items of one rule": lambda: list_items(
                session, actor=reader, narrowing=Narrowing(rule=Rule.ODD_ONE_OUT), limit=25
            ),
            "proposed enemies": lambda: proposed_enemies(session, actor=reader),
            "count of proposals": lambda: count_proposals(session, actor=reader),
        }
        return [Figure("use case", f"{name}, ms", _milliseconds(call), most=200) for name, call in calls.items()]


def _over_http(url: str) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="samat-benchmark-") as folder:
        server = ServerProcess(url, log=Path(folder) / "server.log", workers=1)
        server.start()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", server.port)
            cookie = _signed_in(connection)
            return [
                Figure("page", f"{name}, ms", _milliseconds(lambda at=at: _get(connection, at, cookie)), most=200)  # type: ignore[misc]
                for name, at in _PAGES.items()
            ]
        finally:
            server.stop()


def _signed_in(connection: http.client.HTTPConnection) -> str:
    body = urlencode({"username": _READER, "password": PASSWORD})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", "/sign-in", body, headers)
    answer = connection.getresponse()
    answer.read()
    return "; ".join(value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")


def _get(connection: http.client.HTTPConnection, address: str, cookie: str) -> None:
    connection.request("GET", address, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        msg = f"{address}: {answer.status} {body[:300].decode(errors='replace')}"
        raise RuntimeError(msg)


def _milliseconds(call: Callable[[], object], *, times: int = _TIMES) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - started))
    return median(taken)


if __name__ == "__main__":
    main()
