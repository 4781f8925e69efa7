"""Images on the pages: sent by a writer with and without scripts, seen by whoever is signed in."""

from __future__ import annotations

import re

from httpx2 import Response
from sqlmodel import select

from itembank.media.cleaning import clean_image
from itembank.tables import Media
from tests.itembank.media.pictures import picture
from tests.web.conftest import Site, Visitor

PICTURE = picture((1700, 34), colour=(1, 2, 3))
KEPT = clean_image(PICTURE)


def send(visitor: Visitor, data: bytes | None, *, htmx: bool = False, **fields: str) -> Response:
    files = {} if data is None else {"image": ("ผัง.svg.exe", data, "text/html")}
    return visitor.post("/bank/images", fields, htmx=htmx, files=files)


def test_a_writer_without_scripts_gets_the_line_to_copy(site: Site) -> None:
    writer = site.signed_in("writer")
    page = writer.get("/bank/images")
    assert "เพิ่มรูปภาพ" in page.text
    assert 'enctype="multipart/form-data"' in page.text
    page = send(writer, PICTURE, alternative='ผัง [ก] "ข"')
    assert page.status_code == 200
    assert f'value="![ผัง (ก) &#34;ข&#34;](media:{KEPT.id})"' in page.text
    assert f'<img src="/media/{KEPT.id}" width="1600" height="32" alt="ผัง (ก) &quot;ข&quot;">' in page.text
    english = writer.get(f"/bank/images?stored={KEPT.id}&alternative=x&lang=en").text
    assert "The image is stored" in english
    assert "The image is stored" not in writer.get(f"/bank/images?stored={'0' * 64}").text


def test_a_refused_form_comes_back_with_what_was_entered(site: Site) -> None:
    writer = site.signed_in("writer")
    writer.get("/bank/images")
    for data, alternative, told in (
        (None, "ผัง", "โปรดเลือกไฟล์รูปภาพ"),
        (b"<svg onload=alert(1)>", "ผัง", "ไม่รับไฟล์ SVG"),
        (PICTURE[:100], "ผัง", "อ่านไฟล์นี้เป็นรูปภาพไม่ได้"),
        (PICTURE, " ", "โปรดระบุข้อความแทนรูปภาพ"),
        (b"x" * (5 * 1024 * 1024 + 1), "ผัง", "ขนาดเกิน 5 เมกะไบต์"),
    ):
        page = send(writer, data, alternative=alternative)
        assert page.status_code == 422
        assert page.text.count(told) == 2, "in the summary and beside the field"
        assert f'value="{alternative}"' in page.text
    # Beyond what a request may hold nothing is read at all.
    assert send(writer, b"x" * 6_000_000).status_code == 413
    with site.database.reading() as session:
        assert session.exec(select(Media)).all() == []


def test_the_tools_get_the_mark_or_the_reason_as_plain_text(site: Site) -> None:
    writer = site.signed_in("writer")
    writer.get("/bank/images")
    told = send(writer, PICTURE, htmx=True)
    assert (told.status_code, told.text) == (200, f"![](media:{KEPT.id})")
    assert told.headers["content-type"].startswith("text/plain")
    told = send(writer, b"GIF89a", htmx=True)
    assert (told.status_code, told.headers["content-type"]) == (422, "text/plain; charset=utf-8")
    assert "อ่านไฟล์นี้เป็นรูปภาพไม่ได้" in told.text


def test_images_are_given_out_with_their_type_and_for_good(site: Site) -> None:
    writer = site.signed_in("writer")
    writer.get("/bank/images")
    send(writer, PICTURE, alternative="ผัง")
    response = site.signed_in("candidate").client.get(f"/media/{KEPT.id}")
    assert (response.status_code, response.content) == (200, KEPT.data)
    assert response.headers["content-type"] == "image/png"
    assert response.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    for wrong in ("0" * 64, KEPT.id[:-1], KEPT.id.upper(), "..%2fsite.db"):
        assert site.signed_in("candidate").client.get(f"/media/{wrong}").status_code == 404
    stranger = site.stranger().client.get(f"/media/{KEPT.id}", follow_redirects=False)
    assert stranger.status_code == 303


def test_an_item_shows_its_image_with_room_kept_for_it(site: Site) -> None:
    writer = site.signed_in("writer")
    writer.get("/bank/images")
    send(writer, PICTURE, alternative="ผัง")
    writer.get("/bank/items/new")
    form = {"criterion": "DG101-1.1", "language": "th", "difficulty_rating": "3", "type": "single_choice",
            "cognitive_level": "apply", "do": "save", "text_1": "ก", "text_2": "ข", "correct": "1"}  # fmt: skip
    refused = writer.post("/bank/items", form | {"stem": f"ดูผัง ![](media:{KEPT.id})"})
    assert refused.status_code == 422
    assert "รูปภาพยังไม่มีข้อความแทนรูปภาพ" in refused.text
    table = "| ขั้น | เวลา |\n|---|---|\n| 1 | $\\frac{1}{2}$ ชั่วโมง |"
    stem = f"จากผัง\n\n![ผังสามขั้น](media:{KEPT.id})\n\n{table}\n\nข้อใดถูกต้อง"
    page = writer.post("/bank/items", form | {"stem": stem})
    assert page.status_code == 200, re.findall("field-error.*", page.text)
    assert f'<img src="/media/{KEPT.id}" width="1600" height="32" alt="ผังสามขั้น">' in page.text
    assert "<mfrac>" in page.text
    assert '<th scope="col">ขั้น</th>' in page.text
