"""Items of programs that know no standard: the criterion that their names and categories tell, and our own defaults."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from itembank.authoring.content import CognitiveLevel, ItemType
from itembank.authoring.drafts import ItemDraft
from itembank.exchange.item_file import ItemDefaults

_CRITERION: Final = re.compile(r"(?<![\w-])([A-Za-z]{1,10}\d{2,4}-\d{1,2}\.\d{1,2})(?![\w.]*\d)")
_TAG: Final = re.compile(r"(level|difficulty|lang):(\w+)")


def criterion_in(texts: Iterable[str]) -> str:
    """Find the code of a performance criterion; the first text that has one tells, and the last in it."""
    for text in texts:
        found = _CRITERION.findall(text)
        if found:
            return str(found[-1])
    return ""


def draft_with(
    defaults: ItemDefaults, *, kind: ItemType, stem: str, told: Iterable[str] = (), **fields: Any
) -> ItemDraft:
    """Make a draft of what a format holds and the defaults for the rest.

    Args:
        defaults: What the format does not say.
        kind: The item's type.
        stem: The question.
        told: Tags, names and categories, the nearest first: a criterion in them counts, and our own tags such as
            ``difficulty:4``, ``level:apply`` and ``lang:en``.
        **fields: Other fields of the draft.
    """
    texts = list(told)
    tags = {found[1]: found[2] for text in texts if (found := _TAG.fullmatch(text.strip()))}
    level = tags.get("level", "")
    return ItemDraft(
        criterion=criterion_in(texts) or defaults.criterion,
        type=kind.value,
        cognitive_level=level if level in set(CognitiveLevel) else defaults.cognitive_level.value,
        difficulty_rating=tags.get("difficulty", str(defaults.difficulty_rating)),
        language=tags.get("lang", defaults.language),
        stem=stem,
        **fields,
    )


def tags_of(*, criterion: str, level: str, difficulty: int, language: str) -> tuple[str, ...]:
    """Give the tags that tell an item's place in the standard to whoever reads them back."""
    return criterion, f"difficulty:{difficulty}", f"level:{level}", f"lang:{language}"
