"""Texts of one item that must differ and that a candidate could not tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from itembank.authoring.content_problems import WrittenItem
from itembank.authoring.item_types.question import Option, Prompt, problem
from itembank.authoring.item_types.short_text import one_spelling
from itembank.authoring.marked_text import image_ids, plain_text
from itembank.authoring.translations import TranslatedOption, TranslatedPrompt
from itembank.errors import InvalidInput


def same_text_problems(item: WrittenItem) -> list[InvalidInput]:
    """Find choices and lines that differ in their marks alone or, translated, not at all; answers that count as one.

    Not for texts that were published already: they may be asked as they are.

    Args:
        item: Content or a draft that would be saved.
    """
    found = list(_same_choices("", item.options, item.prompts))
    for translation in item.translations:
        found += _same_choices(f"translations.{translation.language}.", translation.options, translation.prompts)
    earlier: dict[str, str] = {}
    for number, text in enumerate(map(str.strip, item.accepted), start=1):
        spelling = one_spelling(text)
        if spelling and earlier.setdefault(spelling, text) != text:
            expected = "answers that differ in more than capital letters, blanks and punctuation at the ends"
            found.append(problem(f"accepted.{number}", expected, reason="accepted_same", number=number))
    return found


def _same_choices(
    at: str, options: Sequence[Option | TranslatedOption], prompts: Sequence[Prompt | TranslatedPrompt]
) -> Iterator[InvalidInput]:
    lists = [("options", [option.text for option in options]), ("prompts", [prompt.text for prompt in prompts])]
    lists += [(f"prompts.{number}", list(prompt.options)) for number, prompt in enumerate(prompts, start=1)]
    for field, texts in lists:
        if not at or field == "options":
            # Of these the very same text is found elsewhere.
            texts = list(dict.fromkeys(text.strip() for text in texts))
        # Images may have the same alternative text and yet differ.
        shown = [(plain, image_ids(text)) for text in texts if (plain := plain_text(text))]
        if len(set(shown)) < len(shown):
            expected = "texts that differ from one another in more than their marks"
            yield problem(f"{at}{field}", expected, reason="marks_same")
