"""The form of a review: the reviewer's own answer, the check list, the vote, and comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from itembank.authoring.content import ItemContent
from itembank.authoring.item_types.question import Answer
from itembank.authoring.reviewing.check_points import CHECK_POINTS, Check, Finding
from itembank.authoring.reviewing.votes import Vote
from itembank.errors import InvalidInput
from web.pages.answer_form import read_answer
from web.pages.comment_form import CommentForm, text_of


@dataclass(frozen=True, slots=True)
class ReviewForm:
    """Everything that the form holds, unchecked."""

    version: int
    language: str
    answer: Answer
    comments: CommentForm
    note: str = ""
    findings: Mapping[str, str] = field(default_factory=dict)
    check_notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def vote(self) -> Vote:
        """The vote of the button that was pressed.

        Raises:
            InvalidInput: There is no such vote.
        """
        if self.comments.do not in set(Vote):
            raise InvalidInput(field="do", expected=f"one of {', '.join(Vote)}")
        return Vote(self.comments.do)

    @property
    def checks(self) -> Sequence[Check]:
        """The points of the check list that have a finding."""
        return tuple(
            Check(point.name, Finding(self.findings[point.name]), self.check_notes.get(point.name, ""))
            for point in CHECK_POINTS
            if self.findings.get(point.name) in set(Finding)
        )

    def begun_for(self, content: ItemContent) -> Mapping[str, str]:
        """Give the findings to show: those entered, and "does not apply" to begin with where a point does not."""
        return {
            point.name: self.findings.get(point.name)
            or ("" if point.concerns(content) else Finding.NOT_APPLICABLE.value)
            for point in CHECK_POINTS
        }


async def _entered(request: Request) -> ReviewForm:
    return _read(await request.form())


Entered = Annotated[ReviewForm, Depends(_entered)]


def _read(data: FormData) -> ReviewForm:
    version = text_of(data, "version")
    names = [point.name for point in CHECK_POINTS]
    return ReviewForm(
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        language=text_of(data, "language"),
        answer=read_answer(data),
        comments=CommentForm.read(data),
        note=text_of(data, "note"),
        findings={name: text_of(data, f"check_{name}") for name in names},
        check_notes={name: text_of(data, f"check_note_{name}") for name in names},
    )
