"""The pages of item statistics: who sees them, what they say, sorting, both languages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import select

from itembank.database import Database
from itembank.tables import BankInForce, BankItem, Item, ItemVersion
from tests.itembank.calibration_runs.conftest import measured_copy
from tests.support.institution import Institution
from tests.web.conftest import Clock, Site


@pytest.fixture(scope="module")
def measured_file(
    filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Institution]:
    return measured_copy(filled_file, tmp_path_factory.mktemp("measured"))


@pytest.fixture
def measured_site(measured_file: tuple[Path, Institution], tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "measured.db"
    shutil.copy(measured_file[0], path)
    database = Database(f"sqlite:///{path}")
    site = Site(database, measured_file[1], Clock())
    yield site
    site.app.state.database.close()
    database.close()


def codes(html: str) -> list[str]:
    return re.findall(r'<a class="code" href="/measurement/items/[^"]+">([^<]+)</a>', html)


def item_id(site: Site, code: str) -> str:
    with site.database.reading() as session:
        return str(session.exec(select(Item.id).where(Item.code == code)).one())


def test_only_psychometricians_enter(site: Site) -> None:
    for username in ("candidate", "writer", "reviewer", "administrator"):
        visitor = site.signed_in(username)
        assert visitor.get("/measurement").status_code == 403
        assert visitor.get(f"/measurement/items/{uuid4()}").status_code == 403
    assert site.stranger().get("/measurement").url.path == "/sign-in"


def test_items_are_listed_with_their_figures(measured_site: Site) -> None:
    page = measured_site.signed_in("psychometrician").get("/measurement?unit=DG100&sort=code&lang=en")
    assert page.status_code == 200
    with measured_site.database.reading() as session:
        expected = sorted(session.exec(select(BankItem.item_code).where(BankItem.unit == "DG100")))
    assert codes(page.text) == expected
    assert "160" in page.text
    assert "160 simulated" in page.text
    assert "Simulated data" in page.text
    assert "it does not compare the difficulty of items" in page.text
    assert "DG100 – " in page.text


def test_the_unit_sat_most_often_comes_first_and_thai_is_the_language(measured_site: Site) -> None:
    page = measured_site.signed_in("psychometrician").get("/measurement")
    assert '<html lang="th">' in page.text
    assert 'value="DG100" selected' in page.text
    assert "สถิติข้อสอบ" in page.text
    assert "ข้อมูลจำลอง" in page.text


def test_sorting_goes_both_ways_through_links(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    page = visitor.get("/measurement?unit=DG100&sort=b&order=ascending")
    assert 'aria-sort="ascending"' in page.text
    assert "/measurement?unit=DG100&amp;sort=b&amp;order=descending" in page.text
    with measured_site.database.reading() as session:
        rows = session.exec(select(BankItem.item_code, BankItem.difficulty).where(BankItem.unit == "DG100"))
        difficulty = {code: value for code, value in rows}  # noqa: C416
    values = [difficulty[code] for code in codes(page.text)]
    assert values == sorted(values)
    turned = visitor.get("/measurement?unit=DG100&sort=b&order=descending")
    values = [difficulty[code] for code in codes(turned.text)]
    assert values == sorted(values, reverse=True)


def test_what_was_never_answered_comes_last_either_way(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    with measured_site.database.writing() as session:
        newcomer = session.exec(select(BankItem).where(BankItem.unit == "DT600")).first()
        assert newcomer is not None
        newcomer.unit = "DG100"
        session.add(newcomer)
        code = newcomer.item_code
    for order in ("ascending", "descending"):
        assert codes(visitor.get(f"/measurement?unit=DG100&sort=p&order={order}").text)[-1] == code


@pytest.mark.parametrize(("query", "status"), [("unit=DG999", 404), ("unit=DG100&sort=shoe_size", 422)])
def test_what_does_not_exist_is_refused(measured_site: Site, query: str, status: int) -> None:
    assert measured_site.signed_in("psychometrician").get(f"/measurement?{query}").status_code == status


def test_before_the_first_bank_the_page_says_what_to_do(site: Site) -> None:
    with site.database.writing() as session:
        for row in session.exec(select(BankInForce)).all():
            session.delete(row)
    page = site.signed_in("psychometrician").get("/measurement?lang=en")
    assert page.status_code == 200
    assert "No bank has been published" in page.text
    assert 'href="/banks"' in page.text


def test_htmx_gets_the_items_alone(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    fragment = visitor.client.get("/measurement?unit=DG100", headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert len(codes(fragment.text)) == 20


def test_one_item_has_its_curve_and_its_options(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    most_answered = codes(visitor.get("/measurement?unit=DG100&sort=answers").text)[0]
    identity = item_id(measured_site, most_answered)
    page = visitor.get(f"/measurement/items/{identity}?lang=en")
    assert page.status_code == 200
    assert most_answered in page.text
    assert '<path class="curve" d="M' in page.text
    assert '<path class="band" d="M' in page.text
    assert page.text.count('class="whisker"') > 3
    assert page.text.count('<th scope="row"') == 4 + 1 + 1  # four options, one set of parameters, one exam
    assert f"/bank/items/{identity}" in page.text
    assert "Expected from the writer" in page.text
    thai = visitor.get(f"/measurement/items/{identity}?lang=th")
    assert "โค้งลักษณะข้อสอบ" in thai.text


def test_an_item_that_nobody_answered(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    code = codes(visitor.get("/measurement?unit=DT600").text)[0]
    page = visitor.get(f"/measurement/items/{item_id(site, code)}?lang=en")
    assert page.status_code == 200
    assert "Nobody has answered this item" in page.text
    assert 'class="whisker"' not in page.text


def test_an_unknown_item(site: Site) -> None:
    assert site.signed_in("psychometrician").get(f"/measurement/items/{uuid4()}").status_code == 404


def test_hostile_wording_is_shown_as_text(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    code = codes(visitor.get("/measurement?unit=DG100").text)[0]
    identity = item_id(measured_site, code)
    with measured_site.database.writing() as session:
        for version in session.exec(select(ItemVersion)).all():
            if str(version.item_id) == identity:
                options = [
                    option | {"text": f"<img src=x onerror=alert({k})>"}
                    for k, option in enumerate(version.content["options"])
                ]
                version.content = version.content | {"stem": "<script>alert(1)</script>", "options": options}
                session.add(version)
    page = visitor.get(f"/measurement/items/{identity}")
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
