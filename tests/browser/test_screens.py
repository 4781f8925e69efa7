"""Every main screen of every role, in both languages, on a telephone and on a desk: fits, is quiet, accessible."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from itembank.clock import utc_now
from itembank.database import Database
from tests.browser.conftest import Running, sign_in
from tests.browser.examination import WIDTHS, examine, examine_dark, look_at
from tests.browser.things_to_see import put_things_to_see
from tests.support.institution import Institution
from tests.support.server import ServerProcess

pytestmark = pytest.mark.browser

STRANGER = ""

#: Whose screens they are, and where; names in braces are filled in from what there is.
SCREENS: dict[str, tuple[str, ...]] = {
    STRANGER: ("/sign-in",),
    "candidate": (
        "/exams", "/exams/{open_exam}", "/sittings/{running}", "/sittings/{running}/end", "/sittings/{task}",
        "/sittings/{task}/end",
    ),
    "candidate2": ("/sittings/{finished}/result", "/sittings/{handed_in}/result"),
    "writer": (
        "/bank", "/bank/criteria/DG101-1.1", "/bank/items", "/bank/items/new?criterion=DG101-1.1", "/bank/images",
        "/bank/items/{draft}", "/bank/items/{draft}/edit", "/bank/items/{draft}/history?from=1&to=2", "/standard",
        "/bank/items/{matching}/edit", "/bank/items/{gaps}/edit", "/bank/items/{rubric}/edit", "/bank/ratings",
        "/bank/import", "/bank/import/{import_ready}", "/bank/import/{import_done}",
    ),
    "writer2": ("/bank/assignments", "/bank/ratings"),
    "reviewer": (
        "/review", "/review/{in_review}", "/bank/needs?unit=DG100", "/bank/assignments", "/bank/enemies",
        "/bank/assignments/new?criterion=DG101-1.1&wanted=2", "/bank/flaws?unit=DG100",
        "/bank/export?format=aiken&place=DG101&state=draft",
    ),
    "marker": ("/marking", "/marking/{answer}"),
    "psychometrician": (
        "/measurement?unit=DG100", "/measurement/items/{asked}", "/calibrations", "/calibrations/{run}", "/banks",
        "/banks?reinstate=1", "/bank/items/{approved}", "/simulations", "/simulations/new?unit=DG100",
        "/simulations/{simulation}", "/simulations/{waiting}", "/marking/agreement",
    ),
    "psychometrician2": (
        "/measurement/queue?unit=DG100", "/measurement/items/{weak}/decide?verdict=retire&unit=DG100",
        "/measurement/reports?unit=DG100", "/measurement/reports/runs/{run}", "/dif-studies",
        "/dif-studies/new?variable={variable}", "/dif-studies/{study}", "/standard-setting", "/standard-setting/new",
        "/standard-setting/{panel}", "/standard-setting/{finished_panel}", "/neutralisations",
        "/neutralisations/new?code=DG101-1.1-02", "/neutralisations/{neutralised}",
    ),
    "judge": (
        "/judging", "/judging/{second_round}", "/judging/{second_round}/pages/1", "/judging/{second_round}/pages/2",
        "/judging/{booklet}", "/judging/{booklet}/pages/1", "/judging/{finished_panel}",
    ),
    "administrator": (
        "/administration/exams", "/administration/exams/new", "/administration/exams/new?unit=DG100",
        "/administration/exams/{open_exam}", "/administration/exams/{exam}?simulated=1", "/administration/sittings",
        "/administration/sittings/{finished}/replay", "/administration/sittings/{finished}/replay?details=1",
        "/simulations/{simulation}?beside={other_simulation}", "/administration/people", "/administration/people/new",
        "/administration/people/{person}", "/administration/audit", "/administration/reviewing",
        "/administration/groups", "/administration/groups/new", "/administration/groups/{variable}",
        "/standard-setting/{finished_panel}", "/neutralisations/{proposed}", "/marking/progress",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def stage(
    filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Institution, dict[str, UUID]]]:
    """What there is to see, before a site shows it: its workers would take up some of it first."""
    source, institution = filled_file
    path = tmp_path_factory.mktemp("screens") / "site.db"
    shutil.copy(source, path)
    database = Database(f"sqlite:///{path}")
    yield database, institution, put_things_to_see(database, institution, now=utc_now())
    database.close()


@pytest.fixture(scope="module")
def running(
    stage: tuple[Database, Institution, dict[str, UUID]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The site that shows it."""
    database, institution, _ = stage
    server = ServerProcess(database.url, log=tmp_path_factory.mktemp("log") / "server.log")
    server.start()
    yield Running(server, database, institution)
    server.stop()


@pytest.fixture(scope="module")
def places(stage: tuple[Database, Institution, dict[str, UUID]]) -> dict[str, UUID]:
    """Something to see on every screen, by name."""
    return stage[2]


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


@pytest.mark.parametrize(
    ("username", "screen", "button"),
    [
        ("writer", "/bank/items/new", "Save and send to review"),
        ("administrator", "/administration/people/new", "Add this person"),
        ("administrator", "/administration/exams/new?unit=DG100", "Create the exam"),
        ("psychometrician", "/simulations/new?unit=DG100", "Start the simulation"),
        ("administrator", "/administration/exams/{exam}", "Enrol candidates"),
        ("administrator", "/administration/groups/new", "Create the variable"),
        ("psychometrician", "/standard-setting/new", "Save the plan"),
        ("psychometrician", "/measurement/items/{weak}/decide?verdict=hold", "Hold"),
        ("psychometrician", "/neutralisations/new", "Propose and compute the effect"),
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
    # What the browser would refuse by itself, the site has to refuse as well.
    page.evaluate("() => document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
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


def test_the_examination_would_find_what_is_wrong(browser: Browser, contexts: list[BrowserContext]) -> None:
    context = browser.new_context()
    contexts.append(context)
    page = context.new_page()
    page.set_content(
        '<html lang="th"><title>x</title><main><h1>x</h1><img src="data:,">'
        '<p style="width: 2000px; color: #ccc; background: #fff">จาง</p></main></html>'
    )
    found = " ".join([*examine(page, at="desk"), *examine_dark(page)])
    for expected in ("wider than the screen", "image-alt", "desk: color-contrast", "dark: color-contrast"):
        assert expected in found
