"""The list of items: what is asked for by its address, and the page."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.content import LANGUAGES, MAXIMUM_RATING, MINIMUM_RATING, ItemType
from itembank.authoring.criteria import written_units
from itembank.authoring.flaws.flaw import Rule
from itembank.authoring.item_list import ItemLine, ItemOrder, Narrowing, Writer, list_items, writers
from itembank.authoring.lifecycle import ItemState
from itembank.errors import InvalidInput
from web.page import SignedInPage, Transaction, actor_of
from web.texts_catalogue import Texts

#: Items on one page of the list.
PAGE_SIZE = 25

#: A box that is ticked.
_TICKED = "1"

Member = TypeVar("Member", bound=StrEnum)

router = APIRouter()


class Wanted(BaseModel):
    """The list asked for, as its address says; every field may be missing or empty."""

    search: Annotated[str, Query(max_length=200)] = ""
    state: str = ""
    criterion: str = ""
    type: str = ""
    rating: str = ""
    language: str = ""
    writer: Annotated[str, Query(max_length=200)] = ""
    mine: str = ""
    flawed: str = ""
    rule: str = ""
    order: str = ""
    page: Annotated[int, Query(ge=1, le=100_000)] = 1

    @property
    def filters(self) -> dict[str, str]:
        """All but the page, as they were entered."""
        return {name: str(value) for name, value in self if name != "page"}

    @property
    def is_narrow(self) -> bool:
        """Whether anything behind the fold of the form is in use."""
        return any(value for name, value in self.filters.items() if name not in ("search", "state", "criterion"))

    def narrowing(self) -> Narrowing:
        """Give what the list is narrowed by.

        Raises:
            InvalidInput: A field has a value that it cannot have.
        """
        ratings = [str(rating) for rating in range(MINIMUM_RATING, MAXIMUM_RATING + 1)]
        _check("rating", self.rating, ratings)
        _check("language", self.language, LANGUAGES)
        return Narrowing(
            type=_member(ItemType, "type", self.type),
            difficulty_rating=int(self.rating) if self.rating else None,
            language=self.language,
            writer=self.writer,
            mine=self.mine == _TICKED,
            flawed=self.flawed == _TICKED,
            rule=_member(Rule, "rule", self.rule),
            order=_member(ItemOrder, "order", self.order) or ItemOrder.CODE,
        )

    def find(self, session: Session, *, actor: Actor, number: int) -> tuple[tuple[ItemLine, ...], int]:
        """Give the items on a page of the list, and how many there are in all.

        Raises:
            InvalidInput: A field has a value that it cannot have.
        """
        return list_items(
            session,
            actor=actor,
            criterion=self.criterion or None,
            state=_member(ItemState, "state", self.state),
            search=self.search,
            narrowing=self.narrowing(),
            offset=(number - 1) * PAGE_SIZE,
            limit=PAGE_SIZE,
        )


@router.get("/bank/items")
def list_page(page: SignedInPage, session: Transaction, wanted: Annotated[Wanted, Query()]) -> Response:
    """List items, found by wording, place in the standard, state, type, difficulty, language, writer and flaws."""
    actor = actor_of(page)
    number = wanted.page
    items, count = wanted.find(session, actor=actor, number=number)
    pages = max(1, -(-count // PAGE_SIZE))
    if number > pages:
        # A narrower search has fewer pages than the one before it.
        number = pages
        items, count = wanted.find(session, actor=actor, number=number)
    query = urlencode({name: value for name, value in wanted.filters.items() if value})
    return page.render(
        "bank/items.html",
        block="items",
        items=items,
        count=count,
        number=number,
        pages=pages,
        page_url=f"/bank/items?{query}{'&' if query else ''}page={{page}}",
        filters=wanted.filters,
        is_narrow=wanted.is_narrow,
        units=written_units(session, actor=actor),
        states=list(ItemState),
        choices=_choices(page.t, writers(session, actor=actor), chosen=wanted.writer),
    )


def choices_of_rule(t: Texts) -> list[dict[str, str]]:
    """Give the rules that warn of single items, for a list to be narrowed by one of them."""
    return [{"value": rule.value, "label": t(f"flaws.rule_{rule}")} for rule in Rule if rule is not Rule.KEY_POSITIONS]


def _choices(t: Texts, known: Iterable[Writer], *, chosen: str) -> dict[str, list[dict[str, str]]]:
    ratings = range(MINIMUM_RATING, MAXIMUM_RATING + 1)
    of_writer = [_one(writer.key, writer.name) for writer in known]
    if chosen and chosen not in {choice["value"] for choice in of_writer}:
        # Such as a name in an address that somebody kept.
        of_writer.append(_one(chosen, chosen))
    return {
        "type": [_any(t("finding.any_type")), *(_one(kind, t(f"bank.type_{kind}")) for kind in ItemType)],
        "rating": [
            _any(t("finding.any_rating")),
            *(_one(rating, f"{rating} – {t(f'bank.rating_{rating}')}") for rating in ratings),
        ],
        "language": [_any(t("finding.any_language")), *(_one(tag, t(f"bank.language_{tag}")) for tag in LANGUAGES)],
        "writer": [_any(t("finding.any_writer")), *of_writer],
        "rule": [_any(t("finding.any_rule")), *choices_of_rule(t)],
        "order": [_one(order, t(f"finding.order_{order}")) for order in ItemOrder],
    }


def _any(label: str) -> dict[str, str]:
    return _one("", label)


def _one(value: object, label: str) -> dict[str, str]:
    return {"value": str(value), "label": label}


def _member(kind: type[Member], field: str, value: str) -> Member | None:
    _check(field, value, list(kind))
    return kind(value) if value else None


def _check(field: str, value: str, known: Collection[str]) -> None:
    if value and value not in set(known):
        raise InvalidInput(field=field, expected=f"one of {', '.join(known)}")
