"""Judges see their own panels only, every look is on record, and the last word before a round closes counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import nan
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from itembank.actor import COMMAND_LINE, Role
from itembank.database import Database
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.errors import IllegalMove, InvalidInput, NotAllowed, NotFound
from itembank.framework.store import current_standard
from itembank.people.accounts import create_person
from itembank.standard_setting.impact import FEWEST_SITTINGS, KnownAbilities, known_abilities
from itembank.standard_setting.judging import (
    LOOK_LASTS,
    judge_item,
    judging_view,
    my_panels,
    open_page,
    page_view,
    place_bookmark,
    set_limits,
)
from itembank.standard_setting.panels import plan_panel
from itembank.standard_setting.rounds import abandon_panel, accept_panel
from itembank.tables import (
    AuditEntry,
    ItemVersion,
    Neutralisation,
    OutcomeVersion,
    PanelJudgement,
    RecordedOutcome,
)
from tests.support.institution import NOON, Institution
from tests.support.panels import closed, judge_everything, open_panel, plan_of, somewhat_apart

Filled = tuple[Database, Institution]
LIMITS = (0.4, 0.8, 0.1, 0.6)


def _looks(session: Session, panel_id: UUID) -> list[str]:
    query = select(AuditEntry).where(AuditEntry.action == "panel.look", AuditEntry.subject == str(panel_id))
    return [entry.details["item"] for entry in session.exec(query.order_by(col(AuditEntry.id)))]


def test_a_look_is_on_record_once_and_ends(filled: Filled) -> None:
    database, people = filled
    judge, panel = people["judge"], open_panel(database, people)
    with database.writing() as session:
        before = page_view(session, actor=judge, panel_id=panel.id, place=2, now=NOON)
        assert (before.content, before.key_shown) == (None, False)
        for _ in range(2):
            seen = open_page(session, actor=judge, panel_id=panel.id, place=2, now=NOON)
            assert seen.content is not None
        later = NOON + LOOK_LASTS
        assert page_view(session, actor=judge, panel_id=panel.id, place=2, now=later).content is None
        assert page_view(session, actor=judge, panel_id=panel.id, place=1, now=NOON).content is None
        open_page(session, actor=judge, panel_id=panel.id, place=2, now=later)
        # What one judge opened stays shut for the other.
        assert page_view(session, actor=people["judge2"], panel_id=panel.id, place=2, now=later).content is None
        assert _looks(session, panel.id) == [panel.pages[1].code] * 2


@pytest.mark.parametrize("shows_key", [True, False])
def test_the_key_comes_after_the_judgement_where_the_panel_shows_it(filled: Filled, *, shows_key: bool) -> None:
    database, people = filled
    judge, panel = people["judge"], open_panel(database, people, shows_key=shows_key)
    with database.writing() as session:
        assert not open_page(session, actor=judge, panel_id=panel.id, place=1, now=NOON).key_shown
        judge_item(session, actor=judge, panel_id=panel.id, place=1, share=0.6, now=NOON)
        assert page_view(session, actor=judge, panel_id=panel.id, place=1, now=NOON).key_shown is shows_key


def test_the_last_word_counts_and_saying_it_again_says_nothing(filled: Filled) -> None:
    database, people = filled
    judge, panel = people["judge"], open_panel(database, people)
    with database.writing() as session:
        for share in (0.6, 0.7, 0.7):
            view = judge_item(session, actor=judge, panel_id=panel.id, place=1, share=share, now=NOON)
        assert (view.pages[0].share, view.said) == (0.7, 1)
        assert [row.share for row in session.exec(select(PanelJudgement))] == [0.7]
        deeds = session.exec(select(AuditEntry).where(AuditEntry.action == "panel.judge")).all()
        assert len(deeds) == 2


@pytest.mark.parametrize("share", [-0.01, 1.01, nan])
def test_a_share_beyond_the_points_is_refused(filled: Filled, share: float) -> None:
    database, people = filled
    panel = open_panel(database, people)
    with database.writing() as session, pytest.raises(InvalidInput):
        judge_item(session, actor=people["judge"], panel_id=panel.id, place=1, share=share, now=NOON)


def test_others_find_no_panel_and_judges_of_a_draft_neither(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    with database.writing() as session:
        made = create_person(
            session, actor=COMMAND_LINE, username="judge9", display_name="x", roles=[Role.JUDGE], password="x" * 12,
            now=NOON,
        )  # fmt: skip
        other = replace(people["judge"], person_id=made.person.id, username="judge9")
        draft = plan_panel(session, actor=people["psychometrician"], plan=plan_of(people), now=NOON)
        for actor, wanted in ((other, panel.id), (COMMAND_LINE, panel.id), (people["judge"], draft.id)):
            with pytest.raises(NotFound):
                judging_view(session, actor=actor, panel_id=wanted)
            with pytest.raises(NotFound):
                open_page(session, actor=actor, panel_id=wanted, place=1, now=NOON)
        with pytest.raises(NotAllowed):
            judging_view(session, actor=people["psychometrician"], panel_id=panel.id)
        with pytest.raises(NotFound):
            open_page(session, actor=people["judge"], panel_id=panel.id, place=99, now=NOON)
        assert my_panels(session, actor=other) == ()
        assert [line.panel_id for line in my_panels(session, actor=people["judge"])] == [panel.id]


def test_a_closed_round_can_be_talked_about_and_a_finished_panel_is_shut(filled: Filled) -> None:
    database, people = filled
    judge, panel = people["judge"], open_panel(database, people)
    judge_everything(database, people, panel.id, somewhat_apart)
    closed(database, people, panel.id)
    with database.writing() as session:
        assert open_page(session, actor=judge, panel_id=panel.id, place=1, now=NOON).content is not None
        with pytest.raises(IllegalMove):
            judge_item(session, actor=judge, panel_id=panel.id, place=1, share=0.1, now=NOON)
        accept_panel(session, actor=people["psychometrician"], panel_id=panel.id, now=NOON)
        with pytest.raises(IllegalMove):
            open_page(session, actor=judge, panel_id=panel.id, place=1, now=NOON)
        assert page_view(session, actor=judge, panel_id=panel.id, place=1, now=NOON).content is None
        assert judging_view(session, actor=judge, panel_id=panel.id).feedback is not None


def test_a_bookmark_opens_the_keys_of_the_pages_it_judges(filled: Filled) -> None:
    database, people = filled
    judge, panel = people["judge"], open_panel(database, people, method="bookmark")
    with database.writing() as session:
        place_bookmark(session, actor=judge, panel_id=panel.id, page=3, now=NOON)
        shown = [
            open_page(session, actor=judge, panel_id=panel.id, place=place, now=NOON).key_shown for place in (1, 3, 4)
        ]
    assert shown == [True, True, False]


def test_the_log_tells_that_a_judge_spoke_and_not_what_was_said(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people, method="bookmark", asks_limits=True)
    with database.writing() as session:
        place_bookmark(session, actor=people["judge"], panel_id=panel.id, page=3, now=NOON)
        set_limits(session, actor=people["judge"], panel_id=panel.id, limits=LIMITS, now=NOON)
        told = [entry.details for entry in session.exec(select(AuditEntry).where(AuditEntry.action == "panel.judge"))]
    assert told == [{"round": 1, "said": "bookmark"}, {"round": 1, "said": "limits"}]


def test_bookmarks_and_judgements_belong_to_their_methods(filled: Filled) -> None:
    database, people = filled
    judge = people["judge"]
    booklet, items = open_panel(database, people, method="bookmark"), open_panel(database, people)
    last = len(booklet.pages) + 1
    with database.writing() as session:
        for page in (1, last + 1):
            with pytest.raises(InvalidInput):
                place_bookmark(session, actor=judge, panel_id=booklet.id, page=page, now=NOON)
        for page in (2, last):
            assert place_bookmark(session, actor=judge, panel_id=booklet.id, page=page, now=NOON).bookmark == page
        with pytest.raises(IllegalMove, match="panel is judged item by item; placing a bookmark is not"):
            place_bookmark(session, actor=judge, panel_id=items.id, page=2, now=NOON)
        with pytest.raises(IllegalMove, match="panel is judged by bookmarks; judging a single item is not"):
            judge_item(session, actor=judge, panel_id=booklet.id, place=1, share=0.5, now=NOON)
        with pytest.raises(IllegalMove):
            set_limits(session, actor=judge, panel_id=items.id, limits=LIMITS, now=NOON)


@pytest.mark.parametrize(
    ("field", "limits"),
    [
        ("lowest_cut", (0.0, 0.8, 0.1, 0.6)),
        ("highest_cut", (0.4, 1.0, 0.1, 0.6)),
        ("highest_cut", (0.8, 0.8, 0.1, 0.6)),
        ("lowest_failing", (0.4, 0.8, -0.1, 0.6)),
        ("highest_failing", (0.4, 0.8, 0.6, 0.6)),
        ("highest_failing", (0.4, 0.8, 0.1, nan)),
    ],
)
def test_limits_that_are_no_rising_shares_are_refused(filled: Filled, field: str, limits: tuple[float, ...]) -> None:
    database, people = filled
    panel = open_panel(database, people, asks_limits=True)
    with database.writing() as session, pytest.raises(InvalidInput) as refusal:
        set_limits(session, actor=people["judge"], panel_id=panel.id, limits=limits, now=NOON)
    assert refusal.value.details["field"] == field


def test_a_writer_on_the_panel_is_told_of_the_own_item(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    with database.writing() as session:
        version = session.get_one(ItemVersion, panel.pages[0].item_version_id)
        version.written_by = people["judge"].person_id
        session.add(version)
        session.flush()
        own = [
            page_view(session, actor=people["judge"], panel_id=panel.id, place=place, now=NOON).own_item
            for place in (1, 2)
        ]
    assert own == [True, False]


def test_the_impact_and_the_compromise_rest_on_recent_candidates(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people, asks_limits=True)
    with database.writing() as session:
        standard_id = _simulate(session, people, count=FEWEST_SITTINGS)
        known = known_abilities(session, standard_id=standard_id, unit="DG100")
        _correct_one(session, people, standard_id=standard_id)
        corrected = known_abilities(session, standard_id=standard_id, unit="DG100")
    assert isinstance(known, KnownAbilities)
    assert isinstance(corrected, KnownAbilities)
    assert sorted(set(corrected.thetas) - set(known.thetas)) == [2.5]
    assert corrected.standard_errors.count(0.125) == 1
    known = corrected
    assert (len(known.thetas), known.simulated) == (FEWEST_SITTINGS, True)
    judge_everything(database, people, panel.id, somewhat_apart, limits=LIMITS)
    found = closed(database, people, panel.id).closed_rounds[0].results
    assert found is not None
    assert (found.sittings, found.simulated) == (FEWEST_SITTINGS, True)
    assert [line.steps for line in found.impact] == [-2, -1, 0, 1, 2]
    shares = [line.share_passing for line in found.impact]
    assert shares == sorted(shares, reverse=True)
    assert found.impact[2].share_passing == pytest.approx(known.share_passing(found.theta or 0))
    assert found.compromise is not None
    assert (found.compromise.refusal, found.compromise.judges) == (None, 2)
    with database.reading() as session:
        assert known_abilities(session, standard_id=standard_id, unit="DT600") is None


def test_an_abandoned_panel_is_off_the_list(filled: Filled) -> None:
    database, people = filled
    panel = open_panel(database, people)
    with database.writing() as session:
        abandon_panel(session, actor=people["psychometrician"], panel_id=panel.id, reason="x", now=NOON)
        assert my_panels(session, actor=people["judge"]) == ()


def _correct_one(session: Session, people: Institution, *, standard_id: UUID) -> None:
    """Let a neutralised item have changed the result of one sitting."""
    told = session.exec(select(RecordedOutcome)).first()
    assert told is not None
    neutralisation = Neutralisation(
        standard_id=standard_id, unit="DG100", item_version_id=session.exec(select(ItemVersion.id)).first(),
        fault="other", rule="all", reason_th="x", reason_en="x", state="in_force", proposed_by="x", proposed_at=NOON,
    )  # fmt: skip
    session.add(neutralisation)
    session.flush()
    unit = {**told.document["unit"], "theta": 2.5, "standard_error": 0.125}
    session.add(
        OutcomeVersion(
            sitting_id=told.sitting_id, number=2, neutralisation_id=neutralisation.id,
            document={**told.document, "unit": unit}, decided_by="x", recorded_at=NOON,
        )
    )  # fmt: skip
    session.flush()


def _simulate(session: Session, people: Institution, *, count: int) -> UUID:
    add_simulated_sittings(session, exam_id=people.exam, count=count, now=NOON + timedelta(hours=1))
    return current_standard(session).id
