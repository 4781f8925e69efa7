"""The pages of import and export: upload, look, store; choose, see what gets lost, download."""

from __future__ import annotations

import io
import re
from pathlib import Path

from openpyxl import load_workbook

from itembank.authoring.items import list_items
from itembank.item_imports.reading import SMALL_BYTES
from tests.itembank.authoring.written import SINGLE
from tests.itembank.item_imports.test_imports import GOOD, bad_row, table
from tests.web.conftest import Site, Visitor

FILES = Path(__file__).parents[1] / "itembank" / "exchange" / "files"


def upload(visitor: Visitor, data: bytes, name: str = "items.csv", **fields: str) -> str:
    visitor.get("/bank/import?lang=en")
    form = {"criterion": "", "difficulty_rating": "3", "cognitive_level": "apply", "language": "th"} | fields
    response = visitor.post("/bank/import", form, files={"file": (name, data)})
    assert response.status_code == 200, response.text
    return str(response.url.path)


def drafts(site: Site) -> int:
    with site.database.reading() as session:
        return list_items(session, actor=site.institution["writer"], search="X-0")[1]


def test_a_small_file_is_shown_at_once_and_stored_without_scripts(site: Site, tmp_path: Path) -> None:
    visitor = site.signed_in("writer")
    address = upload(visitor, bad_row(table(tmp_path, *GOOD)), "<b>ข้อสอบ</b>.csv")
    page = visitor.get(f"{address}?lang=en").text
    assert "3 of 4 items are ready; 1 have problems" in page
    assert "The standard has no such criterion" in page
    assert "&lt;b&gt;" not in page or "<b>ข้อสอบ" not in page
    assert re.search(r"Line \d+</span></th>", page)
    # The key and why it is right can be seen before anything is stored.
    assert page.count("Question, key and rationales") == 4
    assert 'name="row-1"' in page
    assert "option-right" in page
    assert SINGLE.options[0].text in page
    assert all(option.rationale in page for option in SINGLE.options)
    only = visitor.get(f"{address}?only=problems&lang=en").text
    assert only.count('<tr role="row">') < page.count('<tr role="row">')
    refused = visitor.post(f"{address}/store")
    assert (refused.status_code, drafts(site)) == (422, 0)
    assert "Say that the 1 items with problems are left out" in refused.text
    waiting = visitor.post(f"{address}/store", {"leave_out": "1"})
    assert "The items are being stored" in waiting.text
    assert 'hx-trigger="every 1s"' in waiting.text
    assert visitor.post(f"{address}/store", {"leave_out": "1"}).status_code == 200  # a double click
    site.app.state.import_worker.work_off()
    done = visitor.get(address).text
    assert "3 items are stored as drafts" in done
    assert (drafts(site), "DG101-1.1-06" in done) == (2, True)
    assert visitor.get(address, headers={"HX-Request": "true"}).status_code == 204  # the progress ends in a new page
    thai = visitor.get(f"{address}?lang=th").text
    assert "บันทึกข้อสอบเป็นฉบับร่างแล้ว 3 ข้อ" in thai
    assert "บรรทัด" in thai


def test_a_large_file_is_read_in_the_background(site: Site, tmp_path: Path) -> None:
    visitor = site.signed_in("writer")
    address = upload(visitor, table(tmp_path, *GOOD) + b"\n" * SMALL_BYTES)
    fragment = visitor.get(address, headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith('<div id="progress"')
    site.app.state.import_worker.work_off()
    assert "All 3 items are ready" in visitor.get(address).text
    gone = visitor.post(f"{address}/discard")
    assert "The file is forgotten" in gone.text
    assert visitor.get(address).status_code == 404


def test_what_can_not_be_read_comes_back_beside_the_field_with_what_was_chosen(site: Site) -> None:
    visitor = site.signed_in("writer")
    visitor.get("/bank/import?lang=en")
    chosen = {"criterion": "DG101-1.2", "difficulty_rating": "5", "cognitive_level": "create", "language": "en"}
    refused = visitor.post("/bank/import", chosen, files={"file": ("a.csv", b"stem,options\n")})
    assert refused.status_code == 422
    assert "a.csv: line 1: the columns type, key" in refused.text
    assert 'value="DG101-1.2" selected' in refused.text
    assert 'value="create" selected' in refused.text
    assert "samat-import" not in refused.text  # no path of the server
    missing = visitor.post("/bank/import", chosen)
    assert (missing.status_code, "Choose a file." in missing.text) == (422, True)
    odd = visitor.post("/bank/import", chosen | {"cognitive_level": "x"}, files={"file": ("a.csv", b"x")})
    assert odd.status_code == 422


def test_other_programs_come_in_with_what_gets_lost(site: Site) -> None:
    visitor = site.signed_in("writer")
    moodle = visitor.get(upload(visitor, (FILES / "moodle.xml").read_bytes(), "quiz.xml")).text
    assert "11 of 15 items are ready" in moodle
    assert "This bank has no type like calculated" in moodle
    assert "media:" not in moodle
    aiken = visitor.get(upload(visitor, (FILES / "aiken.txt").read_bytes(), "a.txt", criterion="DG101-1.1")).text
    assert "2 of 4 items are ready" in aiken
    assert "The last line must be ANSWER:" in aiken


def test_the_bank_goes_out_and_tells_before_what_it_loses(site: Site) -> None:
    visitor = site.signed_in("reviewer")
    assert "Look before you download" in visitor.get("/bank/export?lang=en").text
    page = visitor.get("/bank/export?format=aiken&place=DG100&lang=en").text
    assert "can&#39;t carry all of" in page
    assert "DG101-1.1-01" in page
    link = re.search(r'href="(/bank/export/file\?[^"]+)"', page)
    assert link is not None
    file = visitor.get(link[1].replace("&amp;", "&"))
    assert file.headers["content-disposition"].endswith("items-DG100.txt")
    assert "ANSWER: " in file.text
    whole = visitor.get("/bank/export?format=csv&lang=en").text
    assert "This format carries all of every item" in whole
    assert visitor.get("/bank/export?format=docx").status_code == 422
    template = site.signed_in("writer").get("/bank/import/template.xlsx")
    assert load_workbook(io.BytesIO(template.content)).sheetnames == ["items", "examples", "how to fill in"]
