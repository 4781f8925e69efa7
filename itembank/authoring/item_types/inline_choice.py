"""Inline choice: gaps in the text of the question, each with choices of its own.

The stem marks its gaps as ``[[1]]``, ``[[2]]`` and so on. Choices are shown in a mixed order: many writers enter the
right one first.
"""

from __future__ import annotations

import re

from itembank.authoring.item_types.question import (
    MAXIMUM_OPTIONS,
    Answer,
    Question,
    checked_places,
    problem,
    text_problems,
)
from itembank.authoring.item_types.shown_order import mixed_order
from itembank.errors import InvalidInput

#: The one way to write a gap: [[01]] is none.
GAP = re.compile(r"\[\[([1-9][0-9]?)\]\]")


def gap_numbers(stem: str) -> list[int]:
    """List the numbers of the gaps in the order in which they stand in a text."""
    return [int(number) for number in GAP.findall(stem)]


class InlineChoiceRule:
    """The rule of items with gaps to choose for."""

    def problems(self, question: Question) -> list[InvalidInput]:
        """Find what is wrong with the gaps and their choices."""
        count = len(question.prompts)
        if not 1 <= count <= MAXIMUM_OPTIONS:
            return [problem("prompts", "one to nine gaps", reason="gaps_count")]
        problems = []
        if gap_numbers(question.stem) != list(range(1, count + 1)):
            expected = "each gap once and in order, from [[1]] to [[" + str(count) + "]]"
            problems.append(problem("stem", expected, reason="gaps_in_stem", count=count))
        for number, gap in enumerate(question.prompts, start=1):
            problems += text_problems(f"prompts.{number}.options", gap.options, least=2, most=MAXIMUM_OPTIONS)
            if not 0 <= gap.key < len(gap.options):
                problems.append(problem(f"prompts.{number}", "a right choice", reason="gap_key", number=number))
        return problems

    def maximum_score(self, question: Question) -> int:
        """Count the gaps where they count one by one, else 1."""
        return len(question.prompts) if question.partial_credit else 1

    def right_answer(self, question: Question) -> Answer:
        """Choose for each gap what is right."""
        return Answer(tuple(mixed_order(gap.options).index(gap.key) for gap in question.prompts))

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the shown place of the choice for each gap."""
        return Answer(selected=checked_places(answer, choices=[len(gap.options) for gap in question.prompts]))

    def score(self, question: Question, answer: Answer) -> int:
        """Give 1 if every gap is right; where parts count, a point for each."""
        right = sum(
            mixed_order(gap.options)[place] == gap.key
            for place, gap in zip(answer.selected, question.prompts, strict=True)
        )
        return right if question.partial_credit else int(right == len(question.prompts))
