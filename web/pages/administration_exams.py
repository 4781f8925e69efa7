"""Exams: creating one from a proposed design, its times, its candidates, their extra time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from sqlmodel import Session

from engine.design import SELECTIONS, ExamDesign
from engine.stop_rules.stop_settings import STOP_RULES
from itembank.actor import Actor, Role
from itembank.delivery.exam_planning import (
    ExaminableUnit,
    blueprint_lines,
    design_shortfalls,
    examinable_units,
    opening_state,
    pretest_items_in_force,
)
from itembank.delivery.exams import (
    create_exam,
    enrol,
    exam_view,
    grant_extra_time,
    list_enrolments,
    list_exams,
    propose_design,
    set_times,
)
from itembank.delivery.exposure_reach import least_exposure
from itembank.errors import BankTooSmall, IllegalMove, InvalidInput, NotFound
from itembank.people.accounts import list_enrollable
from itembank.simulations.starting_points import design_of_run
from itembank.standard_setting.cuts import list_cuts
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.administration_design_words import design_words, words_of_selection, words_of_stop_rule
from web.pages.administration_entries import field_errors, read_whole
from web.pages.administration_exam_form import ADVANCED_FIELDS, ExamForm, TimesForm, refusal

#: More candidates than these are enrolled by pasting their names, not by ticking them.
MOST_PICKABLE = 200

router = APIRouter(prefix="/exams")

ExamEntered = Annotated[ExamForm, Form()]
TimesEntered = Annotated[TimesForm, Form()]


@router.get("")
def exams_page(page: SignedInPage, session: Transaction, now: Now) -> Response:
    """List the exams."""
    exams = list_exams(session, actor=actor_of(page))
    return page.render("administration/exams.html", exams=[(exam, opening_state(exam, now).value) for exam in exams])


@router.get("/new")
def new_exam_page(
    page: SignedInPage,
    session: Transaction,
    unit: Annotated[str, Query(max_length=60)] = "",
    run: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Let a unit be chosen, then propose a design for it, or show the one that a simulation tried."""
    actor = actor_of(page)
    actor.require(Role.ADMINISTRATOR)
    units = examinable_units(session, actor=actor)
    chosen = next((entry for entry in units if entry.code == unit), None)
    if chosen is None:
        return page.render("administration/exam_units.html", units=units)
    proposed = _starting_design(session, actor, unit=chosen.code, run=run)
    title = page.t("administration.proposed_title", unit=chosen.code, title=chosen.title)
    return _new_exam(
        page, session, chosen, proposed, ExamForm.proposed(proposed, unit=chosen.code, title=title, run=run)
    )


@router.post("")
def create_exam_page(page: SignedInPage, session: Transaction, now: Now, entered: ExamEntered) -> Response:
    """Create the exam, or show the form again as it was with what is wrong."""
    actor = actor_of(page)
    actor.require(Role.ADMINISTRATOR)
    unit = next((entry for entry in examinable_units(session, actor=actor) if entry.code == entered.unit), None)
    if unit is None:
        raise NotFound(what="unit in the bank in force", name=entered.unit)
    zone = page.settings.time_zone
    proposed = _starting_design(session, actor, unit=unit.code, run=entered.run)
    entered = entered.completed(proposed)
    errors = {**entered.errors(proposed, page.t, zone=zone), **_lacking(page, session, entered, proposed)}
    if errors:
        return _new_exam(page, session, unit, proposed, entered, errors=errors)
    times = entered.times(zone)
    try:
        made = create_exam(
            session,
            actor=actor,
            title=entered.title,
            unit=unit.code,
            design=entered.design(proposed),
            now=now,
            time_limit_minutes=times.time_limit_minutes,
            opens_at=times.opens_at,
            closes_at=times.closes_at,
        )
    except (InvalidInput, BankTooSmall) as error:
        session.rollback()
        return _new_exam(page, session, unit, proposed, entered, errors=refusal(error, page.t))
    return page.redirect(f"/administration/exams/{made.id}", notice="administration.notice_exam_created")


@router.get("/{exam_id}")
def exam_page(page: SignedInPage, session: Transaction, now: Now, exam_id: UUID, simulated: str = "") -> Response:
    """Show an exam: design, times, candidates."""
    return _exam(page, session, now, exam_id, simulated=bool(simulated))


@router.post("/{exam_id}/times")
def set_times_page(
    page: SignedInPage, session: Transaction, now: Now, exam_id: UUID, entered: TimesEntered
) -> Response:
    """Change when the exam may be started and how long it takes."""
    try:
        times = entered.times(page.settings.time_zone)
        set_times(
            session,
            actor=actor_of(page),
            exam_id=exam_id,
            time_limit_minutes=times.time_limit_minutes,
            opens_at=times.opens_at,
            closes_at=times.closes_at,
            now=now,
        )
    except InvalidInput as error:
        session.rollback()
        errors = field_errors(error, page.t, otherwise="opens_at")
        return _exam(page, session, now, exam_id, errors=errors, times=entered)
    return page.redirect(f"/administration/exams/{exam_id}", notice="administration.notice_times")


@router.post("/{exam_id}/candidates")
def enrol_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    exam_id: UUID,
    usernames: Annotated[str, Form(max_length=200_000)] = "",
    picked: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Enrol the candidates whose names were pasted or ticked: all of them or none."""
    names = [*usernames.replace(",", " ").replace(";", " ").split(), *(picked or [])]
    if not names:
        errors = {"usernames": page.t("administration.error_usernames")}
        return _exam(page, session, now, exam_id, errors=errors)
    try:
        added = enrol(session, actor=actor_of(page), exam_id=exam_id, usernames=names, now=now)
    except NotFound as error:
        session.rollback()
        if error.details["what"] != "candidate":
            raise
        errors = {"usernames": page.t("administration.error_no_candidate", name=error.details["name"])}
        return _exam(page, session, now, exam_id, errors=errors, usernames=usernames, picked=picked)
    notice = "administration.notice_enrolled" if added else "administration.notice_enrolled_before"
    return page.redirect(f"/administration/exams/{exam_id}", notice=notice)


@router.post("/{exam_id}/candidates/{person_id}/extra-time")
def extra_time_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    exam_id: UUID,
    person_id: UUID,
    minutes: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Set a candidate's extra minutes, before or during the sitting."""
    try:
        extra = read_whole(minutes, field="extra_minutes")
        grant_extra_time(session, actor=actor_of(page), exam_id=exam_id, person_id=person_id, minutes=extra, now=now)
    except (InvalidInput, IllegalMove) as error:
        session.rollback()
        text = "error_sitting_over" if isinstance(error, IllegalMove) else "error_extra_minutes"
        errors = {f"minutes-{person_id}": page.t(f"administration.{text}")}
        return _exam(page, session, now, exam_id, errors=errors, minutes={person_id: minutes})
    return page.redirect(f"/administration/exams/{exam_id}", notice="administration.notice_extra_time")


def _starting_design(session: Session, actor: Actor, *, unit: str, run: str) -> ExamDesign:
    if not run:
        return propose_design(session, actor=actor, unit=unit)
    try:
        run_id = UUID(run)
    except ValueError:
        raise NotFound(what="simulation", name=run) from None
    return design_of_run(session, actor=actor, run_id=run_id)


def _new_exam(
    page: Page,
    session: Session,
    unit: ExaminableUnit,
    proposed: ExamDesign,
    entered: ExamForm,
    *,
    errors: Mapping[str, str] | None = None,
) -> Response:
    cuts = list_cuts(session, actor=actor_of(page), unit=unit.code)
    proposed_cut = next((found for found in cuts if found.proposed), None)
    return page.render(
        "administration/exam_new.html",
        cut=proposed_cut,
        waiting_cut=any(
            found.adopted_at is None and (proposed_cut is None or found.accepted_at > proposed_cut.accepted_at)
            for found in cuts
        ),
        status=422 if errors else 200,
        unit=unit,
        entered=entered,
        selections=[{"value": name, "label": words_of_selection(name, page.t)} for name in SELECTIONS],
        stop_rules=[
            {"value": name, "label": words_of_stop_rule(name, page.t)} for name in STOP_RULES if name != "time"
        ],
        # What is wrong in a folded part has to be seen.
        advanced_open=bool(entered.run) or not ADVANCED_FIELDS.isdisjoint(errors or {}),
        errors=errors or {},
        exposure_hint=_exposure_hint(page, unit, proposed, entered),
        zone=page.settings.time_zone,
    )


def _exposure_hint(page: Page, unit: ExaminableUnit, proposed: ExamDesign, entered: ExamForm) -> str:
    """Say how low the limit on exposure can be, as far as what was entered makes a design."""
    try:
        least = least_exposure(entered.design(proposed), items=unit.items)
    except InvalidInput:
        return page.t("administration.maximum_exposure_hint")
    return page.t("administration.maximum_exposure_least", items=unit.items, least=f"{100 * (least or 0):.1f}")


def _exam(
    page: Page,
    session: Session,
    now: Now,
    exam_id: UUID,
    *,
    errors: Mapping[str, str] | None = None,
    times: TimesForm | None = None,
    usernames: str = "",
    picked: list[str] | None = None,
    minutes: Mapping[UUID, str] | None = None,
    simulated: bool = False,
) -> Response:
    actor = actor_of(page)
    exam = exam_view(session, actor=actor, exam_id=exam_id)
    enrolments = list_enrolments(session, actor=actor, exam_id=exam_id, include_simulated=simulated)
    may_change = actor.has(Role.ADMINISTRATOR)
    pickable = list_enrollable(session, actor=actor, exam_id=exam_id, limit=MOST_PICKABLE) if may_change else ()
    times = times or TimesForm(
        time_limit_minutes=str(exam.time_limit_minutes or ""),
        opens_at=page.t.local_input(exam.opens_at),
        closes_at=page.t.local_input(exam.closes_at),
    )
    return page.render(
        "administration/exam.html",
        status=422 if errors else 200,
        exam=exam,
        state=opening_state(exam, now).value,
        design_words=design_words(
            exam.design, page.t, pretest_pool_size=pretest_items_in_force(session, actor=actor, exam_id=exam_id)
        ),
        blueprint=blueprint_lines(session, actor=actor, exam_id=exam_id),
        enrolments=enrolments,
        simulated=simulated,
        may_change=may_change,
        pickable=pickable,
        picked=picked or [],
        times=times,
        usernames=usernames,
        minutes=minutes or {},
        errors=errors or {},
        zone=page.settings.time_zone,
    )


def _lacking(page: Page, session: Session, entered: ExamForm, proposed: ExamDesign) -> Mapping[str, str]:
    """Say what the bank lacks for the entered design, part by part and in the reader's language."""
    try:
        design = entered.design(proposed)
    except InvalidInput:
        return {}
    found = design_shortfalls(session, actor=actor_of(page), unit=entered.unit, design=design)
    sentences = [
        page.t(
            "administration.shortfall_exam" if part.level == "exam" else "administration.shortfall_part",
            code=part.code,
            required=part.required,
            available=part.available,
        )
        for part in found
    ]
    return {"maximum_length": " ".join(sentences)} if sentences else {}
