"""Takes the pictures of README.md and the guides: a demo in a temporary folder, seen by each role in a real Chromium.

``make pictures`` runs it (``PYTHONPATH=. .venv/bin/python docs/take_pictures.py``). Pictures in Thai go to
``docs/pictures``, the same in English to ``docs/pictures/en``. Everything it starts ends with it.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from pictured_items import WRITTEN, answer_now, exam_of_types, publish_types, question_now
from pictured_scene import (
    CALIBRATED_UNIT,
    EDITED,
    EXAM_UNIT,
    MEASURED,
    MOVED,
    REVIEWED,
    Scene,
    actor_of,
    build_scene,
    judge_a_round,
)
from playwright.sync_api import Browser, BrowserContext, FloatRect, Page

from itembank.actor import Role
from itembank.clock import utc_now
from itembank.database import Database
from itembank.measurement_reports.pdf import pictures_of
from itembank.measurement_reports.reports import unit_report
from itembank.measurement_reports.writing import Writing
from itembank.migrate import upgrade
from tests.support.browser import opened_browser
from tests.support.server import ServerProcess
from tests.support.sitting import begin

PICTURES = Path(__file__).parent / "pictures"
FOLDERS = {"th": PICTURES, "en": PICTURES / "en"}
_ZONE = ZoneInfo("Asia/Bangkok")
WIDTH, PHONE_WIDTH, MAXIMUM_HEIGHT = 1280, 360, 920
#: Pixels around what is shown.
MARGIN = 12
MAXIMUM_BYTES = 250_000
#: An item much like DG101-1.1-01, with an option that item writing warns of.
_ALIKE = (
    "เทศบาลแห่งหนึ่งเปิดเว็บไซต์รับสมัครเข้าร่วมโครงการ โดยให้ประชาชนกรอกชื่อ ที่อยู่ และหมายเลขโทรศัพท์ "
    "กฎหมายใดกำหนดหน้าที่โดยตรงให้เทศบาลแจ้งวัตถุประสงค์ของการเก็บรายละเอียดดังกล่าวแก่ผู้สมัคร"
)
_ALIKE_OPTIONS = ("พระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562", "พระราชบัญญัติลิขสิทธิ์ พ.ศ. 2537", "ถูกทุกข้อ")
_IMPORTED = (
    ("id", "criterion", "type", "status", "stem", "options", "key", "difficulty_rating", "number", "unit"),
    ("", "DG600-1", "single_choice", "draft", "ข้อใดเป็นข้อมูลส่วนบุคคล",
     "ชื่อและที่อยู่\nชื่อหน่วยงาน\nพิกัดของอาคาร", "A", "2", "", ""),
    ("", "DG101-1.1", "single_choice", "draft", "ข้อใดเป็นข้อมูลส่วนบุคคลตามกฎหมาย",
     "หมายเลขโทรศัพท์ของผู้มาติดต่อ\nที่ตั้งของหน่วยงาน\nงบประมาณประจำปีของกรม", "A", "2", "", ""),
    ("", "DG101-1.2", "single_choice", "draft", "หน่วยงานเก็บข้อมูลเกินความจำเป็น จะเกิดปัญหาใด",
     "เสี่ยงต่อการรั่วไหลมากขึ้น\nต้องเพิ่มจำนวนเครื่องพิมพ์\nต้องแก้ไขชื่อหน่วยงาน", "", "3", "", ""),
    ("", "DG102-2.2", "numeric", "draft", "ร้อยละ 80 ของบุคลากร 250 คนเป็นกี่คน", "", "", "2", "200", "คน"),
)  # fmt: skip


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


def _address(page: Page) -> str:
    return "/" + page.url.partition("?")[0].split("/", 3)[3]


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
            take_psychometricians(studio, scene, database)
            take_import(studio, Path(folder) / "items.csv")
            take_types(studio, database)
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
        "bank-editing", "writer", f"/bank/items/{scene.items[EDITED]}/edit",
        start=".panes", end="textarea[name=text_1]",
    )  # fmt: skip
    studio.take(
        "review", "reviewer", f"/review/{scene.items[REVIEWED]}",
        start="main h1", end=".option-row >> nth=1", prepare=answer,
    )  # fmt: skip
    studio.take("review-comments", "reviewer", f"/review/{scene.items[REVIEWED]}", start="#comments", end="#comments",
                prepare=answer)  # fmt: skip
    studio.take("needs", "reviewer", "/bank/needs?unit=DG600", start="main h1", end="tbody tr >> nth=3")
    studio.take("assignments", "writer", "/bank/assignments", start="main h1", end="main")
    take_warnings(studio, scene)


def take_warnings(studio: Studio, scene: Scene) -> None:
    """Take what the desk says while somebody writes an item much like another, with a flaw."""

    def write(page: Page) -> None:
        page.fill("#stem", _ALIKE)
        for number, text in enumerate(_ALIKE_OPTIONS, start=1):
            page.fill(f"textarea[name=text_{number}]", text)
        page.locator("input[name=correct]").first.check()
        page.locator("#similar li").first.wait_for()
        # Warnings and what is alike follow a moment after the last key.
        page.wait_for_timeout(2500)
        page.evaluate("scrollTo(0, 0)")

    studio.take(
        "desk-warnings", "writer", "/bank/items/new?criterion=DG101-1.1",
        start=".panes", prepare=write,
    )  # fmt: skip
    alike = "[aria-labelledby=similar-title]"
    studio.take(
        "desk-similar", "writer", "/bank/items/new?criterion=DG101-1.1", width=PHONE_WIDTH,
        start=alike, end=alike, prepare=write,
    )  # fmt: skip


def take_import(studio: Studio, file: Path) -> None:
    """Send a file of items and take what is said about each."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(_IMPORTED)
    page = studio.open("writer", "/bank/import")
    page.set_input_files("input[type=file]", file)
    page.locator("main form button[type=submit]").first.click()
    page.locator("[aria-labelledby=rows-title]").wait_for(timeout=60_000)
    run = _address(page)
    page.close()
    studio.take("import-report", "writer", run, start="[aria-labelledby=store-title]", end="main")


def take_types(studio: Studio, database: Database) -> None:
    """Take items of each type on a telephone, the desk with one of them, a written task and its marking."""
    now = utc_now()
    with database.writing() as session:
        items = publish_types(session, writer=actor_of(session, "writer", Role.ITEM_WRITER), now=now)
        exam_id = exam_of_types(session, username="candidate2", now=now)
        candidate = actor_of(session, "candidate2", Role.CANDIDATE)
    studio.take("desk-matching", "writer", f"/bank/items/{items['matching']}/edit", start=".panes")
    sitting, position = begin(database, actor=candidate, exam_id=exam_id, now=now).id, 1
    address = f"/sittings/{sitting}"
    while (question := question_now(database, sitting, now=utc_now())) is not None:
        name, answer = question
        studio.take(
            f"type-{name}", "candidate2", address, width=PHONE_WIDTH, start="form.question", end="[data-confirm]"
        )
        answer_now(database, candidate, sitting, answer, position=position, now=utc_now())
        position += 1

    def write(page: Page) -> None:
        page.fill("textarea[name=text]", WRITTEN)
        page.wait_for_timeout(2500)

    studio.take("type-task", "candidate2", address, start="#exam", end="[data-confirm]", prepare=write)
    page = studio.open("candidate2", address)
    page.fill("textarea[name=text]", WRITTEN)
    page.click("[data-confirm]")
    page.wait_for_load_state("networkidle")
    page.close()
    studio.take("marking", "marker", "/marking", start=".panes", end=".panes", prepare=_mark)


def _mark(page: Page) -> None:
    page.locator("main a[href^='/marking/'].button-primary, main a[href^='/marking/'].button").first.click()
    page.wait_for_load_state("networkidle")
    page.locator("input[name=level_1]").nth(2).check()
    page.locator("input[name=level_2]").nth(1).check()


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


def take_psychometricians(studio: Studio, scene: Scene, database: Database) -> None:
    """Take what a psychometrician sees, from a calibration to a cut score."""
    take_calibration(studio, scene)
    take_reports(studio, database)
    take_fairness(studio)
    take_standard_setting(studio, scene, database)
    take_simulation(studio)


def take_calibration(studio: Studio, scene: Scene) -> None:
    """Run a calibration, take it and the queue, publish it, and take an item with its new parameters."""
    page = studio.open("psychometrician", "/calibrations")
    page.select_option("select[name=unit]", CALIBRATED_UNIT)
    page.click("main form[action='/calibrations'] button[type=submit]")
    approve = page.locator("form[action$='/approve'] button[type=submit]")
    approve.wait_for(timeout=120_000)
    run = _address(page)
    studio.take("calibration", "psychometrician", run, start=".tiles", end="main .columns")

    def unfold(page: Page) -> None:
        page.click("#diagnostics details:has(figure.chart) > summary")

    figure = "#diagnostics figure.chart"
    studio.take("diagnostics", "psychometrician", run, start="#diagnostics .tiles", end=figure, prepare=unfold)
    moved = f"/measurement/items/{scene.items[MOVED]}"
    studio.take("item-curves", "psychometrician", moved, start=".columns", end=".columns")
    # What a writer rated waits in the queue until the calibration is published.
    queue = f"/measurement/queue?unit={CALIBRATED_UNIT}"
    studio.take("queue", "psychometrician", queue, start="#queue", end="#queue li.queue-row")
    approve.click()
    page.wait_for_load_state()
    page.close()
    # Whoever approves may not publish.
    page = studio.open("psychometrician2", run)
    page.click("form[action$='/publish'] button[type=submit]")
    page.wait_for_load_state()
    page.close()
    item = f"/measurement/items/{scene.items[MEASURED]}"
    studio.take("item-curve", "psychometrician", item, start=".columns", end=".columns")
    options = "section[aria-labelledby=options-title]"
    studio.take("item-options", "psychometrician", item, start=options, end=options)
    studio.take("banks", "psychometrician", "/banks", start=".tiles", end="table")


def take_reports(studio: Studio, database: Database) -> None:
    """Take the Wright map, and a page of the report in print."""
    chart = "section.chart-tall"
    studio.take("wright-map", "psychometrician", f"/measurement/reports?unit={CALIBRATED_UNIT}", start=chart, end=chart)
    for lang, folder in FOLDERS.items():
        with database.reading() as session:
            actor, write = actor_of(session, "psychometrician", Role.PSYCHOMETRICIAN), Writing(lang, _ZONE)
            report = unit_report(session, actor=actor, unit=CALIBRATED_UNIT, write=write, now=utc_now())
        (folder / "report-page.png").write_bytes(pictures_of(report)[0])


def take_fairness(studio: Studio) -> None:
    """Compare two groups drawn by lot, and take the study."""
    page = studio.open("psychometrician", "/dif-studies")
    page.click("main a[href*='/dif-studies/new']")
    page.select_option("select[name=unit]", CALIBRATED_UNIT)
    page.select_option("select[name=reference]", "A")
    page.select_option("select[name=focal]", "B")
    page.check("input[value=mantel_haenszel]")
    page.click("main form[action='/dif-studies'] button[type=submit]")
    verdict = "section[aria-labelledby=verdict-title]"
    page.locator(verdict).wait_for(timeout=120_000)
    studio.take("dif-study", "psychometrician", _address(page), start=verdict, end="figure.chart")
    page.close()


def take_standard_setting(studio: Studio, scene: Scene, database: Database) -> None:
    """Take what a judge is told after a round."""
    panel_id = judge_a_round(database, scene.items, now=utc_now())
    told = "section[aria-labelledby=feedback-title]"
    studio.take("panel-feedback", "judge", f"/judging/{panel_id}", start=told, end=told)


def take_simulation(studio: Studio) -> None:
    """Try a design in simulation and take what it says."""
    page = studio.open("psychometrician", f"/simulations/new?unit={EXAM_UNIT}&source=proposed")
    page.click("main form[action='/simulations'] button[type=submit]")
    page.locator("section[aria-labelledby=figures-title]").wait_for(timeout=120_000)
    run = _address(page)
    page.close()
    studio.take("simulation", "psychometrician", run, start="figure.chart", end="figure.chart >> nth=1")


if __name__ == "__main__":
    sys.exit(main())
