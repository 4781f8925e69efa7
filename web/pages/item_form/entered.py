"""Everything that the form holds, unchecked, and the draft of an item that it amounts to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from itembank.authoring.content import MAXIMUM_OPTIONS, ItemType, NumericKey, Option, Prompt, RubricAspect
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.item_types.constructed_response import MOST_ASPECTS
from itembank.authoring.item_types.question import CHOICE_TYPES, PARTIAL_CREDIT_TYPES
from itembank.authoring.translations import LANGUAGES, TranslatedOption, TranslatedPrompt, Translation
from web.pages.item_form.rows import (
    AspectRow,
    GapRow,
    LineRow,
    NumberFields,
    OptionRow,
    TranslatedFields,
    filled_numbers,
    lines_of,
)

#: Types whose options stand in rows.
_WITH_OPTIONS = (*CHOICE_TYPES, ItemType.MATCHING, ItemType.ORDERING)


@dataclass(frozen=True, slots=True)
class ItemForm:
    """Everything that the form holds.

    Attributes:
        facts: The fields that stand in no row.
        rows: Options.
        lines: Lines to match.
        gaps: Gaps to choose for.
        number: The right number.
        accepted: Texts that count as right, one below the other.
        aspects: The rubric.
        translation: The other language, or None while there is no translation.
        started_from: The version that is edited; 0 for a new item.
        key: What a new item gets as its id.
        do: The button that was pressed.
        shown_in: The language that the preview is wanted in.
        focus: The field that the page begins at after a button changed the form.
    """

    facts: ItemDraft
    rows: tuple[OptionRow, ...] = ()
    lines: tuple[LineRow, ...] = ()
    gaps: tuple[GapRow, ...] = ()
    number: NumberFields = field(default_factory=NumberFields)
    accepted: str = ""
    aspects: tuple[AspectRow, ...] = ()
    translation: TranslatedFields | None = None
    started_from: int = 0
    key: str = ""
    do: str = ""
    shown_in: str = ""
    focus: str = ""

    @property
    def kind(self) -> str:
        """The type as entered."""
        return self.facts.type

    @property
    def one_key(self) -> bool:
        """Whether exactly one option is right, as in all choice types but multiple choice."""
        return self.kind != ItemType.MULTIPLE_CHOICE

    @property
    def has_options(self) -> bool:
        """Whether options stand in rows; an unknown type is shown as a choice."""
        return self.kind in _WITH_OPTIONS or self.kind not in set(ItemType)

    @property
    def marks_options(self) -> bool:
        """Whether options are marked as right."""
        return self.has_options and self.kind not in (ItemType.MATCHING, ItemType.ORDERING)

    @property
    def may_count_parts(self) -> bool:
        """Whether parts can count one by one."""
        return self.kind in PARTIAL_CREDIT_TYPES

    @property
    def may_add_row(self) -> bool:
        """Whether there is room for one more option."""
        return len(self.rows) < MAXIMUM_OPTIONS

    @property
    def may_add_line(self) -> bool:
        """Whether there is room for one more line to match."""
        return len(self.lines) < MAXIMUM_OPTIONS

    @property
    def may_add_gap(self) -> bool:
        """Whether there is room for one more gap."""
        return len(self.gaps) < MAXIMUM_OPTIONS

    @property
    def may_add_aspect(self) -> bool:
        """Whether there is room for one more aspect."""
        return len(self.aspects) < MOST_ASPECTS

    @property
    def other_language(self) -> str:
        """The language that the item is translated into."""
        return next((language for language in LANGUAGES if language != self.facts.language), LANGUAGES[0])

    @property
    def option_numbers(self) -> list[int]:
        """Numbers of the rows that are options of the item."""
        return filled_numbers(self.rows)

    @property
    def line_numbers(self) -> list[int]:
        """Numbers of the lines that are parts of the item."""
        return filled_numbers(self.lines)

    @property
    def draft(self) -> ItemDraft:
        """The item as far as it is entered; what belongs to another type than the chosen one is left out."""
        kind = self.kind
        return replace(
            self.facts,
            options=self._options() if self.has_options else (),
            prompts=tuple(prompt for prompt, _ in self._prompts()),
            number=self._number() if kind == ItemType.NUMERIC else None,
            accepted=lines_of(self.accepted) if kind == ItemType.SHORT_TEXT else (),
            rubric=self._rubric() if kind == ItemType.CONSTRUCTED_RESPONSE else (),
            translations=(self._translation(self.translation),) if self.translation else (),
        )

    def _options(self) -> tuple[Option, ...]:
        marked = self.marks_options
        return tuple(Option(row.text, row.correct and marked, row.rationale) for row in self.rows if not row.is_empty)

    def _prompts(self) -> Iterator[tuple[Prompt, TranslatedPrompt]]:
        if self.kind == ItemType.MATCHING:
            places = {number: place for place, number in enumerate(self.option_numbers)}
            for line in self.lines:
                if not line.is_empty:
                    yield Prompt(places.get(line.key, -1), line.text), TranslatedPrompt(line.translated)
        if self.kind == ItemType.INLINE_CHOICE:
            for gap in self.gaps:
                places = {number: place for place, number in enumerate(filled_numbers(gap.choices))}
                choices = [choice for choice in gap.choices if not choice.is_empty]
                yield (
                    Prompt(places.get(gap.right, -1), options=tuple(choice.text for choice in choices)),
                    TranslatedPrompt(options=tuple(choice.translated for choice in choices)),
                )

    def _number(self) -> NumericKey | None:
        entered = self.number
        if entered.is_empty:
            return None
        return NumericKey(entered.value, entered.tolerance or "0", entered.percent, entered.unit)

    def _rubric(self) -> tuple[RubricAspect, ...]:
        return tuple(RubricAspect(row.title, lines_of(row.levels)) for row in self.aspects if not row.is_empty)

    def _translation(self, entered: TranslatedFields) -> Translation:
        rows = [row for row in self.rows if not row.is_empty] if self.has_options else []
        return Translation(
            language=self.other_language,
            stem=entered.stem,
            options=tuple(TranslatedOption(row.translated, row.translated_rationale) for row in rows),
            prompts=tuple(translated for _, translated in self._prompts()),
            stimulus=entered.stimulus,
            unit=entered.unit if self.kind == ItemType.NUMERIC else "",
            rationale=entered.rationale,
        )
