"""Every main screen of every role, in both languages, on a telephone and on a desk: fits, is quiet, accessible."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib.resources import files
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.authoring.items import item_view, save_item
from itembank.calibration_runs.runs import request_run
from itembank.calibration_runs.work import execute_run
from itembank.clock import utc_now
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.simulations.options import SimulationOptions
from itembank.simulations.runs import request_simulation
from itembank.simulations.starting_points import starting_point
from itembank.simulations.work import execute_simulation
from itembank.tables import CalibrationRun, Item, SimulationRun
from tests.browser.conftest import Running, sign_in
from tests.support.institution import Institution
from tests.support.recorded import record_things
from tests.support.sitting import sit_through

pytestmark = pytest.mark.browser

WIDTHS = {"telephone": 360, "desk": 1280}
STRANGER = ""

#: Whose screens they are, and where; names in braces are filled in from what there is.
SCREENS: dict[str, tuple[str, ...]] = {
    STRANGER: ("/sign-in",),
    "candidate": ("/exams", "/exams/{open_exam}", "/sittings/{running}", "/sittings/{running}/end"),
    "candidate2": ("/sittings/{finished}/result",),
    "writer": (
        "/bank", "/bank/criteria/DG101-1.1", "/bank/items", "/bank/items/new?criterion=DG101-1.1",
        "/bank/items/{draft}", "/bank/items/{draft}/edit", "/bank/items/{draft}/history?from=1&to=2", "/standard",
    ),
    "reviewer": ("/review", "/review/{in_review}"),
    "psychometrician": (
        "/measurement?unit=DG100", "/measurement/items/{asked}", "/calibrations", "/calibrations/{run}", "/banks",
        "/banks?reinstate=1", "/bank/items/{approved}", "/simulations", "/simulations/new?unit=DG100",
        "/simulations/{simulation}", "/simulations/{waiting}",
    ),
    "administrator": (
        "/administration/exams", "/administration/exams/new", "/administration/exams/new?unit=DG100",
        "/administration/exams/{open_exam}", "/administration/exams/{exam}?simulated=1", "/administration/sittings",
        "/administration/sittings/{finished}/replay", "/administration/sittings/{finished}/replay?details=1",
        "/simulations/{simulation}?beside={other_simulation}", "/administration/people", "/administration/people/new",
        "/administration/people/{person}", "/administration/audit",
    ),
}  # fmt: skip
#: Where colours matter most.
DARK: dict[str, tuple[str, ...]] = {
    "candidate": ("/exams", "/sittings/{running}"),
    "candidate2": ("/sittings/{finished}/result",),
    "writer": ("/bank", "/bank/items/{draft}/history?from=1&to=2"),
    "psychometrician": ("/measurement/items/{asked}", "/calibrations/{run}", "/simulations/{simulation}"),
    "administrator": ("/administration/sittings/{finished}/replay?details=1",),
}

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
#: Only what matters; the rest of the report would be most of its work.
_RUN_AXE = "() => axe.run(document, {resultTypes: ['violations']})"
_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
#: What sticks out at the right, innermost first.
_OVERFLOWING = """() => {
  const limit = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= limit) return [];
  const out = [...document.body.querySelectorAll("*")].filter((element) =>
    element.getBoundingClientRect().right > limit + 1);
  return [document.documentElement.scrollWidth, ...out.slice(-3).map((element) => element.outerHTML.slice(0, 120))];
}"""


@dataclass
class Watch:
    """What a browser complains about and whom it asks."""

    origin: str
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.complaints.append(f"asked {request.url}")


@pytest.fixture(scope="module")
def places(running: Running) -> dict[str, UUID]:
    """Something to see on every screen, by name."""
    database, institution, now = running.database, running.institution, utc_now()
    with database.writing() as session:
        add_simulated_sittings(session, exam_id=institution.exam, count=120, now=now)
    finished = sit_through(database, actor=institution["candidate2"], exam_id=institution.exam, now=now)
    things = record_things(database, institution, now=now)
    _write_second_version(database, institution, things.items["draft"])
    with database.writing() as session:
        waiting = session.get(CalibrationRun, things.run_id)
        session.delete(waiting)
        session.flush()
        run = request_run(session, actor=institution["psychometrician"], unit="DG100", now=now)
        asked = session.exec(select(Item.id).where(Item.code == "DG101-1.1-01")).one()
        open_exam = create_exam(
            session, actor=COMMAND_LINE, title="การสอบที่เปิดอยู่", unit="Dlit100",
            design=propose_design(session, actor=COMMAND_LINE, unit="Dlit100"), time_limit_minutes=60, now=now,
        )  # fmt: skip
        enrol(session, actor=COMMAND_LINE, exam_id=open_exam.id, usernames=["candidate"], now=now)
    # The site's own worker may have been quicker.
    execute_run(database, run.id)
    return {
        "exam": institution.exam, "open_exam": open_exam.id, "running": things.sitting_id, "finished": finished.id,
        "person": things.person_id, "run": run.id, "asked": asked, **things.items,
        **_simulations(database, institution),
    }  # fmt: skip


def _simulations(database: Database, institution: Institution) -> dict[str, UUID]:
    """Two simulations that are done, and one that another process of the site would do."""
    found, actor = {}, institution["psychometrician"]
    for seed, name in enumerate(("simulation", "other_simulation", "waiting")):
        with database.writing() as session:
            start = starting_point(session, actor=actor, unit="DG100")
            options = SimulationOptions(examinees=100, seed=seed, parameter_error=bool(seed))
            run = request_simulation(
                session, actor=actor, unit="DG100", design=start.design, options=options, now=utc_now()
            )
            found[name] = run.id
            if name == "waiting":
                row = session.get_one(SimulationRun, run.id)
                row.state, row.heartbeat_at, row.done = "running", utc_now() + timedelta(days=1), 40
                session.add(row)
        if name != "waiting":
            # The site's own worker may be at it.
            execute_simulation(database, run.id)
            give_up = utc_now() + timedelta(seconds=60)
            while _state(database, run.id) != "done" and utc_now() < give_up:
                time.sleep(0.1)
    return found


def _state(database: Database, run_id: UUID) -> str:
    with database.reading() as session:
        return session.get_one(SimulationRun, run_id).state


def _write_second_version(database: Database, institution: Institution, item_id: UUID) -> None:
    writer = institution["writer"]
    with database.writing() as session:
        content = item_view(session, actor=writer, item_id=item_id).head.content
        longer = replace(content, stem=f"{content.stem} ตามกฎหมายว่าด้วยการคุ้มครองข้อมูลส่วนบุคคล")
        save_item(session, actor=writer, item_id=item_id, content=longer, started_from=1, now=utc_now())


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.mark.parametrize("lang", ["th", "en"])
@pytest.mark.parametrize("username", SCREENS, ids=lambda username: username or "stranger")
def test_screens_fit_are_quiet_and_accessible(
    browser: Browser, running: Running, places: dict[str, UUID], contexts: list[BrowserContext],
    username: str, lang: str,
) -> None:  # fmt: skip
    context = browser.new_context(viewport={"width": WIDTHS["desk"], "height": 900})
    contexts.append(context)
    found = look_at(context, running, places, username=username, lang=lang, screens=SCREENS[username])
    assert found == []


@pytest.mark.parametrize("username", DARK)
def test_the_dark_theme_is_accessible_too(
    browser: Browser, running: Running, places: dict[str, UUID], contexts: list[BrowserContext], username: str
) -> None:
    context = browser.new_context(viewport={"width": WIDTHS["desk"], "height": 900}, color_scheme="dark")
    contexts.append(context)
    found = look_at(context, running, places, username=username, lang="th", screens=DARK[username])
    assert found == []


@pytest.mark.parametrize(
    ("username", "screen", "button"),
    [
        ("writer", "/bank/items/new", "Save and send to review"),
        ("administrator", "/administration/people/new", "Add this person"),
        ("administrator", "/administration/exams/new?unit=DG100", "Create the exam"),
        ("psychometrician", "/simulations/new?unit=DG100", "Start the simulation"),
        ("administrator", "/administration/exams/{exam}", "Enrol candidates"),
    ],
)
def test_a_refused_form_is_accessible_and_leads_to_its_fields(
    browser: Browser, running: Running, places: dict[str, UUID], contexts: list[BrowserContext],
    username: str, screen: str, button: str,
) -> None:  # fmt: skip
    context = browser.new_context()
    contexts.append(context)
    page = sign_in(context, running.server.url, username)
    page.goto(f"{running.server.url}{screen.format_map(places)}")
    for filled in page.locator("main form[method=post] :is(input[type=number], [name=title])").all():
        if filled.is_visible():  # parts of a form may be folded away
            filled.fill("")
    page.get_by_role("button", name=button).last.click()
    summary = page.get_by_role("alert").first
    expect(summary).to_be_visible()
    links = summary.get_by_role("link").all()
    assert links
    for link in links:
        target = link.get_attribute("href")
        assert target is not None
        assert target.startswith("#")
        named = page.locator(f'[id="{target[1:]}"]')
        expect(named).to_be_visible()
        described = named.get_attribute("aria-describedby") or ""
        assert any(page.locator(f'[id="{name}"]').inner_text() for name in described.split() if "error" in name), target
    assert examine(page, at="telephone") == []


def look_at(
    context: BrowserContext, running: Running, places: dict[str, UUID], *,
    username: str, lang: str, screens: tuple[str, ...],
) -> list[str]:  # fmt: skip
    """Open each screen, look at it at both widths, and list all that is wrong."""
    origin = running.server.url
    context.add_init_script(_TELL_VIOLATIONS)
    watch = Watch(origin)
    page = sign_in(context, origin, username, lang=lang) if username else context.new_page()
    watch.over(page)
    wrong = []
    for screen in screens:
        address = screen.format_map(places)
        response = page.goto(f"{origin}{address}{'&' if '?' in address else '?'}lang={lang}")
        assert response is not None
        if response.status != 200 or page.url.partition("?")[0] != f"{origin}{address.partition('?')[0]}":
            wrong.append(f"{screen}: {response.status} at {page.url}")
            continue
        if page.locator("html").get_attribute("lang") != lang:
            wrong.append(f"{screen}: not in {lang}")
        # Each screen is searched at both widths, once in each language: the search is the slow part.
        wrong += [f"{screen}: {complaint}" for complaint in examine(page, at="desk" if lang == "en" else "telephone")]
    return wrong + watch.complaints


def examine(page: Page, *, at: str) -> list[str]:
    """What does not fit at either width, and at the named one what can't be used by everybody."""
    wrong = []
    for name in sorted(WIDTHS, key=lambda name: name == at):
        page.set_viewport_size({"width": WIDTHS[name], "height": 900})
        if sticking_out := page.evaluate(_OVERFLOWING):
            wrong.append(f"{name}: wider than the screen: {sticking_out}")
    page.evaluate(_AXE)
    return wrong + [
        f"{at}: {violation['id']} ({violation['impact']}): {violation['nodes'][0]['html'][:160]}"
        f" and {len(violation['nodes']) - 1} more: {violation['nodes'][0]['failureSummary'][:300]}"
        for violation in page.evaluate(_RUN_AXE)["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def test_the_examination_would_find_what_is_wrong(browser: Browser, contexts: list[BrowserContext]) -> None:
    context = browser.new_context()
    contexts.append(context)
    page = context.new_page()
    page.set_content(
        '<html lang="th"><title>x</title><main><h1>x</h1><img src="data:,">'
        '<p style="width: 2000px; color: #ccc; background: #fff">จาง</p></main></html>'
    )
    found = " ".join(examine(page, at="desk"))
    for expected in ("wider than the screen", "image-alt", "color-contrast"):
        assert expected in found
