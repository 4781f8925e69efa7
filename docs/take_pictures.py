"""Takes the pictures of README.md and the guides: a demo in a temporary folder, seen by each role in a real Chromium.

``make pictures`` runs it (``PYTHONPATH=. .venv/bin/python docs/take_pictures.py``). Pictures in Thai go to
``docs/pictures``, the same in English to ``docs/pictures/en``. Everything it starts ends with it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, FloatRect, Page
from sqlmodel import Session, select

from itembank.actor import COMMAND_LINE, Actor, Role
from itembank.authoring.items import item_view, move_item, save_item
from itembank.clock import utc_now
from itembank.database import Database
from itembank.delivery.exams import enrol, grant_extra_time
from itembank.delivery.records import load_record
from itembank.delivery.sittings import submit_answer
from itembank.demo.load import load_demo
from itembank.migrate import upgrade
from itembank.people.accounts import create_person
from itembank.tables import Exam, Item, Person
from tests.support.browser import opened_browser
from tests.support.server import ServerProcess
from tests.support.sitting import always_right, always_wrong, begin

PICTURES = Path(__file__).parent / "pictures"
FOLDERS = {"th": PICTURES, "en": PICTURES / "en"}
WIDTH, PHONE_WIDTH, MAXIMUM_HEIGHT = 1280, 360, 920
#: Pixels around what is shown.
MARGIN = 12
MAXIMUM_BYTES = 250_000

_EXAM_UNIT, _CALIBRATED_UNIT = "DG100", "Dlit100"
#: In the result on display the questions of this element are answered wrongly.
_WEAK_ELEMENT = "DG102-2.2"
#: The item on the writer's desk, the one that waits for its reviewer, and the one whose curve is shown.
_EDITED, _REVIEWED, _MEASURED = "DG101-1.1-01", "DG102-2.1-01", "Dlit103-3.4-01"


@dataclass(frozen=True)
class Candidate:
    """Somebody on the exam's list.

    Args:
        username: To sign in with.
        name: As shown.
        minutes: Minutes since the start; None for somebody who has not started.
        answers: Questions answered by now.
        extra: Extra minutes.
    """

    username: str
    name: str
    minutes: int | None
    answers: int = 0
    extra: int = 0


_CANDIDATES = (
    Candidate("kanya", "นางสาวกัญญา ศรีสุข", 24, 9, extra=10),
    Candidate("prasert", "นายประเสริฐ วงศ์ดี", 17, 7),
    Candidate("mali", "นางมาลี แก้วใส", 12, 5),
    Candidate("wichai", "นายวิชัย พูลสุข", None, extra=15),
    Candidate("somchai", "นายสมชาย รักงาน", 3, 1),
)


@dataclass(frozen=True)
class Scene:
    """What there is to see."""

    passwords: Mapping[str, str]
    exam_id: UUID
    running: UUID
    finished: UUID
    items: Mapping[str, UUID]


class Studio:
    """Browsers of each role at one site.

    Args:
        browser: The browser.
        url: Where the site is.
        passwords: By user name.
    """

    def __init__(self, browser: Browser, url: str, passwords: Mapping[str, str]) -> None:
        self._browser, self._url, self._passwords = browser, url, passwords
        self._signed_in: dict[str, BrowserContext] = {}

    def open(self, username: str, address: str, *, width: int = WIDTH, lang: str = "th") -> Page:
        """Open a page as somebody."""
        if username not in self._signed_in:
            self._signed_in[username] = self._sign_in(username)
        page = self._signed_in[username].new_page()
        page.set_viewport_size({"width": width, "height": MAXIMUM_HEIGHT})
        page.goto(f"{self._url}{address}{'&' if '?' in address else '?'}lang={lang}")
        page.wait_for_load_state("networkidle")
        return page

    def take(
        self,
        name: str,
        username: str,
        address: str,
        *,
        width: int = WIDTH,
        start: str = "",
        end: str = "",
        margin: int = MARGIN,
        prepare: Callable[[Page], object] | None = None,
    ) -> None:
        """Take a picture in each language.

        Args:
            name: The picture's file name without ending.
            username: Who looks.
            address: At which page.
            width: Pixels.
            start: The element above which the picture starts; the top of the page without.
            end: The element below which it ends; without, and if that is too far down, the greatest height counts.
            margin: Pixels below that element.
            prepare: What to do on the page first.
        """
        for lang, folder in FOLDERS.items():
            page = self.open(username, address, width=width, lang=lang)
            if prepare is not None:
                prepare(page)
                page.wait_for_load_state("networkidle")
            page.mouse.move(0, 0)
            top = _edge(page, start, "top") - MARGIN if start else 0
            bottom = _edge(page, end, "bottom") + margin if end else _edge(page, "html", "bottom")
            clip = FloatRect(x=0, y=top, width=width, height=min(MAXIMUM_HEIGHT, bottom - top))
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{name}.png", full_page=True, clip=clip)
            page.close()

    def _sign_in(self, username: str) -> BrowserContext:
        context = self._browser.new_context(reduced_motion="reduce", timezone_id="Asia/Bangkok")
        page = context.new_page()
        page.goto(f"{self._url}/sign-in")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", self._passwords[username])
        page.click("main button[type=submit]")
        page.wait_for_url(lambda address: "/sign-in" not in address)
        page.close()
        return context


def _edge(page: Page, selector: str, edge: str) -> float:
    return float(page.locator(selector).first.evaluate("(e, edge) => e.getBoundingClientRect()[edge] + scrollY", edge))


def main() -> int:
    """Build the scene, serve it, take every picture, and list them.

    Returns:
        0, or 1 if a picture is larger than a repository should carry.
    """
    with tempfile.TemporaryDirectory(prefix="samat-pictures-") as folder, opened_browser() as browser:
        database = Database(f"sqlite:///{Path(folder) / 'samat.db'}")
        server = ServerProcess(database.url, log=Path(folder) / "server.log")
        try:
            upgrade(database)
            scene = build_scene(database, now=utc_now())
            server.start()
            studio = Studio(browser, server.url, scene.passwords)
            take_candidates(studio, scene)
            take_writers(studio, scene)
            take_administrators(studio, scene)
            take_psychometricians(studio, scene)
        finally:
            server.stop()
            database.close()
    sizes = {path.relative_to(PICTURES): path.stat().st_size for path in sorted(PICTURES.rglob("*.png"))}
    for path, size in sizes.items():
        print(f"{path}: {size / 1000:.0f} kB{' (too large)' if size > MAXIMUM_BYTES else ''}")
    return int(max(sizes.values()) > MAXIMUM_BYTES)


def take_candidates(studio: Studio, scene: Scene) -> None:
    """Take the question, wide and on a phone, and the result."""
    question = f"/sittings/{scene.running}?saved=6"

    def choose(page: Page) -> None:
        page.get_by_role("group").locator("label").nth(1).click()

    studio.take("candidate-question", "candidate", question, prepare=choose)
    studio.take(
        "candidate-question-phone", "candidate", question, width=PHONE_WIDTH,
        start=".exam-progress", end="[data-confirm]", prepare=choose,
    )  # fmt: skip
    studio.take(
        "candidate-result", "candidate2", f"/sittings/{scene.finished}/result",
        start=".verdict", end="section[aria-labelledby=elements-title]",
    )  # fmt: skip


def take_writers(studio: Studio, scene: Scene) -> None:
    """Take the bank's grid, the writer's desk, and the reviewer's."""

    def answer(page: Page) -> None:
        page.get_by_role("group").locator("label").nth(1).click()
        page.locator("#review form button").first.click()
        page.locator("textarea[name=note]").wait_for()

    units = "main section:has(.coverage-cells)"
    studio.take("bank-grid", "writer", "/bank", start=units, end=f"{units} >> nth=1")
    studio.take(
        "bank-editing", "writer", f"/bank/items/{scene.items[_EDITED]}/edit",
        start=".panes", end="textarea[name=text_1]",
    )  # fmt: skip
    studio.take(
        "review", "reviewer", f"/review/{scene.items[_REVIEWED]}",
        start="main h1", end=".option-row >> nth=1", prepare=answer,
    )  # fmt: skip


def take_administrators(studio: Studio, scene: Scene) -> None:
    """Take the exam, the running sittings, and a replay."""
    studio.take(
        "exam", "administrator", f"/administration/exams/{scene.exam_id}",
        start=".page-head", end="section[aria-labelledby=candidates-title]",
    )  # fmt: skip
    studio.take("sittings-now", "administrator", "/administration/sittings", end="main table")
    studio.take(
        "replay", "administrator", f"/administration/sittings/{scene.finished}/replay",
        start=".page-head", end="tbody tr >> nth=3", margin=0,
    )  # fmt: skip


def take_psychometricians(studio: Studio, scene: Scene) -> None:
    """Run a calibration, take it, publish it, and take an item with its new parameters."""
    page = studio.open("psychometrician", "/calibrations")
    page.select_option("select[name=unit]", _CALIBRATED_UNIT)
    page.click("main form[action='/calibrations'] button[type=submit]")
    approve = page.locator("form[action$='/approve'] button[type=submit]")
    approve.wait_for(timeout=120_000)
    run = "/" + page.url.partition("?")[0].split("/", 3)[3]
    studio.take("calibration", "psychometrician", run, start=".tiles", end="main .columns")
    approve.click()
    page.wait_for_load_state()
    page.close()
    # Whoever approves may not publish.
    page = studio.open("psychometrician2", run)
    page.click("form[action$='/publish'] button[type=submit]")
    page.wait_for_load_state()
    page.close()
    item = f"/measurement/items/{scene.items[_MEASURED]}"
    studio.take("item-curve", "psychometrician", item, start=".columns", end=".columns")
    options = "section[aria-labelledby=options-title]"
    studio.take("item-options", "psychometrician", item, start=options, end=options)
    studio.take("banks", "psychometrician", "/banks", start=".tiles", end="table")
    take_simulation(studio)


def take_simulation(studio: Studio) -> None:
    """Try a design in simulation and take what it says."""
    page = studio.open("psychometrician", f"/simulations/new?unit={_EXAM_UNIT}&source=proposed")
    page.click("main form[action='/simulations'] button[type=submit]")
    page.locator("section[aria-labelledby=figures-title]").wait_for(timeout=120_000)
    run = "/" + page.url.partition("?")[0].split("/", 3)[3]
    page.close()
    studio.take("simulation", "psychometrician", run, start="figure.chart", end="figure.chart >> nth=1")


def build_scene(database: Database, *, now: datetime) -> Scene:
    """Load the demo, as of yesterday, and let people sit exams, write and review today."""
    yesterday = now - timedelta(days=1)
    passwords = {person.username: person.password for person in load_demo(database, now=yesterday)}
    with database.writing() as session:
        exam_id = session.exec(select(Exam.id).where(Exam.unit == _EXAM_UNIT)).one()
        items = {item.code: item.id for item in session.exec(select(Item))}
        _add_candidates(session, exam_id, now=yesterday)
        _send_to_review(session, _actor(session, "writer", Role.ITEM_WRITER), items[_REVIEWED], now=now)

    def sit(username: str, *, minutes: int, answers: int) -> UUID:
        return _sit(database, username, exam_id, minutes=minutes, answers=answers, now=now)

    for one in _CANDIDATES:
        if one.minutes is not None:
            sit(one.username, minutes=one.minutes, answers=one.answers)
    return Scene(
        passwords=passwords,
        exam_id=exam_id,
        running=sit("candidate", minutes=9, answers=6),
        finished=sit("candidate2", minutes=50, answers=99),
        items=items,
    )


def _actor(session: Session, username: str, role: Role) -> Actor:
    person = session.exec(select(Person).where(Person.username == username)).one()
    return Actor(person.id, username, person.display_name, frozenset({role}))


def _add_candidates(session: Session, exam_id: UUID, *, now: datetime) -> None:
    for one in _CANDIDATES:
        made = create_person(
            session, actor=COMMAND_LINE, username=one.username, display_name=one.name, roles=[Role.CANDIDATE], now=now
        )
        enrol(session, actor=COMMAND_LINE, exam_id=exam_id, usernames=[one.username], now=now)
        if one.extra:
            grant_extra_time(
                session, actor=COMMAND_LINE, exam_id=exam_id, person_id=made.person.id, minutes=one.extra, now=now
            )


def _send_to_review(session: Session, writer: Actor, item_id: UUID, *, now: datetime) -> None:
    head = item_view(session, actor=writer, item_id=item_id).head
    content = replace(head.content, difficulty_rating=head.content.difficulty_rating % 5 + 1)
    save_item(session, actor=writer, item_id=item_id, content=content, started_from=head.number, now=now)
    move_item(session, actor=writer, item_id=item_id, move_name="submit", now=now)


def _sit(database: Database, username: str, exam_id: UUID, *, minutes: int, answers: int, now: datetime) -> UUID:
    """Start an exam some minutes ago and answer so many questions, or to its end, evenly until a little while ago."""
    begun = now - timedelta(minutes=minutes)
    pace = timedelta(minutes=minutes) / (answers + 1) if answers < minutes else timedelta(seconds=55)
    with database.reading() as session:
        actor = _actor(session, username, Role.CANDIDATE)
    view = begin(database, actor=actor, exam_id=exam_id, now=begun)
    for number in range(1, answers + 1):
        moment = begun + number * pace
        with database.writing() as session:
            loaded = load_record(session, view.id)
            pending = loaded.state(moment).next_item
            if pending is None:
                break
            content = loaded.unit_pool.contents[pending]
            choose = always_wrong if content.criterion.startswith(_WEAK_ELEMENT) else always_right
            submit_answer(
                session, actor=actor, sitting_id=view.id, position=number,
                selected=choose(content.key, len(content.options)), now=moment,
            )  # fmt: skip
    return view.id


if __name__ == "__main__":
    sys.exit(main())
