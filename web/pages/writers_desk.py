"""The writer's desk: the form of an item, with the candidate's view and what there is to say about it beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.content import MAXIMUM_RATING, MINIMUM_RATING, CognitiveLevel, ItemType
from itembank.authoring.criteria import CriterionContext, criterion_context, writable_elements
from itembank.authoring.desk.kept_work import KeptWork, kept_work, unsaved_work
from itembank.authoring.desk.outdated_translations import outdated_texts
from itembank.authoring.desk.unsaved_changes import unsaved_changes
from itembank.authoring.drafts import ItemDraft, draft_problems, mates_with_another_text
from itembank.authoring.flaws.flaw import Flaw
from itembank.authoring.flaws.lint import flaws_of
from itembank.authoring.items import ItemView, VersionView, item_view
from itembank.authoring.likeness import SimilarItem, similar_items
from itembank.authoring.shown_item import shown_item
from itembank.authoring.testlets import known_testlets, mates_in_testlet
from itembank.errors import InvalidInput, NotFound
from web.page import Notice, Page
from web.pages.item_form import (
    CONTEXT,
    TAKE_OVER,
    TAKE_TEXT,
    ItemForm,
    after_button,
    carried_fields,
    field_id,
    form_of_kept,
    places_of,
    prepared,
)
from web.texts_catalogue import Texts

#: Buttons that change one part of the form only; the others change it as a whole.
_BLOCKS = {
    CONTEXT: "context",
    TAKE_TEXT: "shared",
    **dict.fromkeys(("add_row", "add_line", "add_aspect"), "options"),
}
_ROW_BUTTONS = ("remove_row_", "move_up_", "move_down_", "remove_line_", "add_choice_", "remove_aspect_")


@dataclass(frozen=True)
class Desk:
    """Renders the form for a new item or an edit."""

    page: Page
    session: Session
    actor: Actor
    now: datetime
    item_id: UUID | None = None

    def show(
        self,
        form: ItemForm,
        *,
        problems: tuple[InvalidInput, ...] = (),
        errors: Mapping[str, str] | None = None,
        status: int = 200,
        notice: Notice | None = None,
        newer: VersionView | None = None,
        unkept: bool = True,
    ) -> Response:
        """Show the form with what was entered.

        Args:
            form: What was entered.
            problems: Why it was refused.
            errors: A sentence for each field that was refused otherwise.
            status: HTTP status.
            notice: A message at the top.
            newer: A version that somebody else saved in the meantime.
            unkept: Whether the form holds what may not be kept yet.
        """
        form = prepared(form)
        item = self._item()
        return self.page.render(
            "bank/edit.html",
            block=_block(form.do),
            status=status,
            notice=notice,
            form=form,
            carried=carried_fields(form),
            **self.checked(form, item),
            errors={**places_of(form, problems, self.page.t), **(errors or {})},
            elements=writable_elements(self.session, actor=self.actor, item_id=self.item_id),
            testlets=known_testlets(self.session, actor=self.actor),
            context=self._context(form.facts.criterion),
            item=item,
            newer=newer,
            unkept=unkept,
            swapped=False,
            similar=self._similar(form) if unkept else (),
            item_id=self.item_id,
            in_work=self._in_work(form) if item is None else [],
            action=f"/bank/items/{self.item_id}" if self.item_id else "/bank/items",
            types=list(ItemType),
            levels=list(CognitiveLevel),
            ratings=range(MINIMUM_RATING, MAXIMUM_RATING + 1),
        )

    def change(self, form: ItemForm) -> Response:
        """Do what a button that does not save says."""
        if form.do == TAKE_OVER and self.item_id:
            newer = item_view(self.session, actor=self.actor, item_id=self.item_id).head
            return self.show(replace(form, started_from=newer.number), newer=newer)
        if form.do != TAKE_TEXT:
            return self.show(after_button(form))
        mates = mates_in_testlet(self.session, actor=self.actor, testlet=form.facts.testlet, item_id=self.item_id)
        if mates:
            return self.show(replace(form, facts=replace(form.facts, stimulus=mates[0].stimulus), focus="stimulus"))
        return self.show(form, errors={"testlet": self.page.t("bank.testlet_empty")})

    def offer(self, kept: KeptWork, head: VersionView) -> Response | None:
        """Offer what was typed and not saved; None if it says nothing but what is saved."""
        started = ItemDraft.of(head.content)
        typed = form_of_kept(kept.fields, started_from=kept.started_from, key="").draft
        changes = unsaved_changes(started, typed)
        if not changes:
            return None
        return self.page.render("bank/desk/kept.html", item=self._item(), kept=kept, changes=changes, head=head)

    def kept(self, *, key: UUID | None = None) -> KeptWork | None:
        """Give what was typed and not saved, if there is any."""
        try:
            return kept_work(self.session, actor=self.actor, key=key, item_id=self.item_id)
        except NotFound:
            return None

    def checked(self, form: ItemForm, item: ItemView | None = None) -> dict[str, Any]:
        """Say what a draft shows and lacks, which of its texts differ from others, and which flaws it seems to have."""
        draft = form.draft
        problems = draft_problems(self.session, actor=self.actor, draft=draft, item_id=self.item_id)
        differing = mates_with_another_text(
            self.session, actor=self.actor, testlet=draft.testlet, stimulus=draft.stimulus, item_id=self.item_id
        )
        shown = shown_item(draft, draft.type, language=form.shown_in or None)
        flaws = flaws_of(draft)
        return {
            "draft": draft,
            "shown": shown if shown.stem else replace(shown, stem=self.page.t("bank.preview_no_stem")),
            "languages": [draft.language, *(one.language for one in draft.translations)],
            "lacking": places_of(form, problems, self.page.t),
            "differing": differing,
            "flaws": flaws,
            "margins": _margins(form, flaws),
            "outdated": _outdated(form, draft, item),
        }

    def _item(self) -> ItemView | None:
        return item_view(self.session, actor=self.actor, item_id=self.item_id) if self.item_id else None

    def _context(self, criterion: str) -> CriterionContext | None:
        try:
            return criterion_context(self.session, actor=self.actor, code=criterion, item_id=self.item_id)
        except NotFound:
            return None

    def _similar(self, form: ItemForm) -> tuple[SimilarItem, ...]:
        draft = form.draft
        if self.page.wants_fragment or not draft.stem:
            return ()
        return similar_items(self.session, actor=self.actor, wording=draft, item_id=self.item_id)

    def _in_work(self, form: ItemForm) -> list[dict[str, Any]]:
        return [work for work in work_in_progress(self.session, self.actor) if str(work["id"]) != form.key]


def work_in_progress(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """List what somebody has typed and not saved, as lists show it: where to go on, and how it begins."""
    found = []
    for work in unsaved_work(session, actor=actor):
        facts = form_of_kept(work.fields, started_from=work.started_from, key=str(work.id)).facts
        found.append(
            {
                "id": work.id,
                "code": work.code,
                "url": f"/bank/items/{work.item_id}/edit" if work.item_id else f"/bank/items/new?kept={work.id}",
                "criterion": facts.criterion,
                "language": facts.language,
                "stem": facts.stem,
                "saved_at": work.saved_at,
                "item_id": work.item_id,
            }
        )
    return found


def clock_time(moment: datetime, t: Texts) -> str:
    """Write the time of day with seconds, as each language does."""
    local = moment.astimezone(t.zone)
    return f"{local:%H.%M.%S} น." if t.language == "th" else f"{local:%H:%M:%S}"


def _block(do: str) -> str:
    return "options" if do.startswith(_ROW_BUTTONS) else _BLOCKS.get(do, "fields")


def _margins(form: ItemForm, flaws: tuple[Flaw, ...]) -> dict[str, list[Flaw]]:
    found: dict[str, list[Flaw]] = {}
    for flaw in flaws:
        found.setdefault(field_id(form, flaw.field), []).append(flaw)
    return found


def _outdated(form: ItemForm, draft: ItemDraft, item: ItemView | None) -> dict[str, int]:
    if item is None or form.translation is None:
        return {}
    versions = [(version.number, version.content) for version in item.versions]
    texts = outdated_texts(draft, language=form.other_language, versions=versions)
    return {field_id(form, f"translations.{form.other_language}.{text.field}"): text.version for text in texts}
