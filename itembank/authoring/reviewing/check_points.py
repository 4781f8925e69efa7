"""The check list of a review: its points in both languages, and what a reviewer found at each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from itembank.authoring.content import ItemContent
from itembank.authoring.reviewing.places import places_of
from itembank.errors import InvalidInput

#: Characters at most in the note to a point.
MAXIMUM_CHECK_NOTE = 1_000


class Finding(StrEnum):
    """What a reviewer can say about a point."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class Concern(StrEnum):
    """What a point is about, where it is not about every item."""

    TRANSLATIONS = "translations"
    IMAGES = "images"


@dataclass(frozen=True, slots=True)
class CheckPoint:
    """One point of the check list."""

    name: str
    #: The sentence that holds or does not, by language.
    texts: Mapping[str, str]
    concern: Concern | None = None

    def concerns(self, content: ItemContent) -> bool:
        """Tell whether the item has what the point is about."""
        if self.concern is Concern.TRANSLATIONS:
            return bool(content.translations)
        if self.concern is Concern.IMAGES:
            return any("![" in text for texts in places_of(content).values() for text in texts)
        return True


def _point(name: str, th: str, en: str, *, concern: Concern | None = None) -> CheckPoint:
    return CheckPoint(name, MappingProxyType({"th": th, "en": en}), concern)


#: What to look at, in the order in which one meets it while reading.
CHECK_POINTS = (
    _point(
        "content",
        "เนื้อหา ข้อเท็จจริง และแหล่งอ้างอิงถูกต้องและเป็นปัจจุบัน",
        "Content, facts and source are right and up to date.",
    ),
    _point(
        "criterion",
        "วัดเกณฑ์การปฏิบัติงานที่ระบุ และอยู่ในขอบเขตของหน่วยสมรรถนะ",
        "It measures its criterion, within the unit's range statement.",
    ),
    _point(
        "one_answer",
        "มีคำตอบที่ถูกตามเฉลยเพียงอย่างเดียว ตัวลวงน่าเชื่อสำหรับผู้ที่ยังไม่มีสมรรถนะแต่ผิดชัดเจน",
        "The key, and only the key, is right; distractors are plausible to those not competent, and clearly wrong.",
    ),
    _point(
        "wording",
        "ถ้อยคำชัดเจน เหมาะกับระดับของคุณวุฒิ ไม่วัดความสามารถในการอ่านแทนสมรรถนะ",
        "The wording is clear for the level of the qualification; it does not test reading in place of competence.",
    ),
    _point(
        "fairness",
        "เป็นธรรมและไม่เอนเอียงต่อเพศ ภูมิภาค ศาสนา อายุ ความพิการ หรือหน่วยงานใด",
        "It is fair, without bias for or against any sex, region, religion, age, disability or organisation.",
    ),
    _point(
        "language",
        "ภาษาถูกต้องเป็นทางการ ตัวสะกดและศัพท์ตรงกับที่มาตรฐานใช้",
        "The language is correct and official; spelling and terms are those of the standard.",
    ),
    _point(
        "translation",
        "คำแปลถามสิ่งเดียวกัน ยากเท่ากัน และมีเฉลยเดียวกันกับต้นฉบับ",
        "The translation asks the same thing, as hard, with the same key as the original.",
        concern=Concern.TRANSLATIONS,
    ),
    _point(
        "images",
        "ภาพทุกภาพมีข้อความทดแทนที่ให้ข้อมูลครบโดยไม่บอกคำตอบ",
        "Every image has an alternative text that tells what it shows without giving the answer away.",
        concern=Concern.IMAGES,
    ),
)
_NAMES = tuple(point.name for point in CHECK_POINTS)


@dataclass(frozen=True, slots=True)
class Check:
    """What a reviewer found at one point of the list."""

    point: str
    finding: Finding
    note: str = ""

    @property
    def texts(self) -> Mapping[str, str]:
        """The point's sentence by language; its name where the list no longer has it."""
        return next((point.texts for point in CHECK_POINTS if point.name == self.point), {})

    def to_dict(self) -> dict[str, str]:
        """Give the check as a JSON document."""
        return {"point": self.point, "finding": self.finding.value, "note": self.note}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Check:
        """Read a check that was kept."""
        return cls(document["point"], Finding(document["finding"]), document["note"])


def check_list_problems(checks: Sequence[Check], *, whole: bool) -> list[InvalidInput]:
    """Find what is wrong with a check list.

    Args:
        checks: What was found.
        whole: Whether every point has to be gone through.
    """
    points = [check.point for check in checks]
    most, least = 1, 1 if whole else 0
    problems = [
        InvalidInput(field=f"check_{name}", expected="yes, no or not_applicable, once", reason="check_missing")
        for name in _NAMES
        if not least <= points.count(name) <= most
    ]
    if unknown := sorted(set(points) - set(_NAMES)):
        problems.append(InvalidInput(field="checks", expected=f"only {', '.join(_NAMES)}, not {', '.join(unknown)}"))
    for check in checks:
        if len(check.note) > MAXIMUM_CHECK_NOTE:
            expected = f"a note of at most {MAXIMUM_CHECK_NOTE} characters"
            field = f"check_note_{check.point}"
            problems.append(
                InvalidInput(field=field, expected=expected, reason="text_long", maximum=MAXIMUM_CHECK_NOTE)
            )
    return problems
