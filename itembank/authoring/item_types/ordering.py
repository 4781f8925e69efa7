"""Putting in order: the options are kept in the right order and shown in another."""

from __future__ import annotations

from itertools import pairwise

from itembank.authoring.item_types.choice import option_text_problems
from itembank.authoring.item_types.question import MAXIMUM_OPTIONS, Answer, Question, checked_places, problem
from itembank.authoring.item_types.shown_order import shown_order
from itembank.errors import InvalidInput

FEWEST = 3


class OrderingRule:
    """The rule of items that are put in order."""

    def problems(self, question: Question) -> list[InvalidInput]:
        """Find what is wrong with what is to be put in order."""
        if not FEWEST <= len(question.options) <= MAXIMUM_OPTIONS:
            return [problem("options", "three to nine things to put in order", reason="ordering_count")]
        return option_text_problems(question)

    def maximum_score(self, question: Question) -> int:
        """Count the pairs of neighbours where they count one by one, else 1."""
        return len(question.options) - 1 if question.partial_credit else 1

    def right_answer(self, question: Question) -> Answer:
        """Put everything in the order in which it is kept."""
        shown = shown_order([option.text for option in question.options])
        return Answer(tuple(shown.index(place) for place in range(len(shown))))

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the shown places from first to last."""
        count = len(question.options)
        places = checked_places(answer, choices=[count] * count)
        if len(set(places)) < count:
            raise InvalidInput(field="answer", expected="each entry at one place", reason="answer_twice")
        return Answer(selected=places)

    def score(self, question: Question, answer: Answer) -> int:
        """Give 1 for the right order; where parts count, a point for each entry that its right successor follows."""
        shown = shown_order([option.text for option in question.options])
        kept = [shown[place] for place in answer.selected]
        right = sum(second == first + 1 for first, second in pairwise(kept))
        if question.partial_credit:
            return right
        return int(right == len(kept) - 1)
