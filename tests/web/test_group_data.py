"""The pages of group data: from the variable to the withdrawal, in both languages, and nothing half stored."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from itembank.tables import GroupMembership, Person
from tests.web.conftest import Site, Visitor

ADDRESS = "/administration/groups"
BASIS = {
    "ground": "research_statistics", "reference": "สคช 12/2569", "purpose": "ตรวจความเป็นธรรม",
    "valid_from": "2026-11-01", "valid_until": "2027-10-31",
}  # fmt: skip
HOSTILE = "<script>alert(1)</script>"


def new_variable(visitor: Visitor, **changes: str) -> str:
    """Define a variable and give its address."""
    form = {"name_th": "ภาษาแม่", "name_en": "First language", "categories": "th, ไทย, Thai\nms, มลายู, Malay"} | changes
    visitor.get(f"{ADDRESS}/new")
    response = visitor.post(ADDRESS, form)
    assert response.status_code == 200, response.text
    return response.url.path


def on_record(site: Site) -> dict[str, str]:
    with site.database.reading() as session:
        rows = session.exec(
            select(Person.username, GroupMembership.category).where(GroupMembership.person_id == Person.id)
        )
        return dict(rows.all())


def test_the_circle_without_scripts(site: Site) -> None:
    visitor = site.signed_in("administrator")
    assert "ยังไม่มีตัวแปร" in visitor.get(ADDRESS).text
    address = new_variable(visitor)
    page = visitor.get(address).text
    assert "ยังไม่มีฐานทางกฎหมายที่มีผลใช้บังคับ" in page
    assert 'action="' + address + '/preview"' not in page
    assert visitor.post(f"{address}/preview", {"rows": "candidate,th"}).status_code == 409
    recorded = visitor.post(f"{address}/basis", BASIS)
    assert "บันทึกฐานทางกฎหมายแล้ว" in recorded.text
    assert "31 ตุลาคม พ.ศ. 2570" in recorded.text
    csv = "\ufeffusername,category\r\ncandidate,th\r\ncandidate2,ms\r\n".encode()
    checked = visitor.post(f"{address}/preview", files={"file": ("groups.csv", csv, "text/csv")})
    assert checked.status_code == 200
    assert on_record(site) == {}
    rows = re.search(r'name="rows" value="([^"]*)"', checked.text)
    assert rows is not None
    loaded = visitor.post(f"{address}/people", {"rows": rows.group(1)})
    assert "นำเข้าข้อมูลกลุ่มแล้ว" in loaded.text
    assert on_record(site) == {"candidate": "th", "candidate2": "ms"}
    # Numbers of people, but nobody's name.
    assert "candidate2" not in visitor.get(address).text
    visitor.post(f"{address}/person", {"username": "candidate", "category": "ms"})
    visitor.post(f"{address}/person", {"username": "candidate2", "category": ""})
    assert on_record(site) == {"candidate": "ms"}
    assert "1 คนจะถูกลบทั้งหมด" in visitor.get(address).text
    unsure = visitor.post(f"{address}/withdraw")
    assert unsure.status_code == 422
    assert on_record(site) == {"candidate": "ms"}
    gone = visitor.post(f"{address}/withdraw", {"confirmed": "1"})
    assert "ลบข้อมูลกลุ่มแล้ว" in gone.text
    assert on_record(site) == {}
    assert visitor.post(f"{address}/withdraw", {"confirmed": "1"}).status_code == 409
    log = visitor.get(f"/administration/audit?subject={address.rpartition('/')[2]}").text
    assert "ถอนฐานทางกฎหมายและลบข้อมูลกลุ่ม" in log
    assert not any(word in log for word in ("candidate", "มลายู"))


def test_a_file_with_a_bad_row_is_shown_row_by_row_and_stays_out(site: Site) -> None:
    visitor = site.signed_in("administrator")
    address = new_variable(visitor)
    visitor.post(f"{address}/basis", BASIS)
    rows = f"candidate,th\nnobody,th\n{HOSTILE},ms"
    for url in (f"{address}/preview", f"{address}/people"):
        assert visitor.post(url, {"rows": rows}).status_code == 422
        assert on_record(site) == {}
    page = visitor.post(f"{address}/preview?lang=en", {"rows": rows}).text
    assert "2 of 3 lines can" in page
    assert "Nobody has this user name" in page
    assert HOSTILE not in page
    for content in (b"\xa1\xa2", b"username,category\n"):
        refused = visitor.post(f"{address}/preview", files={"file": ("x.csv", content, "text/csv")})
        assert refused.status_code == 422
        assert 'id="file-error"' in refused.text


@pytest.mark.parametrize("as_file_form", [False, True])
def test_too_many_pasted_lines_are_refused_at_the_form_and_kept(site: Site, as_file_form: bool) -> None:
    visitor = site.signed_in("administrator")
    address = new_variable(visitor)
    visitor.post(f"{address}/basis", BASIS)
    pasted = "candidate-with-a-long-name,th\n" * 40_000
    assert len(pasted) > 1024 * 1024
    # A form with a file, even an empty one, is sent in parts.
    options = {"files": {"file": ("", b"", "text/csv")}} if as_file_form else {}
    refused = visitor.post(f"{address}/preview", {"rows": pasted}, **options)
    assert refused.status_code == 422
    assert 'id="rows-error"' in refused.text
    assert refused.text.count("candidate-with-a-long-name,th") == 40_000


def test_a_basis_yet_to_come_can_be_withdrawn(site: Site) -> None:
    visitor = site.signed_in("administrator")
    address = new_variable(visitor)
    visitor.post(f"{address}/basis", BASIS | {"valid_from": "2027-01-01"})
    page = visitor.get(address).text
    assert "ยังไม่ถึงวันที่มีผล" in page
    assert "ไม่มีฐานที่มีผล" not in page
    assert 'action="' + address + '/withdraw"' in page
    visitor.post(f"{address}/withdraw", {"confirmed": "1"})
    gone = visitor.get(address).text
    assert "ไม่มีฐานที่มีผล" in gone
    assert 'action="' + address + '/withdraw"' not in gone


def test_buddhist_years_are_refused_with_a_hint(site: Site) -> None:
    visitor = site.signed_in("administrator")
    address = new_variable(visitor)
    for field in ("valid_from", "valid_until"):
        days = {"valid_until": "2570-10-31"} | ({"valid_from": "2569-11-01"} if field == "valid_from" else {})
        refused = visitor.post(f"{address}/basis", BASIS | days)
        assert refused.status_code == 422
        assert f'id="{field}-error"' in refused.text
        assert "ไม่ใช่ 2569" in refused.text


def test_refused_forms_come_back_filled_in(site: Site) -> None:
    visitor = site.signed_in("administrator")
    visitor.get(f"{ADDRESS}/new?lang=en")
    bad = visitor.post(ADDRESS, {"name_th": HOSTILE, "name_en": "", "categories": "a, b"})
    assert bad.status_code == 422
    assert 'id="categories-error"' in bad.text
    assert "&lt;script&gt;" in bad.text
    bad = visitor.post(ADDRESS, {"name_th": "ก", "name_en": "", "categories": "a, b, c\nd, e, f"})
    assert "Enter a name in English" in bad.text
    address = new_variable(visitor, sensitive="1")
    page = visitor.get(address).text
    assert "Explicit consent (Section 26)" in page
    assert "Compliance with a law" not in page
    bad = visitor.post(f"{address}/basis", BASIS | {"valid_until": "soon"})
    assert bad.status_code == 422
    assert 'id="valid_until-error"' in bad.text
    assert "สคช 12/2569" in bad.text
    bad = visitor.post(f"{address}/basis", BASIS)
    assert 'id="ground-error"' in bad.text
    again = visitor.post(ADDRESS, {"name_th": "ภาษาแม่", "name_en": "x", "categories": "a, b, c\nd, e, f"})
    assert again.status_code == 422
    assert 'id="name_th-error"' in again.text


def test_one_person_is_refused_beside_the_field(site: Site) -> None:
    visitor = site.signed_in("administrator")
    address = new_variable(visitor)
    refused = visitor.post(f"{address}/person", {"username": "candidate", "category": "th"})
    assert refused.status_code == 409
    visitor.post(f"{address}/basis", BASIS)
    refused = visitor.post(f"{address}/person", {"username": "nobody", "category": "th"})
    assert refused.status_code == 422
    assert 'id="username-error"' in refused.text
    assert 'value="nobody"' in refused.text
