"""Differences between two contents of an item, part by part, whatever its type, its translations included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from itembank.authoring.content import ItemContent, ItemType, Option, Prompt, RubricAspect
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.wording_differences import Passage, compare_wordings, likeness

#: Entries of a list less alike than this are a removed and an added one, not one reworded.
_LEAST_LIKENESS = 0.4

Passages = tuple[Passage, ...]
_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class OptionPassages:
    """One option of one version, with what is changed against its counterpart in the other."""

    text: Passages
    rationale: Passages
    correct: bool
    key_changed: bool


@dataclass(frozen=True, slots=True)
class PromptPassages:
    """A line to match, or a gap with its choices; likewise."""

    text: Passages
    options: tuple[Passages, ...]
    key_changed: bool


@dataclass(frozen=True, slots=True)
class AspectPassages:
    """An aspect of a rubric; likewise."""

    title: Passages
    levels: tuple[Passages, ...]


@dataclass(frozen=True, slots=True)
class WordingSide:
    """The texts of one version in one language as they stand beside those of the other.

    ``item`` is what they are the texts of, for showing them in their places. ``order_changed`` tells that the options
    whose order is the key stand in another order.
    """

    item: ItemDraft
    stimulus: Passages
    stem: Passages
    options: tuple[OptionPassages, ...]
    prompts: tuple[PromptPassages, ...]
    value: Passages
    unit: Passages
    accepted: tuple[Passages, ...]
    rubric: tuple[AspectPassages, ...]
    rationale: Passages
    order_changed: bool
    translations: tuple[WordingSide, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether any text, or the key, differs from the other version's."""
        texts = [self.stimulus, self.stem, self.value, self.unit, *self.accepted, self.rationale]
        for option in self.options:
            texts += [option.text, option.rationale]
        for prompt in self.prompts:
            texts += [prompt.text, *prompt.options]
        for aspect in self.rubric:
            texts += [aspect.title, *aspect.levels]
        return (
            any(passage.changed for passages in texts for passage in passages)
            or any(option.key_changed for option in self.options)
            or any(prompt.key_changed for prompt in self.prompts)
            or self.order_changed
            or any(translation.is_changed for translation in self.translations)
        )


def compare_contents(before: ItemContent, after: ItemContent) -> tuple[WordingSide, WordingSide]:
    """Compare two contents of an item in every language that one of them has.

    Args:
        before: The earlier content.
        after: The later one.
    """
    old, new = [], []
    for language in sorted({one.language for one in (*before.translations, *after.translations)}):
        first, second = _sides(_in_language(before, language), _in_language(after, language))
        old += [first] if _has(before, language) else []
        new += [second] if _has(after, language) else []
    return _sides(ItemDraft.of(before), ItemDraft.of(after), old=tuple(old), new=tuple(new))


def _has(content: ItemContent, language: str) -> bool:
    return any(translation.language == language for translation in content.translations)


def _in_language(content: ItemContent, language: str) -> ItemDraft:
    if _has(content, language):
        return ItemDraft.of(content.in_language(language))
    return ItemDraft(language=language, type=content.type.value)


def _sides(
    before: ItemDraft,
    after: ItemDraft,
    *,
    old: tuple[WordingSide, ...] = (),
    new: tuple[WordingSide, ...] = (),
) -> tuple[WordingSide, WordingSide]:
    options = _pairs(before.options, after.options, lambda option: option.text)
    prompts = _pairs(before.prompts, after.prompts, _prompt_text)
    aspects = _pairs(before.rubric, after.rubric, lambda aspect: aspect.title)
    accepted = _pairs(before.accepted, after.accepted, str)
    pairs = (options, prompts, aspects, accepted)
    moved = before.type == after.type == ItemType.ORDERING and list(options.values()) != sorted(options.values())
    return (
        _side(before, after, pairs=pairs, moved=moved, translations=old, compare=_old),
        _side(after, before, pairs=tuple(map(_turned, pairs)), moved=moved, translations=new, compare=_new),
    )


_Pairs = Mapping[int, int]
#: Compares the text at hand with its counterpart and gives the passages of the text at hand.
_Compare = Callable[[str, str], Passages]


def _old(text: str, other: str) -> Passages:
    return compare_wordings(text, other).before


def _new(text: str, other: str) -> Passages:
    return compare_wordings(other, text).after


def _side(
    item: ItemDraft,
    other: ItemDraft,
    *,
    pairs: tuple[_Pairs, ...],
    moved: bool,
    translations: tuple[WordingSide, ...],
    compare: _Compare,
) -> WordingSide:
    options, prompts, aspects, accepted = pairs
    return WordingSide(
        item=item,
        stimulus=compare(item.stimulus, other.stimulus),
        stem=compare(item.stem, other.stem),
        options=tuple(
            _option(option, _counterpart(other.options, options, place), compare)
            for place, option in enumerate(item.options)
        ),
        prompts=tuple(
            _prompt(prompt, _counterpart(other.prompts, prompts, place), options, compare)
            for place, prompt in enumerate(item.prompts)
        ),
        value=compare(item.number.value if item.number else "", other.number.value if other.number else ""),
        unit=compare(item.number.unit if item.number else "", other.number.unit if other.number else ""),
        accepted=tuple(
            compare(text, _counterpart(other.accepted, accepted, place) or "")
            for place, text in enumerate(item.accepted)
        ),
        rubric=tuple(
            _aspect(aspect, _counterpart(other.rubric, aspects, place), compare)
            for place, aspect in enumerate(item.rubric)
        ),
        rationale=compare(item.rationale, other.rationale),
        order_changed=moved,
        translations=translations,
    )


def _counterpart(entries: Sequence[_Entry], pairs: _Pairs, place: int) -> _Entry | None:
    return entries[pairs[place]] if place in pairs else None


def _option(option: Option, other: Option | None, compare: _Compare) -> OptionPassages:
    text, rationale = (other.text, other.rationale) if other else ("", "")
    changed = other is not None and other.correct != option.correct
    return OptionPassages(compare(option.text, text), compare(option.rationale, rationale), option.correct, changed)


def _prompt(prompt: Prompt, other: Prompt | None, options: _Pairs, compare: _Compare) -> PromptPassages:
    if other is None:
        return PromptPassages(compare(prompt.text, ""), _texts(prompt.options, (), compare), False)
    # A gap's key is among its own choices, a line's among the options of the item.
    places = _pairs(prompt.options, other.options, str) if prompt.options else options
    return PromptPassages(
        text=compare(prompt.text, other.text),
        options=_texts(prompt.options, other.options, compare),
        key_changed=places.get(prompt.key) != other.key,
    )


def _aspect(aspect: RubricAspect, other: RubricAspect | None, compare: _Compare) -> AspectPassages:
    title, levels = (other.title, other.levels) if other else ("", ())
    # Levels stand for points, so that each is compared with the one for as many.
    paired = [*levels, *[""] * len(aspect.levels)]
    return AspectPassages(compare(aspect.title, title), tuple(map(compare, aspect.levels, paired)))


def _texts(texts: Sequence[str], others: Sequence[str], compare: _Compare) -> tuple[Passages, ...]:
    pairs = _pairs(texts, others, str)
    return tuple(compare(text, _counterpart(others, pairs, place) or "") for place, text in enumerate(texts))


def _prompt_text(prompt: Prompt) -> str:
    return " ".join((prompt.text, *prompt.options))


def _turned(pairs: _Pairs) -> dict[int, int]:
    return {new: old for old, new in pairs.items()}


def _pairs(before: Sequence[_Entry], after: Sequence[_Entry], text: Callable[[_Entry], str]) -> dict[int, int]:
    """Pair the entries of two lists, the most alike first, so that one that only moved meets itself."""
    ranked = sorted(
        ((likeness(text(old), text(new)), i, j) for i, old in enumerate(before) for j, new in enumerate(after)),
        key=lambda entry: (-entry[0], abs(entry[1] - entry[2]), entry[1]),
    )
    pairs: dict[int, int] = {}
    for alike, i, j in ranked:
        if alike >= _LEAST_LIKENESS and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return dict(sorted(pairs.items()))
