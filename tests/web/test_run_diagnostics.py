"""Fit and warnings on a run's page: the worst first, in both languages, with reasons where nothing can be said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from itembank.calibration_runs.work import execute_run
from itembank.database import Database
from itembank.diagnostics.findings import Refusal, RunDiagnostics
from itembank.diagnostics.record import document_of
from itembank.tables import CalibrationRun
from tests.itembank.calibration_runs.conftest import measured_copy
from tests.support.findings import ITEM, SITTING, some_findings
from tests.support.institution import Institution
from tests.web.conftest import Clock, Site, Visitor

HOSTILE = "<b>X</b>&1"


@pytest.fixture(scope="module")
def calibrated(
    filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, str]]:
    """A site with one finished run; tests put other findings in its record."""
    path, institution = measured_copy(filled_file, tmp_path_factory.mktemp("diagnosed"))
    database = Database(f"sqlite:///{path}")
    site = Site(database, institution, Clock())
    visitor = site.signed_in("psychometrician")
    visitor.get("/calibrations")
    url = visitor.post("/calibrations", {"unit": "DG100", "model": "2pl", "simulated": "1"}).url.path
    assert execute_run(database, UUID(url.rsplit("/", 1)[1]))
    yield site, url
    site.app.state.database.close()
    database.close()


@pytest.fixture
def reader(calibrated: tuple[Site, str]) -> Visitor:
    return calibrated[0].signed_in("psychometrician")


def put(calibrated: tuple[Site, str], found: RunDiagnostics | None) -> str:
    """Put findings in the run's record and give its address."""
    site, url = calibrated
    with site.database.writing() as session:
        run = session.get_one(CalibrationRun, UUID(url.rsplit("/", 1)[1]))
        run.results = (run.results or {}) | {"diagnostics": document_of(found) if found else None}
    return url


def section(page: str) -> str:
    found = re.search(r'<section class="card" aria-labelledby="diagnostics-title".*?</section>', page, re.DOTALL)
    assert found
    return found.group(0)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_fresh_run_shows_its_findings(calibrated: tuple[Site, str], reader: Visitor) -> None:
    page = section(reader.get(f"{calibrated[1]}?lang=en").text)
    assert "160 of 160 sittings are simulated" in words(page)
    assert "All items (20)" in page
    assert "every sitting had its items chosen by the ability shown" in page
    assert "S-X²" not in page  # a column that no item fills


def test_every_trouble_is_told_in_words_and_figures(calibrated: tuple[Site, str], reader: Visitor) -> None:
    page = section(reader.get(f"{put(calibrated, some_findings())}?lang=en").text)
    text = words(page)
    for told in (
        "Possibly known beforehand answers grew better and quicker at once; seen since 13 November 2026",
        "Growing easier began about 9 November 2026, passed the limit on 12 November 2026 with answer 214",
        "Easier than the bank says by 0.62 logits, robust z −3.10",
        "Off its curve typically by 9.4%, at worst 18% below the curve at ability 0.4",
        "1 of 187 pairs go together beyond what ability explains (highest Q3* 0.35). 3 more were answered",
        "2 of 390 sittings surprise more than one in a hundred would",
        "never a verdict",
        "question 9: scored 1, expected 0.12",
        "CUSUM −3.40 · grew worse",
        "M₂ 181.4 (df 150, p 0.041)",
        "RMSEA₂ 0.023 (0.005–0.034)",
        "α (KR-20) 0.812",
        "no ω: one factor would explain more of DG101-1.1-01 than there is",
        "20 items calibrated before were compared; 1 of them drifted",
        "4,654 answers have a known time (12 without one",
        "fewer than 30 answers",
        "31.4 (df 12, p 0.002)",
    ):
        assert told in text, told
    assert f'href="/bank/items/{ITEM}?enemy=DG101-1.1-02#enemies"' in page
    assert f'href="/administration/sittings/{SITTING}/replay"' in page
    assert page.count("Declare them enemies") == 1  # the mates of a testlet need none
    assert "One testlet" in page


def test_what_is_cut_or_left_out_is_said(calibrated: tuple[Site, str], reader: Visitor) -> None:
    full = some_findings()
    assert full.dependence is not None
    assert full.persons is not None
    assert full.model_fit is not None
    cut = replace(
        full,
        dependence=replace(full.dependence, n_flagged=1234),
        persons=replace(full.persons, flagged=2345),
        model_fit=replace(full.model_fit, left_out=("DG101-1.1-09",), srmr=None),
        refusals=(Refusal("summed_scores", "too_few_sittings", "60 sittings"),),
    )
    url = put(calibrated, cut)
    english, thai = (words(section(reader.get(f"{url}?lang={language}").text)) for language in ("en", "th"))
    for told in (
        "The record and its files hold the first 2 of 1,234.",
        "The record and its files hold the first 2 of 2,345.",
        "at most about 4 still would",
        "without DG101-1.1-09, which everybody got right, or nobody",
        "SRMR –",
        "S-X² needs 100 sittings with the same items",
    ):
        assert told in english, told
    for told in ("เก็บ 2 รายการแรกจาก 1,234 รายการ", "แต่ไม่เกินประมาณ 4 ครั้ง", "ไม่นับ DG101-1.1-09", "S-X² ต้องมีการเข้าสอบ"):
        assert told in thai, told
    assert "hold the first" not in words(section(reader.get(f"{put(calibrated, full)}?lang=en").text))


def test_the_same_in_thai(calibrated: tuple[Site, str], reader: Visitor) -> None:
    text = words(section(reader.get(f"{put(calibrated, some_findings())}?lang=th").text))
    for told in (
        "ความสอดคล้องและข้อควรระวัง",
        "อาจรั่วไหล ตอบถูกมากขึ้นและเร็วขึ้นพร้อมกัน เห็นได้ตั้งแต่ 13 พฤศจิกายน พ.ศ. 2569",
        "ง่ายกว่าในคลัง 0.62 โลจิต",
        "ไม่ใช่ข้อกล่าวหา",
        "ประกาศเป็นข้อที่ห้ามพบกัน",
    ):
        assert told in text, told


def test_what_cannot_be_said_is_refused_with_its_reason(calibrated: tuple[Site, str], reader: Visitor) -> None:
    refusals = (
        Refusal("displacement", "no_anchors", "0 items"),
        Refusal("times", "no_times", "0 of 9 answers"),
        Refusal("dependence", "something_new", "no two of 3 items <i>"),
    )
    url = put(calibrated, some_findings(refusals=refusals))
    page = section(reader.get(f"{url}?lang=th").text)
    assert "ในคลังตั้งต้นมีข้อที่เทียบค่าแล้ว" in page
    assert "ยังมีคำตอบที่ทราบเวลาไม่พอ" in page
    assert '<span lang="en">no two of 3 items &lt;i&gt;</span>' in page


def test_codes_are_text_and_nothing_else(calibrated: tuple[Site, str], reader: Visitor) -> None:
    page = section(reader.get(f"{put(calibrated, some_findings(code=HOSTILE))}?lang=en").text)
    assert HOSTILE not in page
    assert page.count("&lt;b&gt;X&lt;/b&gt;&amp;1") > 5


def test_a_run_of_before_says_that_it_has_none(calibrated: tuple[Site, str], reader: Visitor) -> None:
    url = put(calibrated, None)
    assert "This run has no diagnostics" in section(reader.get(f"{url}?lang=en").text)
    assert "ไม่มีผลตรวจสอบ" in section(reader.get(f"{url}?lang=th").text)
