"""The pages of the studies: asking, following, reading in both languages, and what a reader must never see."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from itembank.dif_studies.results import DifItem
from itembank.dif_studies.worker import DifStudyWorker
from itembank.group_data.bases import withdraw_basis
from itembank.tables import GroupVariable
from tests.support.compared_groups import Compared, add_compared_groups
from tests.web.conftest import Site, Visitor
from web.pages.dif_figure import MOST_DRAWN, effect_figure


@pytest.fixture
def compared(site: Site) -> Compared:
    with site.database.writing() as session:
        return add_compared_groups(session, site.institution, now=site.clock.now)


def form(compared: Compared, **changes: str) -> dict[str, str]:
    return {
        "variable": str(compared.variable_id), "unit": "DG100", "reference": "th", "focal": "ms",
        "method": "mantel_haenszel", "purify": "1",
    } | changes  # fmt: skip


def asked(visitor: Visitor, compared: Compared) -> str:
    visitor.get(f"/dif-studies/new?variable={compared.variable_id}")
    response = visitor.post("/dif-studies", form(compared))
    assert response.status_code == 200, response.text
    return response.url.path


def work_off(site: Site) -> None:
    assert DifStudyWorker(site.database, clock=site.clock).work_off() == 1


def test_without_group_data_the_page_says_what_to_do(site: Site) -> None:
    page = site.signed_in("psychometrician").get("/dif-studies").text
    assert "ผู้ดูแลระบบต้องบันทึกฐานทางกฎหมาย" in page


def test_from_the_form_to_the_findings(site: Site, compared: Compared) -> None:
    visitor = site.signed_in("psychometrician")
    assert "ภาษาแม่" in visitor.get("/dif-studies").text
    address = asked(visitor, compared)
    waiting = visitor.get(address)
    assert "hx-get" in waiting.text
    fragment = visitor.client.get(address, headers={"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<div id="progress"')
    work_off(site)
    over = visitor.client.get(address, headers={"HX-Request": "true"})
    assert (over.status_code, over.headers["HX-Refresh"]) == (204, "true")
    page = visitor.get(address).text
    assert "กลุ่ม “ภาษาไทย” ได้คะแนนข้อนี้สูงกว่ากลุ่ม “ภาษามลายู”" in page
    assert "C มาก" in page
    assert "ไม่ได้บอกสาเหตุ" in page
    english = visitor.get(f"{address}?lang=en").text
    assert re.search(r"At equal ability, the group “Thai” gets on average \d+\.\d percentage points more", english)
    assert "Benjamini and Hochberg" in english
    # Nobody's name, and no number of a sitting.
    assert "member-" not in page + english
    assert "/sittings/" not in page
    listed = visitor.get("/dif-studies").text
    assert address in listed


def test_the_table_for_other_programs(site: Site, compared: Compared) -> None:
    visitor = site.signed_in("psychometrician")
    address = asked(visitor, compared)
    assert visitor.get(f"{address}/items.csv").status_code == 404
    work_off(site)
    file = visitor.get(f"{address}/items.csv")
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert rows[0]["classification"] == "C"
    assert (rows[0]["favours"], rows[0]["reference"], rows[0]["focal"]) == ("reference", "th", "ms")
    assert float(rows[0]["share_difference"]) < 0
    assert "member-" not in file.text
    assert (rows[0]["calibrated"], rows[0]["simulated"]) == ("0", "0")


def test_names_are_no_formulas_in_the_table(site: Site, compared: Compared) -> None:
    with site.database.writing() as session:
        session.get_one(GroupVariable, compared.variable_id).name_en = "=1+1"
    visitor = site.signed_in("psychometrician")
    address = asked(visitor, compared)
    work_off(site)
    table = csv.DictReader(io.StringIO(visitor.get(f"{address}/items.csv").text.removeprefix("\ufeff")))
    assert {row["variable"] for row in table} == {"'=1+1"}


def test_simulated_studies_are_marked(site: Site) -> None:
    with site.database.writing() as session:
        compared = add_compared_groups(session, site.institution, now=site.clock.now, simulated=True)
    visitor = site.signed_in("psychometrician")
    address = asked(visitor, compared)
    work_off(site)
    for url in ("/dif-studies", f"/dif-studies/new?variable={compared.variable_id}", address):
        assert 'class="badge simulated"' in visitor.get(url).text


def test_refusals_stand_beside_their_fields(site: Site, compared: Compared) -> None:
    visitor = site.signed_in("psychometrician")
    visitor.get(f"/dif-studies/new?variable={compared.variable_id}&lang=en")
    for changes, status, error in (
        ({"focal": "th"}, 422, "focal-error"), ({"method": "guess"}, 422, "method-error"),
        ({"unit": "DT600"}, 409, "unit-error"),
    ):  # fmt: skip
        refused = visitor.post("/dif-studies", form(compared, purify="", **changes))
        assert refused.status_code == status
        assert f'id="{error}"' in refused.text
        assert 'name="purify" value="1" checked' not in refused.text
    assert visitor.post("/dif-studies", form(compared, variable="x")).status_code == 404


def test_cancelling_and_asking_again(site: Site, compared: Compared) -> None:
    visitor = site.signed_in("psychometrician")
    address = asked(visitor, compared)
    assert "การศึกษานี้ถูกยกเลิก" in visitor.post(f"{address}/cancel").text
    assert visitor.post(f"{address}/cancel").status_code == 409
    again = visitor.post(f"{address}/again")
    assert again.url.path != address
    with site.database.writing() as session:
        withdraw_basis(
            session, actor=site.institution["administrator"], variable_id=compared.variable_id, now=site.clock.now
        )
    work_off(site)
    assert "ฐานทางกฎหมายสิ้นสุดก่อนการศึกษาเสร็จ" in visitor.get(again.url.path).text
    refused = visitor.post(f"{again.url.path}/again")
    assert refused.status_code == 409
    assert "ไม่มีฐานทางกฎหมายที่มีผลใช้บังคับ" in refused.text
    assert visitor.get(f"/dif-studies/new?variable={compared.variable_id}").status_code == 404


def test_nobody_sees_the_other_sides_pages(site: Site, compared: Compared) -> None:
    """Administrators load and psychometricians compare; candidates see neither."""
    address = asked(site.signed_in("psychometrician"), compared)
    variable = f"/administration/groups/{compared.variable_id}"
    for username, allowed in (("administrator", {variable}), ("psychometrician", {address}), ("candidate", set())):
        visitor = site.signed_in(username)
        for url in (address, variable):
            assert (visitor.get(url).status_code == 200) == (url in allowed), (username, url)


def test_the_figure_draws_the_worst_items_within_the_plot() -> None:
    item = DifItem(
        "v", "i", "X-1", 1, 300, 300, -0.2, 0.05, "delta", -1.7, 0.3, 0.01, 0.02, "C", "C", None, False, True
    )
    items = [item, *(replace(item, share_difference=0.01, classification="A") for _ in range(MOST_DRAWN))]
    figure = effect_figure(items)
    assert len(figure.effects) == MOST_DRAWN
    first, second = figure.effects[:2]
    # Upwards is to the advantage of the focal group.
    assert second.y < figure.zero < first.y
    assert first.top < first.y < first.bottom
    assert [effect.number for effect in figure.effects] == list(range(1, MOST_DRAWN + 1))
    assert all(0 <= place <= 100 for effect in figure.effects for place in (effect.x, effect.top, effect.bottom))
