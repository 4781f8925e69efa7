"""Plots and option tables place people where their result in force does."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import select

from itembank.calibration_runs.item_detail import item_detail
from itembank.calibration_runs.recorded_responses import of_unit
from itembank.delivery.outcome_versions import outcomes_in_force
from itembank.measurement_reports.recent_people import recent_people
from itembank.tables import Exam, ItemVersion, RecordedAnswer, RecordedOutcome, Sitting
from tests.itembank.neutralisation.conftest import Ward


def test_abilities_are_those_of_the_results_in_force(ward: Ward) -> None:
    neutralised = ward.all(RecordedAnswer, RecordedAnswer.sitting_id == ward.right)[0].item_version_id
    other = ward.all(RecordedAnswer, RecordedAnswer.sitting_id == ward.right)[1].item_version_id
    ward.apply(ward.code_answered_by(ward.right))
    with ward.database.reading() as session:
        standard_id = session.exec(select(Exam.standard_id)).one()
        ids = session.exec(select(Sitting.id).join(Exam).where(*of_unit(standard_id, "DG100"))).all()
        first = {row.sitting_id: row.document for row in session.exec(select(RecordedOutcome))}
        corrected = outcomes_in_force(session, sitting_ids=ids)
        people = recent_people(session, standard_id=standard_id, unit="DG100")
        detail = item_detail(session, actor=ward.institution["psychometrician"], item_id=item_of(session, other))
        # The neutralised item keeps its curve, whatever is left of its answers.
        item_detail(session, actor=ward.institution["psychometrician"], item_id=item_of(session, neutralised))
    theta = {one: document["unit"]["theta"] for one, document in first.items()}
    in_force = theta | {one: version.document["unit"]["theta"] for one, version in corrected.items()}
    assert in_force != theta
    assert sorted(person.ability for person in people) == pytest.approx(sorted(in_force.values()))
    answers = ward.all(RecordedAnswer, RecordedAnswer.item_version_id == other)
    for place, option in enumerate(detail.options):
        chosen = [in_force[answer.sitting_id] for answer in answers if place in answer.selected]
        if chosen:
            assert option.statistics.mean_ability == pytest.approx(sum(chosen) / len(chosen))


def item_of(session: object, version_id: UUID) -> UUID:
    version = session.get_one(ItemVersion, version_id)  # type: ignore[attr-defined]
    return version.item_id  # type: ignore[no-any-return]
