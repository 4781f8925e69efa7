"""What uses results and answers elsewhere: ends of sittings, calibration, impact previews, later units, replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from sqlmodel import select

from itembank.calibration_runs.recent_sittings import recent_sittings
from itembank.calibration_runs.recorded_responses import (
    RecordedResponses,
    VersionLabel,
    count_answers,
    count_everything,
    load_responses,
)
from itembank.calibration_runs.results import LeftOut
from itembank.calibration_runs.results_document import RunOutcome
from itembank.delivery.outcome_versions import outcomes_in_force
from itembank.neutralisation.proposals import Scope
from itembank.tables import Enrolment, Exam, ItemVersion, OutcomeVersion, RecordedAnswer, RecordedOutcome, Sitting
from tests.itembank.neutralisation.conftest import LATER, Ward
from tests.support.institution import NOON
from tests.support.sitting import answer_once, begin


def test_a_sitting_under_way_leaves_the_item_out_when_it_ends(ward: Ward) -> None:
    actor = ward.institution["candidate"]
    with ward.database.writing() as session:
        exam = session.exec(select(Exam)).one()
        again = Exam(**exam.model_dump(exclude={"id"}))
        session.add(again)
        session.flush()
        assert actor.person_id is not None
        session.add(Enrolment(exam_id=again.id, person_id=actor.person_id, enrolled_at=NOON))
    view = begin(ward.database, actor=actor, exam_id=again.id, now=LATER)
    view = answer_once(ward.database, actor=actor, view=view, now=LATER)
    code = ward.code_answered_by(view.id)
    one = ward.apply(code)
    while not view.finished:
        view = answer_once(ward.database, actor=actor, view=view, now=LATER)
    found, report = ward.result(view.id), ward.replay(view.id)
    assert (found.version, found.left_out, found.versions[1].at_end) == (2, 1, True)
    assert found.outcome.items_answered == found.answered - 1
    assert report.agrees
    assert report.versions[0].left_out == (code,)
    (version,) = ward.all(OutcomeVersion, OutcomeVersion.sitting_id == view.id)
    assert (version.run_id, version.neutralisation_id) == (None, one)
    ward.take_back(one)
    assert (ward.result(view.id).version, ward.result(view.id).left_out) == (3, 0)


def test_calibration_leaves_the_answers_out_and_names_the_item(ward: Ward) -> None:
    code = ward.code_answered_by(ward.right)
    version_id = str(ward.all(RecordedAnswer, RecordedAnswer.sitting_id == ward.right)[0].item_version_id)
    with ward.database.reading() as session:
        standard_id = session.exec(select(Exam.standard_id)).one()
        before = load_responses(session, standard_id=standard_id, unit="DG100")
    one = ward.apply(code, rule="better_only", scope=Scope(begun_from=NOON, begun_before=NOON + timedelta(minutes=1)))
    with ward.database.reading() as session:
        after = load_responses(session, standard_id=standard_id, unit="DG100")
        count = count_answers(session, standard_id=standard_id, unit="DG100", include_simulated=True)
        everything = count_everything(session, standard_id=standard_id, unit="DG100")
    concerned = ward.see(one).preview
    assert concerned is not None
    assert before.data.n_responses - after.data.n_responses == concerned.sittings.all
    assert count.answers == after.data.n_responses
    assert everything.answers == before.data.n_responses
    assert after.neutralised == {version_id: concerned.sittings.all}
    assert version_id in after.data.item_ids
    assert before.neutralised == {}
    assert _left_out(after, code) == (LeftOut("item", version_id, code, "neutralised_in_part", concerned.sittings.all),)
    nobody_left = replace(after, data=after.data.select(after.data.item != after.data.item_ids.index(version_id)))
    assert [one.reason for one in _left_out(nobody_left, code)] == ["neutralised"]
    ward.take_back(one)
    with ward.database.reading() as session:
        again = load_responses(session, standard_id=standard_id, unit="DG100")
    assert again.data.n_responses == before.data.n_responses
    assert again.neutralised == {}


def _left_out(recorded: RecordedResponses, code: str) -> tuple[LeftOut, ...]:
    nothing = SimpleNamespace(result=SimpleNamespace(items=(), exclusions=()))
    labels = {name: VersionLabel(code, 1, 3) for name in recorded.neutralised}
    outcome = RunOutcome(
        cast("Any", nothing), cast("Any", None), recorded, recorded.count, labels=labels, base={}, model="2pl"
    )
    return outcome._left_out()


def test_an_impact_preview_compares_with_the_result_in_force(ward: Ward) -> None:
    ward.apply(ward.code_answered_by(ward.right))
    with ward.database.reading() as session:
        standard_id = session.exec(select(Exam.standard_id)).one()
        recent = recent_sittings(session, standard_id=standard_id, unit="DG100", include_simulated=False)
        told = outcomes_in_force(session, sitting_ids=[ward.right])[ward.right]
        first = session.get_one(RecordedOutcome, ward.right)
        answers = session.exec(select(RecordedAnswer).where(RecordedAnswer.sitting_id == ward.right)).all()
    (found,) = [sitting for sitting in recent.sittings if sitting.id == ward.right]
    assert found.outcome == told.document != first.document
    assert len(found.answers) == len(answers) - 1
    assert told.left_out.isdisjoint(version for version, _ in found.answers)


def test_a_replay_tells_a_version_that_was_tampered_with_or_is_missing(ward: Ward) -> None:
    one = ward.apply(ward.code_answered_by(ward.right))
    ward.take_back(one)
    assert ward.replay(ward.right).agrees
    with ward.database.writing() as session:
        rows = session.exec(select(OutcomeVersion).where(OutcomeVersion.sitting_id == ward.right)).all()
        (second,) = [row for row in rows if row.number == 2]
        second.weighed = [second.weighed[0] | {"adopted": False}]
        session.add(second)
    report = ward.replay(ward.right)
    assert not report.agrees
    assert any("version.adopted" in difference for difference in report.versions[0].differences)
    with ward.database.writing() as session:
        session.delete(session.get_one(OutcomeVersion, second.id))
    assert ward.replay(ward.right).differences == ("versions: recorded [3], recomputed [2]",)


def test_what_is_pinned_stays(ward: Ward) -> None:
    before = [(row.id, row.design, row.finish_reason) for row in ward.all(Sitting)]
    versions = [(row.id, row.content) for row in ward.all(ItemVersion)]
    ward.apply(ward.codes()[0])
    assert [(row.id, row.design, row.finish_reason) for row in ward.all(Sitting)] == before
    assert [(row.id, row.content) for row in ward.all(ItemVersion)] == versions
