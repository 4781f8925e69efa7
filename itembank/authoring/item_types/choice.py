"""Choosing among options: one of several, some of several, true or false."""

from __future__ import annotations

from dataclasses import dataclass

from itembank.authoring.item_types.question import MAXIMUM_OPTIONS, Answer, ItemType, Question, problem
from itembank.errors import InvalidInput


def option_text_problems(question: Question) -> list[InvalidInput]:
    """Find options without a text, and two that read the same."""
    texts = [option.text.strip() for option in question.options]
    problems = [
        problem(f"options.{number}", "a text", reason="option_empty", number=number)
        for number, text in enumerate(texts, start=1)
        if not text
    ]
    filled = [text for text in texts if text]
    if len(set(filled)) < len(filled):
        problems.append(problem("options", "options that differ from one another", reason="options_same"))
    return problems


@dataclass(frozen=True, slots=True)
class ChoiceRule:
    """The rule of the choice types."""

    type: ItemType

    def problems(self, question: Question) -> list[InvalidInput]:
        """Find what is wrong with the options and their key."""
        count = len(question.options)
        if self.type is ItemType.TRUE_FALSE and count != 2:
            return [problem("options", "exactly two options for a true/false item", reason="options_two")]
        if not 2 <= count <= MAXIMUM_OPTIONS:
            return [problem("options", "two to nine options", reason="options_count")]
        problems = option_text_problems(question)
        keyed = sum(option.correct for option in question.options)
        if self.type is ItemType.MULTIPLE_CHOICE and not 1 <= keyed < count:
            problems.append(problem("key", "at least one right and one wrong option", reason="key_some"))
        if self.type is not ItemType.MULTIPLE_CHOICE and keyed != 1:
            problems.append(problem("key", "exactly one right option", reason="key_one"))
        if question.partial_credit and self.type is ItemType.MULTIPLE_CHOICE and keyed < 2:
            problems.append(problem("partial_credit", "at least two right options", reason="credit_parts"))
        return problems

    def maximum_score(self, question: Question) -> int:
        """Count the right options where they count one by one, else 1."""
        return sum(option.correct for option in question.options) if question.partial_credit else 1

    def right_answer(self, question: Question) -> Answer:
        """Choose the right options."""
        return Answer(tuple(place for place, option in enumerate(question.options) if option.correct))

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the chosen places in rising order."""
        chosen = set(answer.selected)
        if not chosen:
            raise InvalidInput(field="answer", expected="a chosen option", reason="answer_none")
        if not chosen <= set(range(len(question.options))):
            expected = f"options from 1 to {len(question.options)}"
            raise InvalidInput(field="answer", expected=expected, reason="answer_option")
        if self.type is not ItemType.MULTIPLE_CHOICE and len(chosen) != 1:
            raise InvalidInput(field="answer", expected="exactly one option", reason="answer_option")
        return Answer(selected=tuple(sorted(chosen)))

    def score(self, question: Question, answer: Answer) -> int:
        """Give 1 for exactly the right options; where parts count, a point for each right one less one for a wrong."""
        chosen = set(answer.selected)
        key = {place for place, option in enumerate(question.options) if option.correct}
        # A wrong choice has to cost, or ticking every option would be the best answer.
        return max(0, len(chosen & key) - len(chosen - key)) if question.partial_credit else int(chosen == key)
