"""Matching: each line gets one of the choices; there may be choices that fit no line."""

from __future__ import annotations

from itembank.authoring.item_types.choice import option_text_problems
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

FEWEST_LINES = 2


class MatchingRule:
    """The rule of items whose lines are matched with choices."""

    def problems(self, question: Question) -> list[InvalidInput]:
        """Find what is wrong with the lines, the choices and the key."""
        count = len(question.options)
        if not 2 <= count <= MAXIMUM_OPTIONS:
            return [problem("options", "two to nine choices", reason="matching_choices")]
        texts = [prompt.text for prompt in question.prompts]
        problems = option_text_problems(question)
        problems += text_problems("prompts", texts, least=FEWEST_LINES, most=MAXIMUM_OPTIONS)
        problems += [
            problem(f"prompts.{number}", "a choice that matches", reason="prompt_key", number=number)
            for number, prompt in enumerate(question.prompts, start=1)
            if not 0 <= prompt.key < count
        ]
        if len({prompt.key for prompt in question.prompts}) < 2 and not problems:
            problems.append(problem("prompts", "lines that match different choices", reason="matching_same"))
        return problems

    def maximum_score(self, question: Question) -> int:
        """Count the lines where they count one by one, else 1."""
        return len(question.prompts) if question.partial_credit else 1

    def right_answer(self, question: Question) -> Answer:
        """Choose for each line what matches."""
        shown = mixed_order([option.text for option in question.options])
        return Answer(tuple(shown.index(prompt.key) for prompt in question.prompts))

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the shown place of the choice for each line."""
        return Answer(selected=checked_places(answer, choices=[len(question.options)] * len(question.prompts)))

    def score(self, question: Question, answer: Answer) -> int:
        """Give 1 if every line is matched rightly; where parts count, a point for each line."""
        shown = mixed_order([option.text for option in question.options])
        right = sum(shown[place] == prompt.key for place, prompt in zip(answer.selected, question.prompts, strict=True))
        return right if question.partial_credit else int(right == len(question.prompts))
