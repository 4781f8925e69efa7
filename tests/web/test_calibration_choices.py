"""The further choices of a calibration run: asked for, refused beside their field, and told on its page."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from itembank.calibration_runs.work import execute_run
from itembank.database import Database
from itembank.tables import CalibrationRun, Exam, Sitting
from tests.itembank.calibration_runs.conftest import stored
from tests.itembank.calibration_runs.test_run_settings import calibrated_file
from tests.support.institution import NOON, Institution
from tests.web.conftest import Clock, Site
from tests.web.test_calibrations import measured_file, measured_site, request_run

__all__ = ["calibrated_file", "measured_file", "measured_site"]


def finished(site: Site, **fields: str) -> str:
    """Ask for a run, have it done, and give its address."""
    url = request_run(site.signed_in("psychometrician"), **fields)
    assert execute_run(site.database, UUID(url.rsplit("/", 1)[1]))
    return url


def test_the_form_offers_every_choice_in_both_languages(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    english = visitor.get("/calibrations?lang=en").text
    for words in ("Further choices", "Tried-out and new items only", "Stocking–Lord", "histogram", "By exam", "Weak"):
        assert words in english
    thai = visitor.get("/calibrations?lang=th").text
    for words in ("ตัวเลือกเพิ่มเติม", "เฉพาะข้อทดลองและข้อใหม่", "ฮิสโทแกรม", "แยกตามปีที่สอบ"):
        assert words in thai
    assert "calibrations." not in english.replace("/calibrations", "")


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"scope": "trials"}, "scope", "5 calibrated operational items are needed to set the scale"),
        ({"scope": "trials", "model": "rasch"}, "model", "choose 2PL or 3PL"),
        ({"groups": "year"}, "groups", "All sittings belong to one group: 2026."),
        ({"groups": "exam", "abilities": "histogram"}, "abilities", "the abilities of each have to be normal"),
        ({"log_discrimination_sd": "<b>much</b>"}, "log_discrimination_sd", "Enter a number from 0.05 to 2."),
        ({"guessing": "nan"}, "guessing", "Enter a number from 0.02 to 0.6."),
        ({"link": "chain"}, "link", "link: expected one of automatic"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_in_the_summary(
    measured_site: Site, fields: dict[str, str], field: str, sentence: str
) -> None:
    visitor = measured_site.signed_in("psychometrician")
    visitor.get("/calibrations?lang=en")
    page = visitor.post("/calibrations", {"unit": "DG100", "model": "2pl", "simulated": "1", **fields})
    assert page.status_code == 422
    assert page.text.count(sentence) == 2
    assert f'id="{field}-error"' in page.text
    assert "<details open" in page.text
    assert "<b>much</b>" not in page.text
    assert stored(measured_site.database, CalibrationRun) == []


def test_numbers_may_be_typed_with_a_comma(measured_site: Site) -> None:
    request_run(measured_site.signed_in("psychometrician"), log_discrimination_sd="0,2", priors="weak")
    (run,) = stored(measured_site.database, CalibrationRun)
    assert run.settings is not None
    assert (run.settings["log_discrimination_sd"], run.settings["priors"]) == (0.2, "weak")


def test_a_run_tells_priors_scale_and_data(measured_site: Site) -> None:
    url = finished(measured_site, priors="weak", link="haebara")
    page = measured_site.signed_in("psychometrician").get(f"{url}?lang=en").text
    assert "Haebara was asked for." in page
    assert "Fewer than five calibrated common items" in page
    assert "the same for every item" in page
    assert "160 of 160 recorded sittings" in page
    assert "the same answers give the same result every time" in page
    plain = finished(measured_site, priors="none")
    assert "plain maximum likelihood" in measured_site.signed_in("psychometrician").get(f"{plain}?lang=en").text


def test_groups_and_distributions_are_shown(measured_site: Site) -> None:
    with measured_site.database.writing() as session:
        exam = session.exec(select(Exam)).first()
        assert exam is not None
        other = Exam(**(exam.model_dump() | {"id": UUID(int=7), "title": "<i>ภาค 2</i>"}))
        session.add(other)
        session.flush()
        for sitting in session.exec(select(Sitting).limit(60)).all():
            sitting.exam_id = other.id
            sitting.started_at = sitting.started_at.replace(year=2024)
            session.add(sitting)
    visitor = measured_site.signed_in("psychometrician")
    by_exam = visitor.get(finished(measured_site, groups="exam") + "?lang=en").text
    assert "Abilities of the groups" in by_exam
    assert "&lt;i&gt;ภาค 2&lt;/i&gt;" in by_exam
    by_year = finished(measured_site, groups="year")
    assert ">2567<" in visitor.get(f"{by_year}?lang=th").text.replace("\n", "")
    assert ">2024<" in visitor.get(f"{by_year}?lang=en").text.replace("\n", "")
    histogram = visitor.get(finished(measured_site, abilities="histogram") + "?lang=en").text
    assert "Estimated distribution of ability" in histogram
    assert "Log-likelihood above that of a normal distribution" in histogram


def test_fixed_items_and_their_displacement_are_told(
    calibrated_file: tuple[Path, Institution, object], tmp_path: Path
) -> None:
    path = tmp_path / "calibrated.db"
    shutil.copy(calibrated_file[0], path)
    database = Database(f"sqlite:///{path}")
    site = Site(database, calibrated_file[1], Clock())
    try:
        url = finished(site, scope="trials")
        page = site.signed_in("psychometrician").get(f"{url}?lang=en").text
        assert "fixed items stay as they are when this is published" in page
        assert "operational items stayed fixed, so nothing is linked" in page
        assert page.count("Displacement of a fixed item") >= 10
        assert "have no usable estimate" not in page
        assert "Tried-out items only" in site.signed_in("psychometrician").get("/calibrations?lang=en").text
    finally:
        site.app.state.database.close()
        database.close()


def test_the_progress_tells_the_time_left_and_a_second_attempt(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = request_run(visitor)

    def told(seconds: float | None, attempts: int) -> str:
        with measured_site.database.writing() as session:
            run = session.exec(select(CalibrationRun)).one()
            run.state, run.iteration, run.log_likelihood, run.heartbeat_at = "running", 17, -1234.5, NOON
            run.seconds_left, run.attempts = seconds, attempts
            session.add(run)
        return visitor.client.get(url + "?lang=en", headers={"HX-Request": "true"}).text

    assert "not known yet" in told(None, 1)
    assert "about 12 s" in told(11.2, 1)
    long = told(400.0, 2)
    assert "about 7 min" in long
    assert "the server stopped during the one before" in long
