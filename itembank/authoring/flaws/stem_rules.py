"""Rules for the stem: whether the question is plain."""

from __future__ import annotations

import re
from typing import Final

from itembank.authoring.content import CognitiveLevel
from itembank.authoring.flaws.flaw import Flaw, Rule
from itembank.authoring.flaws.wording import Wording
from itembank.authoring.flaws.words import words_of
from itembank.authoring.item_types.question import CHOICE_TYPES

#: A negative in the question itself, not in the case that it tells before.
_NEGATIVE: Final = {
    # Right after what is asked for: further on, "ไม่" denies something within the case.
    "th": re.compile(
        "(?:ใด|ใคร|อะไร|ไหน)(?:ต่อไปนี้|ดังกล่าว)?\\s*(?P<no>(?:ไม่|มิ)(?:ใช่|ถูก|จัด|เป็น|ควร|สอดคล้อง|อยู่ใน|นับ|เหมาะ|ตรง|เกี่ยว|จำเป็น|จริง))"
        "|(?P<exception>ยกเว้น(?:ข้อ|สิ่ง|กรณี|เรื่อง)?ใด)|ข้อใด(?:กล่าว)?(?P<wrong>ผิด|ไม่ถูก)"
    ),
    "en": re.compile(
        r"\bwhich\b[^.?!]{0,80}?\b(?P<no>not|except|least|incorrect|false)\b|\b(?P<exception>except)\s*[:?_.]*$",
        re.IGNORECASE,
    ),
}
#: Ways to make the word stand out in plain text.
_MARKED: Final = re.compile(
    "(?:\\*\\*|__|[“\"'‘])\\s*(?:ไม่|มิ|ยกเว้น|ผิด|not|except|least|incorrect|false)", re.IGNORECASE
)
_CAPITALS: Final = re.compile(r"\b(?:NOT|EXCEPT|LEAST|INCORRECT|FALSE)\b")
_NEGATIVE_OPTION: Final = {
    "th": re.compile("^(?:ไม่(?!น้อยกว่า|เกิน|ต่ำกว่า)|มิ(?!ติ|เตอร์|ตร)|ห้าม|งด)"),
    "en": re.compile(r"^(?:not\b|no\b|never\b|do not\b|don't\b|does not\b)", re.IGNORECASE),
}
_BLANK: Final = re.compile(r"^\s*(?:\[\[1\]\]|_{2,}|\.{3,}|…+|-{3,})")
#: Words that one reads in the time that a question of this level usually gets, at some 150 words a minute.
_WORDS: Final[dict[str, int]] = {CognitiveLevel.REMEMBER: 120, CognitiveLevel.UNDERSTAND: 150}
_WORDS_ABOVE: Final = 220
_LATIN: Final = re.compile(r"(?<![\w-])[A-Z][A-Z0-9]{1,6}s?(?![\w-])")
#: A cell of a spreadsheet.
_CELL: Final = re.compile(r"[A-Z]{1,2}\d{1,4}")
_THAI_SHORT: Final = re.compile("(?<![\u0e00-\u0e7f])(?:[ก-ฮ]{1,2}\\.){2,}")
#: What stands right before brackets or alone within them, found in one pass: a text may hold hundreds of short forms.
_BEFORE_BRACKETS: Final = re.compile("([A-Z][A-Z0-9]{1,6}s?|(?:[ก-ฮ]{1,2}\\.){2,9})\\s*\\(")
_IN_BRACKETS: Final = re.compile(r"\(\s*([^\s()]{2,40})\s*\)")
#: Short forms that every civil servant reads more often than the long ones, and those that are a standard's name.
_KNOWN: Final = frozenset(
    re.findall(
        r"\S+",
        """
        พ.ศ. ค.ศ. ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค. พ.ร.บ. พ.ร.ฎ. พ.ร.ก.
        IT ICT AI PDF SMS QR URL USB CD DVD TV PC ID OK CCTV GPS API CSV JSON XML HTML CIO KPI PIN OTP HTTPS HTTP
        RGB SQL VPN GIS IP JPEG ISO IEC COBIT COSO ITIL TOGAF NIST GIF TH
        """,
    )
)


def negative_stem(content: Wording) -> list[Flaw]:
    """A negative that is not made to stand out is read over: knowing then gives a wrong answer."""
    found = _negative(content)
    if found is None or _MARKED.search(content.stem):
        return []
    if content.language == "en" and _CAPITALS.search(content.stem):
        return []
    return [Flaw(Rule.NEGATIVE_STEM, "stem", seen=found)]


def double_negative(content: Wording) -> list[Flaw]:
    """A negative question over a negative option asks for logic instead of knowledge."""
    if _negative(content) is None or content.type not in CHOICE_TYPES:
        return []
    pattern = _NEGATIVE_OPTION[content.language]
    return [
        Flaw(Rule.DOUBLE_NEGATIVE, f"options.{number}", seen=option.text)
        for number, option in enumerate(content.options, start=1)
        if pattern.search(option.text.strip())
    ]


def blank_at_beginning(content: Wording) -> list[Flaw]:
    """A blank at the beginning has to be kept in mind before anything is known of what fills it."""
    return [Flaw(Rule.BLANK_AT_BEGINNING, "stem")] if _BLANK.search(content.stem) else []


def long_to_read(content: Wording) -> list[Flaw]:
    """Reading takes the time that thinking needs; a text shared by several items is read once and not counted."""
    words = sum(len(words_of(text)) for text in (content.stem, *_choices(content)))
    most = _WORDS.get(content.cognitive_level, _WORDS_ABOVE)
    return [Flaw(Rule.LONG_TO_READ, "stem", numbers={"words": words, "most": most})] if words > most else []


def unexplained_abbreviation(content: Wording) -> list[Flaw]:
    """A short form that the item does not spell out tests whether one has met it."""
    text = "\n".join((content.stimulus, content.stem, *_choices(content)))
    shorts = dict.fromkeys([*_LATIN.findall(text), *_THAI_SHORT.findall(text)])
    # Brackets stand right after the short form, or around it after the long one.
    explained = {*_BEFORE_BRACKETS.findall(text), *_IN_BRACKETS.findall(text)}
    unknown = [
        short
        for short in shorts
        if short.rstrip("s") not in _KNOWN and not _CELL.fullmatch(short) and short not in explained
    ]
    return [Flaw(Rule.UNEXPLAINED_ABBREVIATION, "stem", seen=", ".join(unknown))] if unknown else []


def _choices(content: Wording) -> list[str]:
    prompts = [text for prompt in content.prompts for text in (prompt.text, *prompt.options)]
    return [*(option.text for option in content.options), *prompts]


def _negative(content: Wording) -> str | None:
    found = _NEGATIVE[content.language].search(content.stem if content.language == "th" else content.stem.strip())
    if found is None:
        return None
    return next(word for word in found.groups() if word)
