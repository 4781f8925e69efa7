"""What a draft changes against a version, text by text, so that its writer can decide whether to go on with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from itembank.authoring.content_problems import WrittenItem
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.wording_differences import Passage, compare_wordings


@dataclass(frozen=True, slots=True)
class UnsavedChange:
    """A field that the draft changes, with what is gone and what is new marked.

    ``field`` is a field of the item, or ``translation`` for all texts in the other language.
    """

    field: str
    before: tuple[Passage, ...]
    after: tuple[Passage, ...]


def unsaved_changes(before: ItemDraft, after: ItemDraft) -> tuple[UnsavedChange, ...]:
    """List what changed from one draft to another, in the order in which people write."""
    old, new = dict(_texts(before)), dict(_texts(after))
    found = []
    for field, text in new.items():
        if text != old[field]:
            difference = compare_wordings(old[field], text)
            found.append(UnsavedChange(field, difference.before, difference.after))
    return tuple(found)


def _texts(draft: ItemDraft) -> Iterator[tuple[str, str]]:
    yield "criterion", draft.criterion
    yield "type", draft.type
    yield "stimulus", draft.stimulus
    yield "testlet", draft.testlet
    yield "stem", draft.stem
    yield "options", "\n".join(_options(draft))
    yield "prompts", "\n".join(_prompts(draft))
    yield "answer", "\n".join(_typed_answers(draft))
    yield "partial_credit", "✓" if draft.partial_credit else "–"
    yield "rationale", draft.rationale
    yield "source", draft.source
    yield "language", draft.language
    yield "cognitive_level", draft.cognitive_level
    yield "difficulty_rating", draft.difficulty_rating
    yield "translation", "\n".join(_translated(draft))


def _options(draft: WrittenItem) -> Iterator[str]:
    for option in draft.options:
        mark = "✓ " if option.correct else ""
        yield f"{mark}{option.text} – {option.rationale}" if option.rationale else f"{mark}{option.text}"


def _prompts(draft: WrittenItem) -> Iterator[str]:
    for prompt in draft.prompts:
        choices = prompt.options or tuple(option.text for option in draft.options)
        right = choices[prompt.key] if 0 <= prompt.key < len(choices) else "–"
        yield f"{prompt.text or ' / '.join(prompt.options)} → {right}"


def _typed_answers(draft: WrittenItem) -> Iterator[str]:
    if draft.number is not None:
        percent = "%" if draft.number.percent else ""
        yield f"{draft.number.value} ± {draft.number.tolerance}{percent} {draft.number.unit}".strip()
    yield from draft.accepted
    for aspect in draft.rubric:
        yield f"{aspect.title}: {' / '.join(aspect.levels)}"


def _translated(draft: WrittenItem) -> Iterator[str]:
    for one in draft.translations:
        yield from (one.stimulus, one.stem)
        yield from (f"{option.text} – {option.rationale}" for option in one.options)
        yield from (f"{prompt.text} {' / '.join(prompt.options)}".strip() for prompt in one.prompts)
        yield from (one.unit, one.rationale)
