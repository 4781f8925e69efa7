"""Differences between two versions of an item, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.content import ItemContent, Option
from itembank.authoring.items import ItemView, VersionView, item_view
from itembank.authoring.wording_differences import Passage, WordingDifference, compare_wordings, likeness
from itembank.errors import NotFound

#: Options less alike than this are a removed and an added one, not one reworded.
_LEAST_LIKENESS = 0.4


@dataclass(frozen=True, slots=True)
class OptionPassages:
    """One option of one version, with what is changed against its counterpart in the other."""

    text: tuple[Passage, ...]
    rationale: tuple[Passage, ...]
    correct: bool
    key_changed: bool


@dataclass(frozen=True, slots=True)
class VersionSide:
    """One version as it stands beside the other."""

    version: VersionView
    stimulus: tuple[Passage, ...]
    stem: tuple[Passage, ...]
    options: tuple[OptionPassages, ...]


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
    stimuli = compare_wordings(earlier.content.stimulus, later.content.stimulus)
    stems = compare_wordings(earlier.content.stem, later.content.stem)
    old_options, new_options = _compare_options(earlier.content.options, later.content.options)
    sides = (
        VersionSide(earlier, stimuli.before, stems.before, old_options),
        VersionSide(later, stimuli.after, stems.after, new_options),
    )
    return VersionDifferences(
        item=item,
        before=sides[0],
        after=sides[1],
        fields=_field_changes(earlier.content, later.content),
        same_wording=not any(_is_changed(side) for side in sides),
    )


def _find(item: ItemView, number: int) -> VersionView:
    for version in item.versions:
        if version.number == number:
            return version
    raise NotFound(what="version", name=f"{number} of item {item.code}")


def _is_changed(side: VersionSide) -> bool:
    passages = [*side.stimulus, *side.stem]
    for option in side.options:
        passages += [*option.text, *option.rationale]
    return any(passage.changed for passage in passages) or any(option.key_changed for option in side.options)


def _field_changes(before: ItemContent, after: ItemContent) -> tuple[FieldChange, ...]:
    fields = (
        "criterion", "type", "partial_credit", "cognitive_level", "difficulty_rating", "language", "testlet", "source",
    )  # fmt: skip
    values = [(field, _written(getattr(before, field)), _written(getattr(after, field))) for field in fields]
    return tuple(FieldChange(field, old, new) for field, old, new in values if old != new)


def _written(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _compare_options(
    before: Sequence[Option], after: Sequence[Option]
) -> tuple[tuple[OptionPassages, ...], tuple[OptionPassages, ...]]:
    pairs = _pair(before, after)
    old_sides: dict[int, OptionPassages] = {}
    new_sides: dict[int, OptionPassages] = {}
    for old, new in pairs:
        texts = compare_wordings(before[old].text, after[new].text)
        rationales = compare_wordings(before[old].rationale, after[new].rationale)
        changed = before[old].correct != after[new].correct
        old_sides[old] = OptionPassages(texts.before, rationales.before, before[old].correct, changed)
        new_sides[new] = OptionPassages(texts.after, rationales.after, after[new].correct, changed)
    return (
        tuple(old_sides.get(index) or _alone(option) for index, option in enumerate(before)),
        tuple(new_sides.get(index) or _alone(option) for index, option in enumerate(after)),
    )


def _alone(option: Option) -> OptionPassages:
    text, rationale = (_all_changed(wording) for wording in (option.text, option.rationale))
    return OptionPassages(text.after, rationale.after, option.correct, False)


def _all_changed(wording: str) -> WordingDifference:
    return compare_wordings("", wording)


def _pair(before: Sequence[Option], after: Sequence[Option]) -> list[tuple[int, int]]:
    # The most alike first, so that an option that only moved meets itself and not a neighbour.
    ranked = sorted(
        ((likeness(old.text, new.text), i, j) for i, old in enumerate(before) for j, new in enumerate(after)),
        key=lambda entry: (-entry[0], abs(entry[1] - entry[2]), entry[1]),
    )
    pairs: list[tuple[int, int]] = []
    for alike, i, j in ranked:
        taken = any(i == old or j == new for old, new in pairs)
        if alike >= _LEAST_LIKENESS and not taken:
            pairs.append((i, j))
    return pairs
