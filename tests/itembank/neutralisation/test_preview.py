"""The preview against a count of one's own, with each sitting judged by the engine on the answers that remain."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlmodel import select

from engine.outcomes.verdicts import outcomes
from engine.outcomes.without_items import state_of_answers
from itembank.delivery.records import load_record
from itembank.neutralisation.preview import NeutralisationPreview
from itembank.neutralisation.proposals import Scope
from itembank.neutralisation.rules import compare_for_candidate
from itembank.tables import OutcomeVersion, RecordedOutcome, Sitting
from tests.itembank.neutralisation.conftest import Ward
from tests.support.institution import NOON


def test_it_counts_what_the_engine_says_of_the_answers_that_remain(ward: Ward) -> None:
    code = ward.codes()[1]
    before = [row.document for row in ward.all(RecordedOutcome)]
    preview = ward.see(ward.propose(code, rule="better_only")).preview
    assert preview is not None
    moves: Counter[tuple[str, str, str, bool]] = Counter()
    served: Counter[tuple[int, bool]] = Counter()
    below: Counter[bool] = Counter()
    with ward.database.reading() as session:
        for sitting in session.exec(select(Sitting)).all():
            loaded = load_record(session, sitting.id)
            if code not in dict(loaded.responses):
                continue
            rest = [answer for answer in loaded.responses if answer[0] != code]
            old = outcomes(loaded.prepared, state_of_answers(loaded.prepared, loaded.responses))
            new = outcomes(loaded.prepared, state_of_answers(loaded.prepared, rest))
            pairs = [("", old.unit, new.unit)]
            pairs += [(one.code, one, other) for one, other in zip(old.elements, new.elements, strict=True)]
            for name, one, other in pairs:
                moves[name, one.verdict, other.verdict, sitting.simulated] += 1
            served[compare_for_candidate(new, old), sitting.simulated] += 1
            below[sitting.simulated] += len(rest) < loaded.prepared.design.minimum_length
    found = {
        (move.element, move.before, move.after, simulated): count
        for move in preview.moves
        for simulated, count in ((False, move.sittings.real), (True, move.sittings.simulated))
        if count
    }
    assert found == dict(moves)
    assert (preview.better.real, preview.better.simulated) == (served[1, False], served[1, True])
    assert (preview.worse.real, preview.worse.simulated) == (served[-1, False], served[-1, True])
    assert preview.replaced == preview.better
    assert preview.below_minimum.all >= below.total() > 0
    assert any(minimum.level == "exam" and minimum.sittings.all == below.total() for minimum in preview.lost_minima)
    assert ward.all(OutcomeVersion) == []
    assert [row.document for row in ward.all(RecordedOutcome)] == before


def test_it_is_read_as_it_was_written(ward: Ward) -> None:
    preview = ward.see(ward.propose(ward.codes()[0])).preview
    assert preview is not None
    assert preview.changes
    assert NeutralisationPreview.from_dict(preview.to_dict()) == preview
    assert preview.replaced == preview.sittings


def test_the_limits_of_a_proposal_count(ward: Ward) -> None:
    code = ward.code_answered_by(ward.right)
    real = Scope(begun_from=NOON, begun_before=NOON + timedelta(minutes=1))
    limited = ward.see(ward.propose(code, scope=real)).preview
    assert limited is not None
    assert limited.sittings.all == limited.sittings.real > 0
    elsewhere = ward.see(ward.propose(code, scope=Scope(begun_from=NOON + timedelta(hours=1)))).preview
    assert elsewhere is not None
    assert elsewhere.sittings.all == 0
    exam = ward.see(ward.propose(code, scope=Scope(exam_ids=(ward.institution.exam,))))
    assert exam.preview is not None
    assert exam.preview.sittings.all > limited.sittings.all
    assert exam.exams == ("การสอบทดลอง",)


def test_who_still_sits_is_counted_apart(ward: Ward) -> None:
    code = ward.code_answered_by(ward.right)
    with ward.database.writing() as session:
        one = session.get_one(Sitting, ward.right)
        one.finished_at = one.finish_reason = None
        session.add(one)
    preview = ward.see(ward.propose(code)).preview
    assert preview is not None
    assert preview.under_way.real == 1


def test_a_sitting_that_can_not_be_recomputed_is_told(ward: Ward) -> None:
    code = ward.code_answered_by(ward.right)
    with ward.database.writing() as session:
        one = session.get_one(Sitting, ward.right)
        one.design = one.design | {"maximum_length": 900}
        session.add(one)
    preview = ward.see(ward.propose(code)).preview
    assert preview is not None
    assert preview.unscored.real == 1
    ward.apply(code)
    (version,) = ward.all(OutcomeVersion, OutcomeVersion.sitting_id == ward.right)
    assert version.number is None
    assert "BankTooSmall" in version.message
