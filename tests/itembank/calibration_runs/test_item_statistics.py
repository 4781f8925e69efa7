"""Item statistics against straightforward counting."""

from __future__ import annotations

from collections import Counter, defaultdict
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.calibration_runs import runs
from itembank.calibration_runs.item_detail import item_detail
from itembank.calibration_runs.item_statistics import ItemFlag, UnitStatistics, item_statistics, units_in_force
from itembank.database import Database
from itembank.errors import NotAllowed, NotFound
from itembank.tables import AskedItem, BankItem, Exam, RecordedAnswer, RecordedOutcome, Sitting
from tests.itembank.calibration_runs.conftest import sit, stored
from tests.itembank.calibration_runs.test_runs import Measured, decide, done
from tests.support.banks import publish_another
from tests.support.institution import Institution


def statistics(measured: Measured) -> UnitStatistics:
    database, institution = measured
    with database.reading() as session:
        return item_statistics(session, actor=institution["psychometrician"], unit="DG100")


def test_the_figures_are_those_counted_by_hand(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:  # some of them real people
        for sitting in session.exec(select(Sitting).limit(40)).all():
            sitting.simulated = False
            session.add(sitting)
    found = statistics(measured)
    answers = stored(database, RecordedAnswer)
    asked = Counter(row.item_version_id for row in stored(database, AskedItem))
    simulated = {row.id for row in stored(database, Sitting) if row.simulated}
    scores: dict[UUID, list[int]] = defaultdict(list)
    for answer in answers:
        scores[answer.item_version_id].append(answer.score)
    assert (found.sittings, found.simulated_sittings, found.answers) == (160, 120, len(answers))
    assert len(found.lines) == 20
    for line in found.lines:
        right = scores[line.item_version_id]
        assert line.answers == len(right)
        assert line.simulated_answers == sum(
            answer.sitting_id in simulated for answer in answers if answer.item_version_id == line.item_version_id
        )
        assert line.proportion_right == (pytest.approx(np.mean(right)) if right else None)
        assert line.exposure_rate == pytest.approx(asked[line.item_version_id] / 160)
        assert (ItemFlag.FEW_ANSWERS in line.flags) == (len(right) < 30)


def test_exposure_counts_only_sittings_that_could_have_asked(measured: Measured) -> None:
    database, _ = measured
    before = {line.code: line.exposure_rate for line in statistics(measured).lines}
    newcomer = max(statistics(measured).lines, key=lambda line: line.exposure_rate or 0)
    with database.writing() as session:
        first = session.exec(select(Sitting.bank_id)).first()
        bank = publish_another(session, actor=COMMAND_LINE)
        for sitting in session.exec(select(Sitting).limit(40)).all():
            sitting.bank_id = bank.id
            session.add(sitting)
        session.delete(session.get(BankItem, (first, newcomer.item_version_id)))  # as if only the second bank had it
    after = {line.code: line.exposure_rate for line in statistics(measured).lines}
    assert before.pop(newcomer.code) == pytest.approx((after.pop(newcomer.code) or 0) * 40 / 160)
    assert after == before


def test_over_exposure_is_told_by_the_exams_own_limit(measured: Measured) -> None:
    found = statistics(measured)
    assert found.exposure_limit is not None
    for line in found.lines:
        assert line.exposure_rate is not None
        assert (ItemFlag.OVER_EXPOSED in line.flags) == (line.exposure_rate > found.exposure_limit + 0.02)
    assert [found.cut_score] == [exam.design["cut_score"] for exam in stored(measured[0], Exam)]


def test_units_come_with_their_sittings(measured: Measured) -> None:
    database, institution = measured
    with database.reading() as session:
        units = units_in_force(session, actor=institution["psychometrician"])
    assert (units[0].code, units[0].items, units[0].sittings) == ("DG100", 20, 160)
    assert {unit.code for unit in units} >= {"DG100", "Dlit100", "DT600"}


def test_an_unanswered_unit_has_no_proportions(measured: Measured) -> None:
    database, institution = measured
    with database.reading() as session:
        found = item_statistics(session, actor=institution["psychometrician"], unit="DT600")
        detail = item_detail(session, actor=institution["psychometrician"], item_id=found.lines[0].item_id)
    assert found.exposure_limit is None
    assert {(line.answers, line.proportion_right, line.exposure_rate) for line in found.lines} == {(0, None, None)}
    assert detail.observed == ()
    assert all(option.statistics.count == 0 for option in detail.options)


def test_one_item_in_depth(measured: Measured) -> None:
    database, institution = measured
    line = max(statistics(measured).lines, key=lambda line: line.answers)
    with database.reading() as session:
        detail = item_detail(session, actor=institution["psychometrician"], item_id=line.item_id)
    answers = [row for row in stored(database, RecordedAnswer) if row.item_version_id == line.item_version_id]
    theta = {row.sitting_id: float(row.document["unit"]["theta"]) for row in stored(database, RecordedOutcome)}
    assert detail.line == line
    assert detail.with_outcome == len(answers)
    for position, option in enumerate(detail.options):
        choosers = [theta[answer.sitting_id] for answer in answers if position in answer.selected]
        assert option.statistics.count == len(choosers)
        assert option.statistics.share == pytest.approx(len(choosers) / len(answers))
        assert option.statistics.is_key == (position in detail.content.key)
        if choosers:
            assert option.statistics.mean_ability == pytest.approx(np.mean(choosers))
    assert sum(point.n_expected for point in detail.observed) == pytest.approx(len(answers))
    right = sum(point.proportion * point.n_expected for point in detail.observed)
    assert right == pytest.approx(sum(answer.score for answer in answers))
    middle = np.interp(line.difficulty, detail.curve.ability, detail.curve.probability)
    assert middle == pytest.approx(0.5, abs=1e-3)


def test_the_band_uses_the_covariance_of_the_run_that_was_published(measured: Measured) -> None:
    database, institution = measured
    run = done(measured)
    decide(measured, runs.approve_run, run.id)
    decide(measured, runs.publish_run, run.id)
    with database.writing() as session:  # carried over unchanged into a later bank
        publish_another(session, actor=COMMAND_LINE)
    item = max(run.items, key=lambda item: item.n)
    line = next(line for line in statistics(measured).lines if line.code == item.code)
    with database.reading() as session:
        curve = item_detail(session, actor=institution["psychometrician"], item_id=line.item_id).curve
    assert (line.source, line.discrimination) == ("calibration", item.a)
    distance = curve.ability - item.b
    variance = (
        (distance * (item.se_a or 0)) ** 2
        + (item.a * (item.se_b or 0)) ** 2
        - 2 * item.a * distance * (item.cov_ab or 0)
    )
    assert item.cov_ab != 0
    expected = 1 / (1 + np.exp(-(item.a * distance - 1.959964 * np.sqrt(variance))))
    np.testing.assert_allclose(curve.lower, expected, atol=1e-6)


def test_only_psychometricians_see_them(filled: tuple[Database, Institution]) -> None:
    database, institution = filled
    with database.reading() as session:
        for username in ("candidate", "writer", "reviewer", "administrator"):
            for refused in (
                lambda: item_statistics(session, actor=institution[username], unit="DG100"),  # noqa: B023
                lambda: item_detail(session, actor=institution[username], item_id=uuid4()),  # noqa: B023
                lambda: units_in_force(session, actor=institution[username]),  # noqa: B023
            ):
                with pytest.raises(NotAllowed):
                    refused()


def test_what_does_not_exist_is_not_found(filled: tuple[Database, Institution]) -> None:
    database, institution = filled
    with database.reading() as session:
        with pytest.raises(NotFound):
            item_statistics(session, actor=institution["psychometrician"], unit="DG999")
        with pytest.raises(NotFound):
            item_detail(session, actor=institution["psychometrician"], item_id=uuid4())


def test_the_whole_way_on_both_databases(database: Database, institution: Institution) -> None:
    sit(database, institution, count=60)
    both = (database, institution)
    run = done(both)
    decide(both, runs.approve_run, run.id)
    assert decide(both, runs.publish_run, run.id).published_bank_number == 2
    item = max(run.items, key=lambda item: item.n)
    found = statistics(both)
    line = next(line for line in found.lines if line.code == item.code)
    assert (found.sittings, found.simulated_sittings) == (60, 60)
    assert (line.answers, line.simulated_answers, line.source) == (item.n, item.n, "calibration")
    assert line.exposure_rate == pytest.approx(item.n / 60)
    assert ItemFlag.UNCALIBRATED not in line.flags
    with database.reading() as session:
        detail = item_detail(session, actor=institution["psychometrician"], item_id=line.item_id)
        units = units_in_force(session, actor=institution["psychometrician"])
    assert detail.with_outcome == item.n
    assert sum(option.statistics.count for option in detail.options) == item.n
    assert units[0].code == "DG100"
