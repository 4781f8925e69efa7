"""The words of a text, Thai or English: Thai is written without spaces, so its words are found by a dictionary."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: Vowels and tone marks that stand above or below a consonant and take no place of their own in a line.
_COMBINING: Final = frozenset({"Mn", "Me"})
_HAS_LETTER = re.compile(r"[^\W_]")
_THAI = re.compile("[\u0e00-\u0e7f]")

#: Words that carry grammar rather than meaning, or that the whole standard is about; sharing them tells nothing.
FUNCTION_WORDS: Final = frozenset(
    re.findall(
        r"\S+",
        """
        ข้อ ใด ที่ ซึ่ง อัน และ หรือ กับ แต่ ก็ เป็น คือ อยู่ ได้ ให้ ของ ใน นอก บน จาก ถึง ต่อ ตาม โดย ด้วย เพื่อ เมื่อ แล้ว จะ ควร
        ต้อง อาจ ไม่ มิ ใช่ มี ไว้ ไป มา ขึ้น ลง เข้า ออก นี้ นั้น ดังกล่าว ทุก แต่ละ บาง หลาย มาก น้อย ที่สุด กว่า การ ความ ผู้ อย่าง
        เช่น เพราะ เนื่องจาก ถ้า หาก แม้ ยัง เพียง เท่านั้น เอง กัน กำลัง ถูก ระหว่าง หนึ่ง สอง สาม แห่ง คน สิ่ง เรื่อง แบบ ทั้ง อื่น ๆ
        อย่างไร อะไร ใคร ก่อน หลัง ข้อมูล
        the a an of to in on at by for with and or but not is are was were be been being it its this that these those
        which what who whom whose when where why how as from into than then so if do does did has have had can could
        should would will may might must each every any some most more less one two three following data
        """,
    )
)


def words_of(text: str) -> tuple[str, ...]:
    """Find the words of a text in their order, in lower case and composed form, without blanks and punctuation.

    Reference:
        Thai by maximal matching against a dictionary: Sornlertlamvanich (1993).
    """
    return _segmented(unicodedata.normalize("NFC", text).lower())


def content_words(text: str) -> frozenset[str]:
    """Find the words that carry meaning: none of grammar, none of a single letter."""
    return frozenset(word for word in words_of(text) if word not in FUNCTION_WORDS and len(word) > 1)


def visible_length(text: str) -> int:
    """Count the places that a text takes in a line: letters, digits and signs, without blanks and combining marks."""
    return sum(not letter.isspace() and unicodedata.category(letter) not in _COMBINING for letter in text)


@lru_cache(maxsize=4096)
def _segmented(text: str) -> tuple[str, ...]:
    if not _THAI.search(text):
        return tuple(re.findall(r"[^\W_]+(?:[-'’.][^\W_]+)*", text))
    # Half a second at the first call for its dictionary, which only those need who read Thai.
    from pythainlp.tokenize import word_tokenize

    return tuple(
        word for word in word_tokenize(text, engine="newmm", keep_whitespace=False) if _HAS_LETTER.search(word)
    )
