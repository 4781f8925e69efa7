"""Panels from plan to cut score: rounds that freeze, refusals by name, and a cut score that new exams propose."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import col, select

from itembank.actor import Role
from itembank.database import Database
from itembank.delivery.exams import create_exam, exam_view, propose_design
from itembank.errors import (
    BankTooSmall,
    IllegalMove,
    InvalidInput,
    JudgementsMissing,
    JudgeOfPanel,
    NotAllowed,
    NotFound,
    OwnCut,
    TooFewJudges,
    UnusableCut,
)
from itembank.publishing.banks import bank_in_force
from itembank.publishing.pools import unit_pool
from itembank.simulations.starting_points import starting_point
from itembank.standard_setting.cuts import adopt_cut, list_cuts
from itembank.standard_setting.judgement_file import judgement_table
from itembank.standard_setting.judging import judge_item, judging_view
from itembank.standard_setting.panels import change_panel, list_panels, panel_view, plan_panel
from itembank.standard_setting.results import RoundResults
from itembank.standard_setting.rounds import abandon_panel, accept_panel, close_round, open_round
from itembank.tables import AuditEntry, Bank, BankItem, ItemVersion, RoleAssignment, StandardPanel
from tests.support.banks import publish_another
from tests.support.institution import NOON, Institution
from tests.support.panels import (
    accepted_panel,
    closed,
    judge_everything,
    mark_both,
    open_panel,
    plan_of,
    somewhat_apart,
)

Filled = tuple[Database, Institution]


def test_judges_who_see_the_curves_set_the_cut_where_they_mean_it(database: Database, institution: Institution) -> None:
    panel = open_panel(database, institution)
    with database.reading() as session:
        pool = unit_pool(session, bank_id=bank_in_force(session).id, unit="DG100").pool
    expected = dict(zip(pool.item_ids, (pool.expected_scores([0.4])[:, 0]).tolist(), strict=True))
    judge_everything(database, institution, panel.id, lambda _name, _place, page: expected[page.code] / page.highest)
    found = closed(database, institution, panel.id).closed_rounds[0].results
    assert found is not None
    assert found.theta == pytest.approx(0.4, abs=1e-6)
    assert found.standard_error == pytest.approx(0, abs=1e-9)
    assert (found.items_error, found.refusal) == (0.0, None)
    assert all(item.expected == pytest.approx(item.mean, abs=1e-6) for item in found.items)
    assert (found.impact, found.sittings) == ((), 0)  # too few candidates to speak of shares


def test_a_round_that_is_closed_stands_and_the_next_begins_with_it(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    judge_everything(database, people, panel.id, somewhat_apart)
    first = closed(database, people, panel.id).closed_rounds[0].results
    assert first is not None
    assert first.standard_error == first.judges_error
    second_judge = next(judge for judge in first.judges if judge.name == "ทดสอบ judge2")
    assert second_judge.severity == pytest.approx(0.05)
    with database.writing() as session:
        open_round(session, actor=people["psychometrician"], panel_id=panel.id, now=NOON)
        before = judging_view(session, actor=people["judge"], panel_id=panel.id)
        assert before.said == before.expected == len(panel.pages)
        judge_item(session, actor=people["judge"], panel_id=panel.id, place=1, share=0.9, now=NOON)
    with database.writing() as session:
        view = close_round(session, actor=people["psychometrician"], panel_id=panel.id, now=NOON)
    assert view.closed_rounds[0].results == first
    assert view.closed_rounds[1].results != first
    assert view.possible_moves == ("accept", "abandon")
    with database.writing() as session, pytest.raises(IllegalMove):
        open_round(session, actor=people["psychometrician"], panel_id=panel.id, now=NOON)


def test_an_open_round_tells_nothing_of_other_judges(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    judge_everything(database, people, panel.id, somewhat_apart)
    with database.reading() as session:
        assert judging_view(session, actor=people["judge"], panel_id=panel.id).feedback is None
    closed(database, people, panel.id)
    with database.reading() as session:
        feedback = judging_view(session, actor=people["judge"], panel_id=panel.id).feedback
        assert judgement_table(session, actor=people["administrator"], panel_id=panel.id).count("\r\n") > 2
    assert feedback is not None
    assert feedback.own is not None
    assert [judge.name for judge in feedback.results.judges] == ["ทดสอบ judge"]
    assert len(feedback.cuts) == 2
    assert all(line.own == pytest.approx(line.item.mean - 0.05) for line in feedback.items)
    spreads = [line.item.standard_deviation for line in feedback.items]
    assert spreads == sorted(spreads, key=lambda spread: -(spread or 0))


def test_a_round_with_missing_judgements_is_closed_only_with_a_reason(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    judge_everything(database, people, panel.id, somewhat_apart)
    other = open_panel(database, people)
    items = len(panel.pages)
    with database.writing() as session:
        for place in range(1, items):
            judge_item(session, actor=people["judge"], panel_id=other.id, place=place, share=0.5, now=NOON)
    with database.writing() as session, pytest.raises(JudgementsMissing) as missing:
        close_round(session, actor=people["psychometrician"], panel_id=other.id, now=NOON)
    assert missing.value.details["missing"] == f"ทดสอบ judge (1), ทดสอบ judge2 ({items})"
    with database.writing() as session, pytest.raises(TooFewJudges):
        close_round(session, actor=people["psychometrician"], panel_id=other.id, now=NOON, reason="x")
    with database.writing() as session:
        judge_item(session, actor=people["judge2"], panel_id=other.id, place=1, share=0.6, now=NOON)
    view = closed(database, people, other.id, reason="judge2 ล้มป่วย")
    results = view.closed_rounds[0].results
    assert results is not None
    assert (len(results.items), results.components) == (items - 1, None)
    assert view.closed_rounds[0].reason == "judge2 ล้มป่วย"


def test_judgements_that_no_ability_reaches_close_the_round_without_a_cut(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    judge_everything(database, people, panel.id, lambda *_: 1.0)
    view = closed(database, people, panel.id)
    results = view.closed_rounds[0].results
    assert results is not None
    assert (results.refusal, results.theta) == ("no_such_ability", None)
    assert view.possible_moves == ("open", "abandon")
    with database.writing() as session, pytest.raises(UnusableCut):
        accept_panel(session, actor=people["psychometrician"], panel_id=panel.id, now=NOON)


def test_a_cut_beyond_what_exams_can_have_is_not_accepted(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    judge_everything(database, people, panel.id, lambda *_: 0.995)
    theta = closed(database, people, panel.id).closed_rounds[0].results
    assert theta is not None
    with database.writing() as session, pytest.raises(UnusableCut, match="between −4 and 4"):
        accept_panel(session, actor=people["psychometrician"], panel_id=panel.id, now=NOON)


def test_new_exams_propose_the_cut_that_a_second_person_took_over(filled: Filled) -> None:
    database, people = filled
    administrator = people["administrator"]
    cut = accepted_panel(database, people).cut
    assert cut is not None
    with database.writing() as session:
        before = propose_design(session, actor=administrator, unit="DG100")
        assert (before.cut_score, before.cut_standard_error) == (-0.3, 0.0)
        kept = create_exam(session, actor=administrator, title="x", unit="DG100", design=before, now=NOON)
        both = replace(people["psychometrician"], roles=frozenset({Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR}))
        with pytest.raises(OwnCut, match="ทดสอบ psychometrician accepted"):
            adopt_cut(session, actor=both, cut_id=cut.id, now=NOON)
        with pytest.raises(NotAllowed):
            adopt_cut(session, actor=people["psychometrician2"], cut_id=cut.id, now=NOON)
        assert adopt_cut(session, actor=administrator, cut_id=cut.id, now=NOON).proposed
        with pytest.raises(IllegalMove):
            adopt_cut(session, actor=administrator, cut_id=cut.id, now=NOON)
    with database.reading() as session:
        after = propose_design(session, actor=administrator, unit="DG100")
        simulated = starting_point(session, actor=administrator, unit="DG100").design
        assert exam_view(session, actor=administrator, exam_id=kept.id).design == before
        assert propose_design(session, actor=administrator, unit="DT600").cut_score == -0.3
        assert [one.proposed for one in list_cuts(session, actor=administrator)] == [True]
    assert after == replace(before, cut_score=round(cut.theta, 4), cut_standard_error=round(cut.standard_error, 4))
    assert simulated.cut_standard_error == after.cut_standard_error > 0


def test_a_later_cut_takes_the_place_of_an_earlier_one_and_back(filled: Filled) -> None:
    database, people = filled
    first, second = (accepted_panel(database, people).cut for _ in range(2))
    assert first is not None
    assert second is not None
    with database.writing() as session:
        for hours, cut in enumerate((first, second, first)):
            adopt_cut(session, actor=people["administrator"], cut_id=cut.id, now=NOON + timedelta(hours=hours))
        proposed = {cut.id: cut.proposed for cut in list_cuts(session, actor=people["administrator"], unit="DG100")}
    assert proposed == {first.id: True, second.id: False}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("method", {"method": "guess"}),
        ("description_th", {"description_th": " "}),
        ("description_en", {"description_en": "x" * 10_001}),
        ("rounds", {"rounds": 4}),
        ("response_probability", {"method": "bookmark", "response_probability": 0.95}),
        ("sample", {"sample": 1}),
        ("sample", {"sample": 1000}),
        ("judges", {"judges": (uuid4(), uuid4())}),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_by_its_field(
    filled: Filled, field: str, changes: dict[str, object]
) -> None:
    database, people = filled
    with database.writing() as session:
        with pytest.raises(InvalidInput) as refusal:
            plan_panel(session, actor=people["psychometrician"], plan=plan_of(people, **changes), now=NOON)
        session.rollback()
        assert session.exec(select(StandardPanel)).all() == []
    assert refusal.value.details["field"] == field


def test_a_panel_needs_two_judges_and_a_unit(filled: Filled) -> None:
    database, people = filled
    one = (people["judge"].person_id,) * 2
    with database.reading() as session:
        with pytest.raises(TooFewJudges):
            plan_panel(session, actor=people["psychometrician"], plan=plan_of(people, judges=one), now=NOON)
        with pytest.raises(NotFound):
            plan_panel(session, actor=people["psychometrician"], plan=plan_of(people, unit="NO1"), now=NOON)
        with pytest.raises(NotAllowed):
            plan_panel(session, actor=people["administrator"], plan=plan_of(people), now=NOON)


def test_a_sample_is_even_over_the_criteria_and_widens_the_standard_error(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people, sample=13)
    counts = Counter(page.criterion for page in panel.pages)
    assert (panel.items, panel.is_sample) == (13, True)
    assert max(counts.values()) - min(counts.values()) <= 1
    assert [page.code for page in panel.pages] == sorted(page.code for page in panel.pages)
    judge_everything(database, people, panel.id, somewhat_apart)
    found = closed(database, people, panel.id).closed_rounds[0].results
    assert found is not None
    assert found.items_error
    assert found.standard_error == pytest.approx(math.hypot(found.judges_error or 0, found.items_error))


def test_a_booklet_is_in_order_and_the_cut_is_the_mean_of_the_last_mastered_pages(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people, method="bookmark")
    thetas = [page.theta for page in panel.pages]
    assert thetas == sorted(thetas)
    mark_both(database, people, panel.id, (5, 9))
    found = closed(database, people, panel.id).closed_rounds[0].results
    assert found is not None
    assert found.theta == pytest.approx((thetas[3] + thetas[7]) / 2)
    assert found.judges_error == pytest.approx((thetas[7] - thetas[3]) / 2)
    assert (found.items_error, found.pages_error) == (0.0, pytest.approx(_gap_error(thetas, (3, 7))))
    assert found.standard_error == pytest.approx(math.hypot(found.judges_error or 0, found.pages_error or 0))
    assert [(judge.bookmark, judge.theta) for judge in found.judges] == [(5, thetas[3]), (9, thetas[7])]


def _gap_error(thetas: list[float], mastered: tuple[int, ...]) -> float:
    """The mean way from the last pages mastered to the next ability at which there is a page, over √3."""
    gaps = [min(theta for theta in thetas if theta > thetas[place] + 1e-9) - thetas[place] for place in mastered]
    return sum(gaps) / len(gaps) / math.sqrt(3)


def test_judges_who_mark_the_same_page_of_a_sample_do_not_know_the_cut_exactly(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people, method="bookmark", sample=6)
    mark_both(database, people, panel.id, (4, 4))
    found = closed(database, people, panel.id).closed_rounds[0].results
    assert found is not None
    assert found.judges_error == 0
    assert found.pages_error
    assert found.items_error
    assert found.standard_error == pytest.approx(math.hypot(found.pages_error, found.items_error))
    assert RoundResults.from_dict(found.to_dict()) == found
    before = found.to_dict()
    del before["pages_error"]
    assert RoundResults.from_dict(before).pages_error is None  # a round closed before the part was told


def test_a_booklet_of_items_that_are_equally_hard_is_refused(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        for row in session.exec(select(BankItem).where(BankItem.unit == "DG100")):
            row.discrimination, row.difficulty, row.parameters = 1.0, 0.3, {}
            row.model = "2pl"
            session.add(row)
        session.flush()
        with pytest.raises(BankTooSmall, match="equally hard"):
            plan_panel(session, actor=people["psychometrician"], plan=plan_of(people, method="bookmark"), now=NOON)


def test_a_judge_neither_accepts_nor_takes_over(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people, rounds=1)
    judge_everything(database, people, panel.id, somewhat_apart)
    closed(database, people, panel.id)
    own = replace(people["judge"], roles=frozenset(Role))
    with database.writing() as session:
        view = panel_view(session, actor=own, panel_id=panel.id)
        assert (view.actor_judges, view.possible_moves) == (True, ("abandon",))
        with pytest.raises(JudgeOfPanel, match="ทดสอบ judge is a judge of this panel"):
            accept_panel(session, actor=own, panel_id=panel.id, now=NOON)
        cut = accept_panel(session, actor=people["psychometrician"], panel_id=panel.id, now=NOON).cut
        assert cut is not None
        with pytest.raises(JudgeOfPanel):
            adopt_cut(session, actor=own, cut_id=cut.id, now=NOON)
        assert not panel_view(session, actor=people["psychometrician"], panel_id=panel.id).actor_judges


def test_a_judge_who_may_be_a_candidate_is_named(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    with database.writing() as session:
        session.add(RoleAssignment(person_id=people["judge2"].person_id, role=Role.CANDIDATE.value))
        session.flush()
        view = panel_view(session, actor=people["administrator"], panel_id=panel.id)
    assert {judge.name: judge.candidate for judge in view.judges} == {"ทดสอบ judge": False, "ทดสอบ judge2": True}


def test_items_that_are_not_calibrated_are_told(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        rows = session.exec(select(BankItem).where(BankItem.unit == "DG100").order_by(BankItem.item_code)).all()
        for row in rows:
            row.parameter_source = "calibration" if row.item_code != rows[1].item_code else "prior"
            session.add(row)
    panel = accepted_panel(database, people)
    assert panel.rated == (rows[1].item_version_id,)
    assert panel.cut is not None
    assert (panel.cut.items, panel.cut.rated_items) == (len(rows), 1)
    with database.reading() as session:
        assert judging_view(session, actor=people["judge"], panel_id=panel.id).rated == panel.rated


def test_a_draft_can_be_changed_and_an_open_panel_cannot(filled: Filled) -> None:
    database, people = filled
    actor = people["psychometrician"]
    with database.writing() as session:
        panel = plan_panel(session, actor=actor, plan=plan_of(people), now=NOON)
        publish_another(session, actor=actor)
        assert not panel_view(session, actor=actor, panel_id=panel.id).bank_in_force
        plan = plan_of(people, method="bookmark", rounds=1, sample=10)
        changed = change_panel(session, actor=actor, panel_id=panel.id, plan=plan, now=NOON)
        assert (changed.method, changed.items, changed.bank_number) == ("bookmark", 10, 2)
        assert changed.bank_in_force
        open_round(session, actor=actor, panel_id=panel.id, now=NOON)
        with pytest.raises(IllegalMove):
            change_panel(session, actor=actor, panel_id=panel.id, plan=plan, now=NOON)
        publish_another(session, actor=actor, by=0.02)
        pinned = panel_view(session, actor=actor, panel_id=panel.id)
        assert (pinned.bank_number, pinned.bank_in_force) == (2, False)
        assert session.exec(select(Bank.number).order_by(col(Bank.number))).all() == [1, 2, 3]


def test_a_panel_can_be_given_up_with_a_reason_and_vanishes_for_its_judges(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    with database.writing() as session:
        with pytest.raises(InvalidInput):
            abandon_panel(session, actor=people["psychometrician"], panel_id=panel.id, reason=" ", now=NOON)
        session.rollback()
        view = abandon_panel(session, actor=people["psychometrician"], panel_id=panel.id, reason="เลิก", now=NOON)
        assert (view.state, view.reason, view.possible_moves) == ("abandoned", "เลิก", ())
        with pytest.raises(NotFound):
            judging_view(session, actor=people["judge"], panel_id=panel.id)


def test_a_judge_who_wrote_items_is_named(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    with database.writing() as session:
        version = session.get_one(ItemVersion, panel.pages[0].item_version_id)
        version.written_by = people["judge2"].person_id
        session.add(version)
    with database.reading() as session:
        view = panel_view(session, actor=people["administrator"], panel_id=panel.id)
        assert {judge.name: judge.own_items for judge in view.judges} == {"ทดสอบ judge": 0, "ทดสอบ judge2": 1}
        assert view.possible_moves == ()


def test_every_step_is_in_the_audit_log_and_the_table_has_closed_rounds_only(filled: Filled) -> None:
    database, people = filled
    panel = accepted_panel(database, people)
    running = open_panel(database, people)
    judge_everything(database, people, running.id, somewhat_apart)
    with database.reading() as session:
        deeds = session.exec(select(AuditEntry.action).where(AuditEntry.subject == str(panel.id))).all()
        rows = list(csv.DictReader(io.StringIO(judgement_table(session, actor=people["psychometrician"],
                                                               panel_id=panel.id))))  # fmt: skip
        assert judgement_table(session, actor=people["psychometrician"], panel_id=running.id).count("\r\n") == 1
        lines = list_panels(session, actor=people["administrator"])
    assert Counter(deeds) == {
        "panel.plan": 1, "panel.open": 1, "panel.judge": 2 * len(panel.pages), "panel.close": 1, "panel.accept": 1,
    }  # fmt: skip
    assert len(rows) == 2 * len(panel.pages)
    assert {row["judge"] for row in rows} == {"judge", "judge2"}
    assert float(rows[0]["share"]) == pytest.approx(somewhat_apart("judge", 1, panel.pages[0]))
    assert {line.id: (line.theta is None) for line in lines} == {panel.id: False, running.id: True}
