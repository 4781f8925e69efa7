"""Feedback as rationales: tried out, so that each text goes to the options after whose choice it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from itembank.exchange.qti.asked import Asked, Bench
from itembank.exchange.qti.tree import Node, squeezed
from itembank.exchange.qti.values import Value

_FEEDBACK = frozenset({"feedbackBlock", "feedbackInline"})
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Rationales:
    """Why the answer is right: in all, and option by option."""

    whole: str
    options: tuple[str, ...]


def read_feedback(bench: Bench, item: Node, body: Node, asked: Asked) -> Rationales:
    """Read all feedback of an item.

    Args:
        bench: What readers work with.
        item: The item.
        body: Its body; feedback within options was read with them.
        asked: What the interaction asks.
    """
    within = {id(node) for choice in body.all({"simpleChoice"}) for node in choice.all(_FEEDBACK)}
    found = [*item.named("modalFeedback"), *(node for node in body.all(_FEEDBACK) if id(node) not in within)]
    whole: list[str] = []
    options: list[list[str]] = [[text] if text else [] for text in asked.rationales or ("",) * len(asked.options)]
    for feedback in found:
        text = bench.texts.blocks(feedback.children)
        if not text:
            continue
        shown, places = _shown(bench, feedback, asked)
        for place in places:
            options[place].append(text)
        if shown:
            whole.append(text)
        if not shown and not places:
            bench.lose(feedback.name, squeezed(text)[:_MOST_SHOWN])
    return Rationales("\n\n".join(whole), tuple("\n\n".join(texts) for texts in options))


def _shown(bench: Bench, feedback: Node, asked: Asked) -> tuple[bool, list[int]]:
    """Tell whether a feedback belongs to the question as a whole, or else to which options."""
    after_right = bool(asked.full) and _is_shown(bench, feedback, asked.full)
    alone = [_is_shown(bench, feedback, responses) for responses in asked.alone]
    if not any(alone) or (all(alone) and after_right):
        return after_right, []
    return False, [place for place, shown in enumerate(alone) if shown]


def _is_shown(bench: Bench, feedback: Node, responses: Mapping[str, Value | None]) -> bool:
    value = bench.processing.outcomes(responses).get(feedback.get("outcomeIdentifier"))
    is_there = value is not None and feedback.get("identifier") in value.members
    return is_there is (feedback.get("showHide", "show") == "show")
