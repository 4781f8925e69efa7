"""Writing items: the form with the candidate's view beside it, and saving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.content import MAXIMUM_RATING, MINIMUM_RATING, CognitiveLevel, ItemType
from itembank.authoring.criteria import CriterionContext, criterion_context, writable_elements
from itembank.authoring.drafts import draft_problems, mates_with_another_text
from itembank.authoring.flaws.lint import flaws_of
from itembank.authoring.items import ItemView, VersionView, create_item, item_view, move_item, save_item
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.testlets import known_testlets, mates_in_testlet
from itembank.errors import EditConflict, IllegalMove, InvalidInput, NotFound
from web.error_pages import error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages.item_form import SUBMIT, TAKE_TEXT, Entered, ItemForm, problem_text

router = APIRouter()


@dataclass(frozen=True)
class _Desk:
    """The writer's desk: renders the form for a new item or an edit."""

    page: Page
    session: Session
    actor: Actor
    item_id: UUID | None = None

    def show(
        self,
        form: ItemForm,
        *,
        errors: Mapping[str, str] | None = None,
        status: int = 200,
        notice: Notice | None = None,
        newer: VersionView | None = None,
    ) -> Response:
        """Show the form with what was entered.

        Args:
            form: What was entered.
            errors: A sentence for each field that was refused.
            status: HTTP status.
            notice: A message at the top.
            newer: A version that somebody else saved in the meantime.
        """
        elements = writable_elements(self.session, actor=self.actor, item_id=self.item_id)
        item = self._item()
        return self.page.render(
            "bank/edit.html",
            block=form.block,
            status=status,
            notice=notice,
            form=form,
            draft=form.draft,
            **self.checked(form),
            errors=errors or {},
            elements=elements,
            testlets=known_testlets(self.session, actor=self.actor),
            context=self._context(form.draft.criterion),
            item=item,
            newer=newer,
            action=f"/bank/items/{self.item_id}" if self.item_id else "/bank/items",
            types=list(ItemType),
            levels=list(CognitiveLevel),
            ratings=range(MINIMUM_RATING, MAXIMUM_RATING + 1),
        )

    def refuse(self, form: ItemForm, problems: tuple[InvalidInput, ...]) -> Response:
        """Show the form again, each problem beside its field."""
        return self.show(form, errors=form.errors(problems, self.page.t), status=422)

    def change(self, form: ItemForm) -> Response:
        """Do what a button that does not save says."""
        if form.do != TAKE_TEXT:
            return self.show(form.after_button())
        mates = mates_in_testlet(self.session, actor=self.actor, testlet=form.draft.testlet, item_id=self.item_id)
        if mates:
            return self.show(form.with_text(mates[0].stimulus))
        return self.show(form, errors={"testlet": self.page.t("bank.testlet_empty")})

    def checked(self, form: ItemForm) -> dict[str, Any]:
        """Say what a draft lacks, which items of its testlet show another text, and which flaws it seems to have."""
        draft = form.draft
        problems = draft_problems(self.session, actor=self.actor, draft=draft, item_id=self.item_id)
        differing = mates_with_another_text(
            self.session, actor=self.actor, testlet=draft.testlet, stimulus=draft.stimulus, item_id=self.item_id
        )
        lacking = [problem_text(problem, self.page.t) for problem in problems]
        return {"lacking": lacking, "differing": differing, "flaws": flaws_of(draft)}

    def _item(self) -> ItemView | None:
        return item_view(self.session, actor=self.actor, item_id=self.item_id) if self.item_id else None

    def _context(self, criterion: str) -> CriterionContext | None:
        try:
            return criterion_context(self.session, actor=self.actor, code=criterion, item_id=self.item_id)
        except NotFound:
            return None


@router.get("/bank/items/new")
def new_item_page(page: SignedInPage, session: Transaction, criterion: str = "") -> Response:
    """Begin a new item."""
    desk = _Desk(page, session, actor_of(page))
    return desk.show(ItemForm.blank(criterion=criterion, language="th"))


@router.post("/bank/items")
def create_item_page(page: SignedInPage, session: Transaction, now: Now, form: Entered) -> Response:
    """Keep a new item, or change the form as its button says."""
    actor = actor_of(page)
    desk = _Desk(page, session, actor)
    if not form.saves:
        return desk.change(form)
    problems = draft_problems(session, actor=actor, draft=form.draft)
    if problems:
        return desk.refuse(form, problems)
    item = create_item(session, actor=actor, content=form.draft.content(), now=now)
    return _saved(page, session, now, item, form)


@router.get("/bank/items/{item_id}/edit")
def edit_item_page(page: SignedInPage, session: Transaction, item_id: UUID) -> Response:
    """Begin an edit from the newest version."""
    actor = actor_of(page)
    item = item_view(session, actor=actor, item_id=item_id)
    if item.head.state is ItemState.IN_REVIEW:
        return page.redirect(f"/bank/items/{item_id}", notice="bank.notice_edit_in_review")
    head = item.head
    return _Desk(page, session, actor, item_id).show(ItemForm.of(head.content, started_from=head.number))


@router.post("/bank/items/{item_id}")
def save_item_page(page: SignedInPage, session: Transaction, now: Now, item_id: UUID, form: Entered) -> Response:
    """Save an edit as a new version, or change the form as its button says."""
    actor = actor_of(page)
    desk = _Desk(page, session, actor, item_id)
    if not form.saves:
        return desk.change(form)
    problems = draft_problems(session, actor=actor, draft=form.draft, item_id=item_id)
    if problems:
        return desk.refuse(form, problems)
    try:
        item = save_item(
            session,
            actor=actor,
            item_id=item_id,
            content=form.draft.content(),
            started_from=form.started_from,
            now=now,
        )
    except EditConflict:
        session.rollback()
        newer = item_view(session, actor=actor, item_id=item_id).head
        # Saving once more is then a decision made in sight of the other version.
        return desk.show(replace(form, started_from=newer.number), status=409, newer=newer)
    except IllegalMove as error:
        session.rollback()
        return desk.show(form, status=409, notice=Notice("warning", error_text(error, page.t)))
    return _saved(page, session, now, item, form)


@router.post("/bank/preview")
def preview_block(
    page: SignedInPage, session: Transaction, form: Entered, item: Annotated[UUID | None, Form()] = None
) -> Response:
    """Show what was entered as candidates would see it; nothing is kept."""
    checked = _Desk(page, session, actor_of(page), item).checked(form)
    return page.render("bank/preview.html", draft=form.draft, **checked)


def _saved(page: Page, session: Session, now: Now, item: ItemView, form: ItemForm) -> Response:
    notice = "bank.notice_saved"
    if form.do == SUBMIT and any(move.name == "submit" for move in item.possible_moves):
        move_item(
            session, actor=actor_of(page), item_id=item.id, move_name="submit", now=now,
            version_seen=item.head.number,
        )  # fmt: skip
        notice = "bank.notice_submit"
    return page.redirect(f"/bank/items/{item.id}", notice=notice)
