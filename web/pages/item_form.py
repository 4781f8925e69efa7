"""The form of an item: what was entered, row by row, and what its buttons other than "save" do to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from itembank.authoring.content import MAXIMUM_OPTIONS, ItemContent, ItemType, Option
from itembank.authoring.drafts import ItemDraft
from itembank.errors import InvalidInput
from web.error_pages import error_text
from web.texts_catalogue import DEFAULT_LANGUAGE, LANGUAGES, Texts, catalogue

#: A new item starts with this many empty rows.
FIRST_ROWS = 4

# The buttons; any other word, such as "refresh", shows the form again with what was entered.
SAVE, SUBMIT = "save", "submit"
TAKE_TEXT = "take_text"
_ADD_ROW, _REMOVE_ROW, _CONTEXT = "add_row", "remove_row_", "context"


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One row of the option table as entered."""

    text: str = ""
    correct: bool = False
    rationale: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was entered; such a row is ignored."""
        return not (self.text or self.correct or self.rationale)


@dataclass(frozen=True, slots=True)
class ItemForm:
    """Everything that the form holds, unchecked."""

    draft: ItemDraft
    rows: tuple[OptionRow, ...]
    started_from: int = 0
    do: str = SAVE

    @classmethod
    def blank(cls, *, criterion: str, language: str) -> ItemForm:
        """Begin a new item."""
        draft = ItemDraft(criterion=criterion, language=language)
        return cls(draft=draft, rows=(OptionRow(),) * FIRST_ROWS)

    @classmethod
    def of(cls, content: ItemContent, *, started_from: int) -> ItemForm:
        """Begin an edit."""
        rows = tuple(OptionRow(option.text, option.correct, option.rationale) for option in content.options)
        return cls(draft=ItemDraft.of(content), rows=rows, started_from=started_from)

    @property
    def saves(self) -> bool:
        """Whether the button asks to keep the item, not just to change the form."""
        return self.do in (SAVE, SUBMIT)

    @property
    def block(self) -> str:
        """The part of the page that the button changes."""
        return {_CONTEXT: "context", TAKE_TEXT: "shared"}.get(self.do, "options")

    @property
    def one_key(self) -> bool:
        """Whether exactly one option is right, as in all types but multiple choice."""
        return self.draft.type != ItemType.MULTIPLE_CHOICE

    @property
    def may_add_row(self) -> bool:
        """Whether there is room for one more option."""
        return len(self.rows) < MAXIMUM_OPTIONS

    def after_button(self) -> ItemForm:
        """Do what the pressed button says to the form itself."""
        rows = list(self.rows)
        if self.do == _ADD_ROW and self.may_add_row:
            rows.append(OptionRow())
        number = self.do.removeprefix(_REMOVE_ROW)
        if self.do.startswith(_REMOVE_ROW) and number.isdecimal() and 1 <= int(number) <= len(rows):
            del rows[int(number) - 1]
        if self.draft.type == ItemType.TRUE_FALSE and all(row.is_empty for row in rows):
            rows = [OptionRow(text) for text in _true_and_false(self.draft.language)]
        if not self.one_key:
            return _with_rows(self, rows)
        # What has one right option has no parts that could count.
        form = replace(self, draft=replace(self.draft, partial_credit=False))
        return _with_rows(form, _one_key_at_most(rows))

    def with_text(self, stimulus: str) -> ItemForm:
        """Take over the text that a testlet's items share."""
        return replace(self, draft=replace(self.draft, stimulus=stimulus))

    def errors(self, problems: Sequence[InvalidInput], t: Texts) -> Mapping[str, str]:
        """Give each problem's sentence by the id of the field that it belongs to."""
        numbers = [number for number, row in enumerate(self.rows, start=1) if not row.is_empty]
        found: dict[str, str] = {}
        for problem in problems:
            field, details = str(problem.details["field"]), dict(problem.details)
            if field.startswith("options."):
                # Empty rows are left out of the item, so its n-th option may stand further down.
                details["number"] = numbers[int(field.removeprefix("options.")) - 1]
                field = f"text_{details['number']}"
            found.setdefault(field, problem_text(problem, t, details))
        return found


def problem_text(problem: InvalidInput, t: Texts, details: Mapping[str, object] | None = None) -> str:
    """Write a problem's sentence in the reader's language."""
    key = f"bank.problem_{problem.details.get('reason', '')}"
    return t(key, **(details or problem.details)) if t.has(key) else error_text(problem, t)


def read_form(data: FormData) -> ItemForm:
    """Read the form as it was sent; what is missing counts as left empty."""
    count = max((number for number in range(1, MAXIMUM_OPTIONS + 1) if f"text_{number}" in data), default=0)
    correct = {str(value) for value in data.getlist("correct")}
    rows = [
        OptionRow(
            text=_text(data, f"text_{number}"),
            correct=str(number) in correct,
            rationale=_text(data, f"rationale_{number}"),
        )
        for number in range(1, count + 1)
    ]
    started_from = _text(data, "started_from")
    form = ItemForm(
        draft=ItemDraft(
            criterion=_text(data, "criterion"),
            type=_text(data, "type"),
            cognitive_level=_text(data, "cognitive_level"),
            difficulty_rating=_text(data, "difficulty_rating"),
            language=_text(data, "language"),
            stem=_text(data, "stem"),
            source=_text(data, "source"),
            testlet=_text(data, "testlet"),
            stimulus=_text(data, "stimulus"),
            partial_credit=bool(_text(data, "partial_credit")),
        ),
        rows=(),
        started_from=int(started_from) if started_from.isdecimal() else 0,
        do=_text(data, "do") or SAVE,
    )
    return _with_rows(form, rows)


async def _entered(request: Request) -> ItemForm:
    return read_form(await request.form())


Entered = Annotated[ItemForm, Depends(_entered)]


def _with_rows(form: ItemForm, rows: Sequence[OptionRow]) -> ItemForm:
    options = tuple(Option(row.text, row.correct, row.rationale) for row in rows if not row.is_empty)
    return replace(form, rows=tuple(rows), draft=replace(form.draft, options=options))


def _one_key_at_most(rows: Sequence[OptionRow]) -> list[OptionRow]:
    # Radio buttons can't show two right answers; the first one stays, as a browser would not tell which it dropped.
    first = next((index for index, row in enumerate(rows) if row.correct), None)
    return [replace(row, correct=index == first) for index, row in enumerate(rows)]


def _true_and_false(language: str) -> tuple[str, str]:
    # In the language of the item, not of the page.
    language = language if language in LANGUAGES else DEFAULT_LANGUAGE
    texts = catalogue()
    return texts["bank.option_true"][language], texts["bank.option_false"][language]


def _text(data: FormData, name: str) -> str:
    value = data.get(name, "")
    # A null character is no text, and PostgreSQL can't store one.
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
