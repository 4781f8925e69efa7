"""Reports in print: complete, in both languages, marked where simulated, and deaf to what stands in texts."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import typst

from itembank.database import Database
from itembank.measurement_reports.document import Document, Facts, Grid, Plot, Section, Words
from itembank.measurement_reports.pdf import pdf_of, pictures_of
from itembank.measurement_reports.report_words import code_text
from itembank.measurement_reports.reports import run_report, unit_report
from itembank.measurement_reports.writing import Writing
from itembank.tables import CalibrationRun
from tests.support.institution import NOON, Institution
from tests.support.reported import UNIT

Reported = tuple[Database, Institution, UUID]
BANGKOK = ZoneInfo("Asia/Bangkok")
HOSTILE = (
    '#import "@preview/x:1.0.0"',
    "*b* _i_ `c`",
    "$ x^2 $",
    '\\ #read("/etc/passwd")',
    "<label> @ref = ข้อ ที่",
    "#{}",
)


def written(language: str) -> Writing:
    return Writing(language, BANGKOK)


def strings_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for entry in value.values() for text in strings_of(entry)]
    if isinstance(value, list):
        return [text for entry in value for text in strings_of(entry)]
    return [value] if isinstance(value, str) else []


def document(text: str) -> Document:
    return Document(
        language="th", title=text, subject=text, running=text, made=text, simulated=text, simulated_long=text,
        page="{page}/{pages} " + text, front=Facts([(text, text)]),
        sections=[Section(text, [Words(text, strong=True), Grid([text, text], [(text, text)])])],
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_text_says_it_is_set_as_it_is(text: str) -> None:
    made = document(text)
    assert pdf_of(made).startswith(b"%PDF-")
    template = Path(str(files("itembank.measurement_reports").joinpath("report.typ")))
    found = typst.query(
        template, "heading", field="body", root=template.parent, font_paths=[template.parent / "fonts"],
        ignore_system_fonts=True, sys_inputs={"data": json.dumps(made.to_dict())},
    )  # fmt: skip
    assert [body["text"] for body in json.loads(found)] == [text]


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_report_on_a_run_tells_everything(reported: Reported, language: str) -> None:
    database, institution, run_id = reported
    with database.writing() as session:
        run = session.get_one(CalibrationRun, run_id)
        run.approved_by, run.approved_at = "*ดร. #วัดผล*", NOON
        session.add(run)
        session.flush()
        made = run_report(
            session, actor=institution["psychometrician"], run_id=run_id, write=written(language), now=NOON
        )
        expected = [item["code"] for item in (run.results or {})["items"]]
    texts = strings_of(made.to_dict())
    assert set(expected) <= set(texts)
    assert "*ดร. #วัดผล*" in texts
    assert len([block for section in made.sections for block in section.blocks if isinstance(block, Plot)]) == 4
    assert made.simulated
    moment = "22 พฤศจิกายน พ.ศ. 2569 เวลา 12.00 น." if language == "th" else "22 November 2026, 12:00"
    assert any(moment in text for text in texts)
    assert not any("nan" in text.lower().split() or "None" in text for text in texts)
    pages = pictures_of(made, dots_per_inch=20)
    assert len(pages) > 3
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_the_report_on_a_unit_marks_simulated_data(reported: Reported) -> None:
    database, institution, _ = reported
    with database.reading() as session:
        made = unit_report(session, actor=institution["psychometrician"], unit=UNIT, write=written("en"), now=NOON)
    assert made.simulated == "Simulated data"
    texts = strings_of(made.to_dict())
    assert "160 (160 simulated)" in texts
    assert any(text.startswith("<svg") for text in texts)
    assert pdf_of(made).startswith(b"%PDF-")


def test_a_plot_goes_below_the_front_matter_and_leaves_room_before_the_next(reported: Reported) -> None:
    database, institution, _ = reported
    with database.reading() as session:
        made = unit_report(session, actor=institution["psychometrician"], unit=UNIT, write=written("th"), now=NOON)
    plots = [block for section in made.sections for block in section.blocks if isinstance(block, Plot)]
    template = Path(str(files("itembank.measurement_reports").joinpath("report.typ")))
    found = typst.query(
        template, "image", root=template.parent, font_paths=[template.parent / "fonts"], ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(made.to_dict())},
    )  # fmt: skip
    assert sum(image["width"].startswith("82%") for image in json.loads(found)) == len(plots) == 4
    # Two on each page but the first, which the front matter leaves room for one on; then the tables.
    assert len(pictures_of(made, dots_per_inch=10)) == 3


def test_a_unit_that_nobody_sat_has_a_report_too(filled: tuple[Database, Institution]) -> None:
    database, institution = filled
    with database.reading() as session:
        made = unit_report(session, actor=institution["psychometrician"], unit="DT600", write=written("th"), now=NOON)
    assert not made.simulated
    assert pdf_of(made).startswith(b"%PDF-")


def test_numbers_are_written_for_people() -> None:
    write = written("th")
    assert write.number(-1234.5) == "−1,234.50"
    assert write.number(-0.001) == "0.00"
    assert write.number(None) == write.number(float("nan")) == "–"
    assert write.with_error(1.0, 0.25) == "1.00 ±0.25"
    assert write.percent(0.125, 1) == "12.5%"
    assert write.p_value(0.0001) == "<0.001"
    assert write.count(1234567) == "1,234,567"


def test_a_code_without_words_is_told_as_it_is() -> None:
    assert code_text("reason", "brand_new", "th") == "brand_new"
    assert code_text("reason", "no_answers", "en") == "No answers yet"
