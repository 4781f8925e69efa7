"""The wording of an item in other languages as cells of its row: a column for each text and language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from itembank.authoring.translations import LANGUAGES, TranslatedOption, TranslatedPrompt, Translation
from itembank.exchange.cell_entries import read_entries, read_parts, written_entries, written_parts

_TEXTS: Final = ("stem", "options", "rationales", "prompts", "stimulus", "unit", "rationale")
TRANSLATED_COLUMNS: Final = tuple(f"{text}_{language}" for language in LANGUAGES for text in _TEXTS)


def translated_cells(translations: Sequence[Translation]) -> dict[str, str]:
    """Write translations as cells; those of languages without one are empty."""
    cells = dict.fromkeys(TRANSLATED_COLUMNS, "")
    for translation in translations:
        rationales = [option.rationale for option in translation.options]
        texts = {
            "stem": translation.stem,
            "options": written_entries([option.text for option in translation.options]),
            "rationales": written_entries(rationales) if any(rationales) else "",
            "prompts": written_entries([_entry(prompt) for prompt in translation.prompts]),
            "stimulus": translation.stimulus,
            "unit": translation.unit,
            "rationale": translation.rationale,
        }
        cells |= {f"{text}_{translation.language}": cell for text, cell in texts.items()}
    return cells


def translations_of(cells: Mapping[str, str], *, gaps: bool) -> tuple[Translation, ...]:
    """Read the translations of a row: one for each language that any cell has words of.

    Args:
        cells: The row.
        gaps: Whether its prompts are the choices of gaps.
    """
    return tuple(
        _translation(cells, language, gaps=gaps)
        for language in LANGUAGES
        if any(cells.get(f"{text}_{language}", "").strip() for text in _TEXTS)
    )


def _translation(cells: Mapping[str, str], language: str, *, gaps: bool) -> Translation:
    cell = {text: cells.get(f"{text}_{language}", "") for text in _TEXTS}
    rationales = read_entries(cell["rationales"])
    return Translation(
        language=language,
        stem=cell["stem"],
        options=tuple(
            TranslatedOption(text, rationales[place] if place < len(rationales) else "")
            for place, text in enumerate(read_entries(cell["options"]))
        ),
        prompts=tuple(
            TranslatedPrompt(options=tuple(read_parts(entry))) if gaps else TranslatedPrompt(text=entry)
            for entry in read_entries(cell["prompts"])
        ),
        stimulus=cell["stimulus"],
        unit=cell["unit"],
        rationale=cell["rationale"],
    )


def _entry(prompt: TranslatedPrompt) -> str:
    return written_parts(prompt.options) if prompt.options else prompt.text
