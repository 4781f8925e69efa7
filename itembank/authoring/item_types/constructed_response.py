"""An answer in one's own words, marked by people after a rubric."""

from __future__ import annotations

from collections.abc import Sequence

from itembank.authoring.item_types.question import Answer, Question, RubricAspect, checked_text, problem
from itembank.errors import InvalidInput

LONGEST_RESPONSE = 20_000
MOST_ASPECTS = 5
#: More categories than this no polytomous model can be fitted to with the answers that an exam brings.
MOST_POINTS = 10


def points(rubric: Sequence[RubricAspect], levels: Sequence[int]) -> int:
    """Add up the points that a marker gave, one level for each aspect.

    Raises:
        InvalidInput: A level is missing or does not exist.
    """
    if len(levels) != len(rubric):
        raise InvalidInput(field="levels", expected=f"a level for each of the {len(rubric)} aspects")
    for number, (aspect, level) in enumerate(zip(rubric, levels, strict=True), start=1):
        if not 0 <= level <= aspect.maximum:
            raise InvalidInput(field=f"levels.{number}", expected=f"a level from 0 to {aspect.maximum}")
    return sum(levels)


class ConstructedResponseRule:
    """The rule of items that people mark; such an item has no score before they did."""

    def problems(self, question: Question) -> list[InvalidInput]:
        """Find what is wrong with the rubric."""
        if not 1 <= len(question.rubric) <= MOST_ASPECTS:
            return [problem("rubric", f"one to {MOST_ASPECTS} aspects", reason="rubric_count", most=MOST_ASPECTS)]
        found = []
        for number, aspect in enumerate(question.rubric, start=1):
            if not aspect.title.strip():
                found.append(problem(f"rubric.{number}", "a title", reason="rubric_title", number=number))
            if len(aspect.levels) < 2 or not all(level.strip() for level in aspect.levels):
                expected = "at least two levels, each with what it stands for"
                found.append(problem(f"rubric.{number}", expected, reason="rubric_levels", number=number))
        if self.maximum_score(question) > MOST_POINTS:
            expected = f"at most {MOST_POINTS} points in all"
            found.append(problem("rubric", expected, reason="rubric_points", most=MOST_POINTS))
        return found

    def maximum_score(self, question: Question) -> int:
        """Add up the most points of all aspects."""
        return sum(aspect.maximum for aspect in question.rubric)

    def right_answer(self, question: Question) -> Answer:
        """Refuse: what people mark has no one right answer.

        Raises:
            InvalidInput: Always.
        """
        raise InvalidInput(field="answer", expected="marks by people; a constructed response has no right answer")

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the text as it was written, without blanks around it."""
        return Answer(text=checked_text(answer, longest=LONGEST_RESPONSE))

    def score(self, question: Question, answer: Answer) -> int:
        """Refuse: nothing but people scores such an answer.

        Raises:
            InvalidInput: Always.
        """
        raise InvalidInput(field="answer", expected="marks by people; no rule scores a constructed response")
