"""Answers and refusals of answers in words."""

from __future__ import annotations

from itembank.authoring.content import Answer, ItemType
from itembank.errors import InvalidInput
from web.texts_catalogue import Texts

_LETTERS = "ABCDEFGHI"


def answer_words(kind: str, answer: Answer) -> str:
    """Write an answer as its letters, in the order in which the choices are shown, or as it was typed.

    Args:
        kind: Type of the item.
        answer: What was entered.
    """
    if answer.text:
        return answer.text
    letters = [_LETTERS[place] if 0 <= place < len(_LETTERS) else "–" for place in answer.selected]
    if kind in (ItemType.MATCHING, ItemType.INLINE_CHOICE):
        return ", ".join(f"{number} → {letter}" for number, letter in enumerate(letters, start=1))
    return (" → " if kind == ItemType.ORDERING else ", ").join(letters)


def refusal_words(error: InvalidInput, t: Texts) -> str:
    """Say why an answer can't be taken, and what to do."""
    key = f"answering.refused_{error.details.get('reason', '')}"
    return t(key, **error.details) if t.has(key) else t("answering.refused_answer_option")
