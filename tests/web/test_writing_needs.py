"""What to write next, on the page: from a need to an assignment to what came of it, in both languages."""

from __future__ import annotations

import re

from sqlalchemy import update
from sqlmodel import col, select

from itembank.publishing.banks import bank_in_force
from itembank.tables import BankItem, ItemVersion
from tests.web.conftest import Site


def test_a_need_becomes_an_assignment_that_its_writer_sees(site: Site) -> None:
    reviewer = site.signed_in("reviewer")
    shown = reviewer.get("/bank/needs?unit=DG100&lang=en").text
    assert "Held against the newest exam, “การสอบทดลอง”." in shown
    wanted = re.search(r'href="(/bank/assignments/new\?criterion=DG10[^"]+)"', shown)
    assert wanted is not None
    form = reviewer.get(wanted.group(1).replace("&amp;", "&")).text
    criterion, count = re.search(r"criterion=([\w.-]+)&amp;wanted=(\d+)", wanted.group(1)).groups()  # type: ignore[union-attr]
    assert f'<option value="{criterion}" selected>' in form
    assert f'name="wanted" type="text" value="{count}"' in form
    sent = {
        "criterion": criterion, "wanted": count, "difficulty_rating": "", "due_on": "2026-11-21",
        "writer_id": str(site.institution["writer"].person_id), "note": "<b>ง่าย</b>",
    }  # fmt: skip
    refused = reviewer.post("/bank/assignments", sent)
    assert refused.status_code == 422
    assert 'href="#due_on">Choose today or a later day, within five years.' in refused.text
    assert "&lt;b&gt;ง่าย&lt;/b&gt;" in refused.text
    made = reviewer.post("/bank/assignments", sent | {"due_on": "2026-12-01"})
    assert "The writer is asked." in made.text
    writer = site.signed_in("writer")
    own = writer.get("/bank/assignments").text
    assert "1 ธันวาคม พ.ศ. 2569" in own
    assert f'href="/bank/items/new?criterion={criterion}"' in own
    assert "ถอนงานนี้" not in own
    assert "ยังไม่มีงานที่มอบหมาย" in site.signed_in("writer2").get("/bank/assignments").text
    withdraw = re.search(r'action="(/bank/assignments/[^"]+/withdraw)"', made.text)
    assert withdraw is not None
    assert reviewer.post(withdraw.group(1), {"reason": " "}).status_code == 422
    assert "The assignment is taken back." in reviewer.post(withdraw.group(1), {"reason": "พอแล้ว"}).text
    again = reviewer.post(withdraw.group(1), {"reason": "พอแล้ว"})
    assert again.status_code == 409


def test_all_units_are_shown_and_an_unknown_one_is_not_found(site: Site) -> None:
    writer = site.signed_in("writer")
    shown = writer.get("/bank/needs").text
    assert shown.count('aria-labelledby="unit-') == 14
    assert "มอบหมายให้เขียน" not in shown  # who writes does not ask others
    assert writer.get("/bank/needs?unit=DG999").status_code == 404


def test_a_form_that_can_not_be_read_names_its_fields(site: Site) -> None:
    visitor = site.signed_in("administrator")
    visitor.get("/bank/assignments/new?lang=en")
    known = {"criterion": "DG101-1.1", "wanted": "2", "due_on": "2026-12-01"}
    writer = str(site.institution["writer"].person_id)
    for changed, told in (
        ({"wanted": "two"}, "Enter a whole number from 1 to 50."),
        ({"due_on": "soon"}, "Choose today or a later day, within five years."),
        ({"writer_id": "me"}, "Choose an item writer."),
        ({"criterion": ""}, "Choose a criterion that is examined in writing."),
        ({"difficulty_rating": "9"}, "Choose a difficulty from 1 to 5, or none."),
        ({"note": "x" * 2001}, "A note has 2,000 characters at most."),
    ):
        refused = visitor.post("/bank/assignments", known | {"writer_id": writer} | changed)
        assert refused.status_code == 422
        assert told in refused.text


def test_a_writer_sees_how_ratings_compare(site: Site) -> None:
    with site.database.writing() as session:
        bank = bank_in_force(session)
        rows = session.exec(select(BankItem).where(BankItem.bank_id == bank.id, BankItem.unit == "DG100")).all()
        versions = [row.item_version_id for row in rows]
        session.connection().execute(
            update(ItemVersion).where(col(ItemVersion.id).in_(versions))
            .values(written_by=site.institution["writer"].person_id)
        )  # fmt: skip
        for row in rows:
            row.parameter_source, row.se_difficulty, row.n_responses = "calibration", 0.1, 321
            row.difficulty += 1.4 if row.item_code == "DG101-1.1-01" else 0.0
            session.add(row)
    shown = site.signed_in("writer").get("/bank/ratings?lang=en").text
    assert shown.index("DG101-1.1-01") < shown.index("DG101-1.1-02")
    assert shown.count("harder than rated") == 1
    assert "321" in shown
    assert "No item of yours is measured yet" in site.signed_in("writer2").get("/bank/ratings?lang=en").text
