"""Gaps that name their right choice by its number, such as ``[[3]]``, with choices in groups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from itembank.authoring.content import Prompt
from itembank.errors import InvalidInput
from itembank.exchange.item_file import Loss

_GAP = re.compile(r"\[\[(\d{1,3})\]\]")


@dataclass(frozen=True, slots=True)
class Gaps:
    """A text with our gaps and their choices, what is left behind, and what is wrong."""

    stem: str
    prompts: tuple[Prompt, ...]
    lost: tuple[Loss, ...] = ()
    problems: tuple[InvalidInput, ...] = ()


def read_numbered_gaps(text: str, choices: Sequence[tuple[str, str]]) -> Gaps:
    """Give each gap the choices of its group.

    Args:
        text: The question with a gap for each number.
        choices: Text and group of each choice, in the order of their numbers from 1.
    """
    prompts = []
    for number in map(int, _GAP.findall(text)):
        if not 1 <= number <= len(choices):
            problem = InvalidInput(field="stem", expected=f"gaps with a choice of their own; there is none {number}")
            return Gaps(text, (), problems=(problem,))
        right, group = choices[number - 1]
        texts = list(dict.fromkeys(one for one, other in choices if other == group))
        prompts.append(Prompt(key=texts.index(right), options=tuple(texts)))
    numbers = iter(range(1, len(prompts) + 1))
    return Gaps(_GAP.sub(lambda _: f"[[{next(numbers)}]]", text), tuple(prompts))
