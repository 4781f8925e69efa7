"""Which parts of a question belong to which type; what is left over of another type would be shown, but not asked."""

from __future__ import annotations

from itembank.authoring.item_types.question import CHOICE_TYPES, ItemType, Question, problem
from itembank.errors import InvalidInput

_OWN_PARTS: dict[str, frozenset[str]] = {
    **{kind: frozenset({"options"}) for kind in CHOICE_TYPES},
    ItemType.MATCHING: frozenset({"options", "prompts"}),
    ItemType.ORDERING: frozenset({"options"}),
    ItemType.INLINE_CHOICE: frozenset({"prompts"}),
    ItemType.NUMERIC: frozenset({"number"}),
    ItemType.SHORT_TEXT: frozenset({"accepted"}),
    ItemType.CONSTRUCTED_RESPONSE: frozenset({"rubric"}),
}


def has_part(kind: str, part: str) -> bool:
    """Tell whether questions of a type have a part, such as ``options``; of a type that does not exist, none have."""
    return part in _OWN_PARTS.get(kind, ())


def foreign_part_problems(question: Question, kind: ItemType) -> list[InvalidInput]:
    """Find parts that belong to questions of other types."""
    entered = {
        "options": bool(question.options),
        "prompts": bool(question.prompts),
        "number": question.number is not None,
        "accepted": bool(question.accepted),
        "rubric": bool(question.rubric),
    }
    foreign = [part for part, there in entered.items() if there and not has_part(kind, part)]
    for number, prompt in enumerate(question.prompts, start=1):
        # Lines to match have a text and share the item's options; gaps have options of their own.
        if (kind == ItemType.MATCHING and prompt.options) or (kind == ItemType.INLINE_CHOICE and prompt.text):
            foreign.append(f"prompts.{number}")
    return [problem(part, f"nothing; {kind} items have no such part", reason="part_foreign") for part in foreign]
