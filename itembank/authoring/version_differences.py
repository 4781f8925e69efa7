"""Two versions of an item side by side: what differs in their texts, their keys and the fields beside them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.content import ItemContent
from itembank.authoring.content_differences import WordingSide, compare_contents
from itembank.authoring.items import ItemView, VersionView, item_view
from itembank.errors import NotFound


@dataclass(frozen=True, slots=True)
class VersionSide:
    """One version as it stands beside the other."""

    version: VersionView
    wording: WordingSide


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field beside the wording whose value changed."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionDifferences:
    """Two versions of an item side by side."""

    item: ItemView
    before: VersionSide
    after: VersionSide
    fields: tuple[FieldChange, ...]
    same_wording: bool


def version_differences(
    session: Session, *, actor: Actor, item_id: UUID, before: int | None = None, after: int | None = None
) -> VersionDifferences:
    """Compare two versions of an item.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        item_id: The item.
        before: Number of the earlier version; the one before ``after`` if not given.
        after: Number of the later version; the newest if not given.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such item or version.
    """
    item = item_view(session, actor=actor, item_id=item_id)
    later = _find(item, item.head.number if after is None else after)
    earlier = _find(item, max(later.number - 1, 1) if before is None else before)
    old, new = compare_contents(earlier.content, later.content)
    return VersionDifferences(
        item=item,
        before=VersionSide(earlier, old),
        after=VersionSide(later, new),
        fields=_field_changes(earlier.content, later.content),
        same_wording=not (old.is_changed or new.is_changed),
    )


def _find(item: ItemView, number: int) -> VersionView:
    for version in item.versions:
        if version.number == number:
            return version
    raise NotFound(what="version", name=f"{number} of item {item.code}")


def _field_changes(before: ItemContent, after: ItemContent) -> tuple[FieldChange, ...]:
    fields = (
        "criterion", "type", "partial_credit", "cognitive_level", "difficulty_rating", "language", "testlet", "source",
    )  # fmt: skip
    values = [(field, _written(getattr(before, field)), _written(getattr(after, field))) for field in fields]
    values.append(("tolerance", _tolerance(before), _tolerance(after)))
    values.append(("translations", _languages(before), _languages(after)))
    return tuple(FieldChange(field, old, new) for field, old, new in values if old != new)


def _written(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _tolerance(content: ItemContent) -> str:
    if content.number is None:
        return ""
    return f"±{content.number.tolerance}{' %' if content.number.percent else ''}"


def _languages(content: ItemContent) -> str:
    return " ".join(translation.language for translation in content.translations)
