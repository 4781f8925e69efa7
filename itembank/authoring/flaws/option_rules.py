"""Rules for the options: what gives the key away, and what makes options hard to tell apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from itembank.authoring.content import ItemType, Option
from itembank.authoring.flaws.flaw import Flaw, Rule
from itembank.authoring.flaws.wording import Wording
from itembank.authoring.flaws.words import content_words, visible_length, words_of
from itembank.authoring.item_types.question import CHOICE_TYPES

#: The key stands out if it is half as long again as the longest other option, and by some words.
_LONGER, _LONGER_BY = 1.5, 12
_UNEQUAL, _UNEQUAL_BY = 3.0, 30
#: Words that hardly anything in the world of work deserves; those with lawful uses ("only", "all of") stay out.
_ABSOLUTE: Final = {
    "th": re.compile("เสมอ(?!ภาค|ไหล่|เหมือน)|โดยไม่มีข้อยกเว้น|ไม่มีวัน|ไม่มีทาง|ไม่เคย|เด็ดขาด|โดยสิ้นเชิง|อย่างแน่นอน"),
    "en": re.compile(
        r"\b(?:always|never|absolutely|invariably|without exception|under no circumstances)\b", re.IGNORECASE
    ),
}
_ALL_OR_NONE: Final = re.compile(
    "^(?:ถูก(?:ต้อง)?ทุกข้อ|ผิดทุกข้อ|ไม่มีข้อใด(?:ถูก|ผิด)?|ทั้งหมดข้างต้น|ถูกทั้งหมด|ผิดทั้งหมด|ถูกทั้ง(?:สอง|สาม|สี่)ข้อ"
    r"|(?:ถูก)?ทั้ง\s*(?:ข้อ\s*)?[กขคงABCD1-4]\s*(?:และ|กับ|,)|ข้อ\s*[กขคงABCD1-4]\s*(?:และ|กับ)\s*(?:ข้อ\s*)?[กขคงABCD1-4]"
    r"|(?:all|none) of (?:the )?(?:above|these)|both [a-d1-4] and [a-d1-4]\b|neither [a-d1-4] nor)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?")
#: A word that is shorter is too common in Thai to give a key away.
_TELLING_LETTERS = 4


def longest_option_is_key(content: Wording) -> list[Flaw]:
    """Whoever knows nothing takes the longest option, because writers make the right one exact."""
    if not _one_of_several(content):
        return []
    right = next(option for option in content.options if option.correct)
    return stands_out(_place(content, right), right.text, [o.text for o in content.options if not o.correct])


def stands_out(field: str, right: str, wrong: Sequence[str]) -> list[Flaw]:
    """Find a right choice that is much longer than all wrong ones.

    Args:
        field: Where it stands.
        right: The right choice.
        wrong: The wrong ones, at least one.
    """
    length, longest = visible_length(right), max(visible_length(text) for text in wrong)
    if length < _LONGER * longest or length - longest < _LONGER_BY:
        return []
    return [Flaw(Rule.LONGEST_OPTION_IS_KEY, field, numbers={"key": length, "others": longest})]


def unequal_options(content: Wording) -> list[Flaw]:
    """Options of very different lengths are compared by their looks."""
    if content.type not in CHOICE_TYPES:
        return []
    lengths = [visible_length(option.text) for option in content.options] or [0]
    if min(lengths) == 0 or max(lengths) < _UNEQUAL * min(lengths) or max(lengths) - min(lengths) < _UNEQUAL_BY:
        return []
    return [Flaw(Rule.UNEQUAL_OPTIONS, "options", numbers={"shortest": min(lengths), "longest": max(lengths)})]


def overlapping_options(content: Wording) -> list[Flaw]:
    """Where one option says all that another says, or their ranges of numbers meet, both can't be weighed apart."""
    if content.type not in (*CHOICE_TYPES, ItemType.MATCHING):
        return []
    found = []
    numbered = list(enumerate(content.options, start=1))
    for (first, one), (second, other) in combinations(numbered, 2):
        if _within(one.text, other.text) or _within(other.text, one.text) or _ranges_meet(one.text, other.text):
            found.append(Flaw(Rule.OVERLAPPING_OPTIONS, f"options.{first}", seen=other.text, numbers={"other": second}))
    return found


def absolute_words(content: Wording) -> list[Flaw]:
    """Absolute words in wrong options alone tell that they are wrong."""
    pattern = _ABSOLUTE[content.language]
    if content.type not in CHOICE_TYPES or any(
        pattern.search(option.text) for option in content.options if option.correct
    ):
        return []
    return [
        Flaw(Rule.ABSOLUTE_WORDS, f"options.{number}", seen=hit.group())
        for number, option in enumerate(content.options, start=1)
        if (hit := pattern.search(option.text))
    ]


def all_or_none(content: Wording) -> list[Flaw]:
    """An option about the other options is decided by knowing two of them, and stops options from being shuffled."""
    return [
        Flaw(Rule.ALL_OR_NONE, f"options.{number}", seen=option.text)
        for number, option in enumerate(content.options, start=1)
        if _ALL_OR_NONE.search(option.text.strip())
    ]


def repeated_words(content: Wording) -> list[Flaw]:
    """A telling word that the stem shares with the key alone points at it."""
    if not _one_of_several(content):
        return []
    right = next(option for option in content.options if option.correct)
    wrong = [option for option in content.options if not option.correct]
    shared = content_words(_question(content.stem)) & content_words(right.text)
    telling = sorted(
        word
        for word in shared
        if len(word) >= _TELLING_LETTERS and not any(word in option.text.lower() for option in wrong)
    )
    return [Flaw(Rule.REPEATED_WORDS, _place(content, right), seen=", ".join(telling))] if telling else []


def odd_one_out(content: Wording) -> list[Flaw]:
    """Where all wrong options begin with the same word and the key doesn't, its grammar gives it away."""
    if not _one_of_several(content) or len(content.options) < 4:
        return []
    first = [words[0] if (words := words_of(option.text)) else "" for option in content.options]
    wrong = {word for word, option in zip(first, content.options, strict=True) if not option.correct}
    right = next(word for word, option in zip(first, content.options, strict=True) if option.correct)
    if len(wrong) != 1 or right in wrong:
        return []
    key = next(option for option in content.options if option.correct)
    return [Flaw(Rule.ODD_ONE_OUT, _place(content, key), seen=f"{right} / {wrong.pop()}")]


def missing_rationale(content: Wording) -> list[Flaw]:
    """Without a reason for each option nobody can review whether the key is right and the others wrong.

    Items of other types have one reason for all.
    """
    if content.type not in CHOICE_TYPES:
        return [] if content.rationale.strip() else [Flaw(Rule.MISSING_RATIONALE, "rationale")]
    return [
        Flaw(Rule.MISSING_RATIONALE, f"options.{number}")
        for number, option in enumerate(content.options, start=1)
        if not option.rationale.strip()
    ]


def grammar_clue(content: Wording) -> list[Flaw]:
    """In English an article at the stem's end fits some options and not others."""
    ending = re.search(r"\b(an?)\s*(?:[.…:_]*)$", content.stem.strip(), re.IGNORECASE)
    if content.language != "en" or ending is None or content.type not in CHOICE_TYPES:
        return []
    wants_vowel = ending.group(1).lower() == "an"
    fits = [(option.text.strip()[:1].lower() in "aeiou") == wants_vowel for option in content.options]
    return [] if all(fits) else [Flaw(Rule.GRAMMAR_CLUE, "stem", seen=ending.group(1))]


def _one_of_several(content: Wording) -> bool:
    keyed = sum(option.correct for option in content.options)
    return content.type == ItemType.SINGLE_CHOICE and len(content.options) > 2 and keyed == 1


def _place(content: Wording, option: Option) -> str:
    return f"options.{content.options.index(option) + 1}"


def _question(stem: str) -> str:
    """Take the last sentence, where the question stands; the case told before it is what all options are about."""
    last = re.split(r"\n|(?<=[.?!])\s+", stem.strip())[-1]
    # Thai ends no sentence by a sign, but parts them by a blank.
    return last.split(" ")[-1] if re.search("[\u0e00-\u0e7f]", last) else last


def _within(inner: str, outer: str) -> bool:
    inside = " ".join(words_of(inner))
    return bool(inside) and f" {inside} " in f" {' '.join(words_of(outer))} " and inside != " ".join(words_of(outer))


def _ranges_meet(one: str, other: str) -> bool:
    first, second = (_range(text) for text in (one, other))
    if first is None or second is None or _shape(one) != _shape(other):
        return False
    return first[0] <= second[1] and second[0] <= first[1]


def _range(text: str) -> tuple[float, float] | None:
    numbers: Sequence[float] = [float(found.replace(",", "")) for found in _NUMBERS.findall(text)]
    if len(numbers) != 2 or not re.search(r"\d\s*(?:-|–|ถึง|to)\s*\d", text):
        return None
    return min(numbers), max(numbers)


def _shape(text: str) -> str:
    return _NUMBERS.sub("#", text)
