"""Proposing, approving as another person, rejecting, taking back: who may, in which order, and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from itembank.errors import IllegalMove, InvalidInput, NotAllowed, NotFound, OwnProposal
from itembank.neutralisation import proposals
from itembank.neutralisation.proposals import Scope
from itembank.tables import AuditEntry, Item, Neutralisation, OutcomeVersion
from tests.itembank.neutralisation.conftest import Ward
from tests.support.institution import NOON


def test_a_second_person_approves_after_looking_and_the_log_has_all(ward: Ward) -> None:
    one = ward.propose(ward.codes()[0], preview=False)
    with pytest.raises(InvalidInput, match="preview"):
        ward.do(proposals.approve_neutralisation, one)
    ward.work_off()
    mine, others = ward.see(one, by="psychometrician"), ward.see(one)
    assert mine.needs_another_person
    assert "approve" not in mine.possible_moves
    assert "approve" in others.possible_moves
    assert ward.institution["psychometrician"].display_name not in others.may_approve
    assert ward.institution["psychometrician2"].display_name in others.may_approve
    with pytest.raises(OwnProposal, match="psychometrician"):
        ward.do(proposals.approve_neutralisation, one, by="psychometrician")
    ward.do(proposals.approve_neutralisation, one)
    with pytest.raises(IllegalMove):
        ward.do(proposals.approve_neutralisation, one, by="psychometrician2")
    ward.work_off()
    ward.take_back(one)
    entries = ward.all(AuditEntry, AuditEntry.subject == str(one))
    assert [entry.action for entry in entries] == [
        f"neutralisation.{deed}" for deed in ("propose", "approve", "done_apply", "take_back", "done_take_back")
    ]
    assert entries[1].person_id == ward.institution["administrator"].person_id


@pytest.mark.parametrize("role", ["candidate", "writer", "reviewer"])
def test_others_may_neither_propose_nor_look_nor_decide(ward: Ward, role: str) -> None:
    one = ward.propose(ward.codes()[0], preview=False)
    with pytest.raises(NotAllowed):
        ward.propose(ward.codes()[0], by=role)
    with pytest.raises(NotAllowed):
        ward.see(one, by=role)
    for deed, words in (
        (proposals.approve_neutralisation, {}),
        (proposals.reject_neutralisation, {"reason": "x"}),
        (proposals.take_back_neutralisation, {"reason": "x"}),
        (proposals.preview_again, {}),
        (proposals.try_again, {}),
    ):
        with pytest.raises(NotAllowed):
            ward.do(deed, one, by=role, **words)
    with pytest.raises(NotAllowed), ward.database.reading() as session:
        proposals.list_neutralisations(session, actor=ward.institution[role])


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("fault", {"fault": "ugly"}),
        ("rule", {"rule": "some"}),
        ("reason_th", {"reason_th": "  "}),
        ("reason_en", {"reason_en": "x" * 1001}),
        ("version", {"version": 7}),
        ("begun_before", {"scope": Scope(begun_from=NOON, begun_before=NOON)}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_stays(ward: Ward, field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        ward.propose(ward.codes()[0], **changes)
    assert refused.value.details["field"] == field
    assert ward.all(Neutralisation) == []


def test_unknown_items_exams_and_proposals_are_not_found(ward: Ward) -> None:
    with pytest.raises(NotFound, match="DG999"):
        ward.propose("DG999")
    with pytest.raises(NotFound, match="exam on DG100"):
        ward.propose(ward.codes()[0], scope=Scope(exam_ids=(uuid4(),)))
    with pytest.raises(NotFound):
        ward.see(uuid4())


def test_an_item_that_nobody_answered_can_not_be_taken_out_of_score(ward: Ward) -> None:
    unanswered = next(item.code for item in ward.all(Item) if item.code not in ward.codes())
    with pytest.raises(InvalidInput, match=unanswered):
        ward.propose(unanswered)


def test_a_double_click_proposes_once(ward: Ward) -> None:
    code = ward.codes()[0]
    assert ward.propose(code, preview=False) == ward.propose(code, preview=False)
    assert ward.propose(code, preview=False, rule="better_only") != ward.propose(code, preview=False)


def test_a_rejected_proposal_keeps_its_reason_and_changes_nothing(ward: Ward) -> None:
    one = ward.propose(ward.codes()[0], preview=False)
    with pytest.raises(InvalidInput, match="reason"):
        ward.do(proposals.reject_neutralisation, one, reason=" ")
    ward.do(proposals.reject_neutralisation, one, reason="เฉลยถูกแล้ว")
    ward.work_off()
    found = ward.see(one)
    assert (found.state, found.closing_reason, found.possible_moves) == ("rejected", "เฉลยถูกแล้ว", ())
    assert found.run is not None
    assert found.run.state == "cancelled"
    assert found.preview is None
    assert ward.all(OutcomeVersion) == []


def test_only_what_is_in_force_is_taken_back_and_only_a_failure_tried_again(ward: Ward) -> None:
    one = ward.propose(ward.codes()[0])
    with pytest.raises(IllegalMove):
        ward.do(proposals.take_back_neutralisation, one, reason="x")
    with pytest.raises(IllegalMove):
        ward.do(proposals.try_again, one)


def test_proposals_are_listed_newest_first(ward: Ward) -> None:
    first, second = (ward.propose(code, preview=False) for code in ward.codes()[:2])
    with ward.database.reading() as session:
        found = proposals.list_neutralisations(session, actor=ward.institution["psychometrician"])
    assert [one.id for one in found] == [second, first]
