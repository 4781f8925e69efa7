"""Images over the API: sent as a multipart form, got back by their id."""

from __future__ import annotations

from itembank.media.cleaning import clean_image
from tests.api.conftest import Service
from tests.itembank.media.pictures import picture


def test_an_image_is_sent_and_got_back(service: Service) -> None:
    data = picture(colour=(7, 8, 9))
    kept = clean_image(data)
    writer = service.client("writer")
    sent = writer.post("/images", files={"image": ("a.png", data, "image/png")})
    assert sent.status_code == 201
    assert sent.json() == {
        "id": kept.id, "content_type": "image/png", "width": 40, "height": 20, "mark": f"![](media:{kept.id})",
    }  # fmt: skip
    assert writer.post("/images", files={"image": ("a.png", data, "image/png")}).json() == sent.json()
    got = service.client("candidate").get(f"/images/{kept.id}")
    assert (got.content, got.headers["content-type"]) == (kept.data, "image/png")
    assert service.client("candidate").get(f"/images/{'0' * 64}").json()["code"] == "not_found"


def test_refusals_name_the_field(service: Service) -> None:
    writer = service.client("writer")
    for files in ({"image": ("a.svg", b"<svg/>", "image/svg+xml")}, {"image": ("a.png", b"", "image/png")}, None):
        refused = writer.post("/images", files=files)
        assert refused.status_code == 422
        assert refused.json()["code"] == "invalid_input"
        assert [error["field"] for error in refused.json()["errors"]] == ["image"]
    image = {"image": ("a.png", picture(), "image/png")}
    assert service.client("reviewer").post("/images", files=image).status_code == 403
    assert service.stranger().post("/images", files=image).status_code == 401
