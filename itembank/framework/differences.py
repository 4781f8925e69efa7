"""What a new version of a standard changes, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from itembank.framework.document import (
    ElementOfCompetence,
    Framework,
    PerformanceCriterion,
    UnitOfCompetence,
)

Kind = Literal["added", "removed", "changed"]
What = Literal["framework", "role", "function", "unit", "element", "criterion"]

WHAT_NAMES: dict[What, tuple[str, str]] = {
    "framework": ("The standard", "มาตรฐาน"),
    "role": ("Key role", "บทบาทหลัก"),
    "function": ("Key function", "หน้าที่หลัก"),
    "unit": ("Unit", "หน่วยสมรรถนะ"),
    "element": ("Element", "สมรรถนะย่อย"),
    "criterion": ("Criterion", "เกณฑ์ในการปฏิบัติงาน"),
}
FIELD_NAMES: dict[str, tuple[str, str]] = {
    "title": ("title", "ชื่อ"),
    "text": ("text", "ข้อความ"),
    "methods": ("assessment methods", "วิธีการประเมิน"),
    "order": ("order", "ลำดับ"),
    "parent": ("place in the standard", "ตำแหน่งในมาตรฐาน"),
    "issuer": ("issuer", "หน่วยงานผู้จัดทำ"),
    "co_issuers": ("further issuers", "หน่วยงานร่วมจัดทำ"),
    "announced": ("date of announcement", "วันที่ประกาศใช้"),
    "skill_groups": ("skill groups", "กลุ่มทักษะ"),
    "target_groups": ("target groups", "กลุ่มเป้าหมาย"),
    "stages": ("stages", "ระยะ"),
    "qualification": ("qualification", "คุณวุฒิวิชาชีพ"),
    "outcomes": ("learning outcomes", "ผลการเรียนรู้"),
    "entry_requirement": ("entry requirement", "เงื่อนไขการเข้าสู่คุณวุฒิ"),
    "target_group": ("target group", "กลุ่มบุคคลในอาชีพ"),
    "key_purpose": ("key purpose", "ความมุ่งหมายหลัก"),
    "function_code": ("key function", "หน้าที่หลัก"),
    "review": ("review number (section 3)", "ครั้งที่ทบทวน (ข้อ 3)"),
    "occupations": ("occupations (section 5)", "อาชีพ (ข้อ 5)"),
    "description": ("description", "คำอธิบาย"),
    "level": ("level (section 7)", "ระดับคุณวุฒิ (ข้อ 7)"),
    "sector": ("sector (section 8)", "กลุ่มอาชีพ (ข้อ 8)"),
    "other_occupations": ("other occupations (section 9)", "อาชีพอื่น (ข้อ 9)"),
    "laws": ("related law (section 10)", "กฎหมายที่เกี่ยวข้อง (ข้อ 10)"),
    "prerequisites": ("prerequisites (section 12)", "ความรู้และทักษะก่อนหน้า (ข้อ 12)"),
    "required_skills": ("required skills (section 13)", "ทักษะที่ต้องการ (ข้อ 13)"),
    "required_knowledge": ("required knowledge (section 13)", "ความรู้ที่ต้องการ (ข้อ 13)"),
    "evidence_guide": ("evidence guide (section 14)", "หลักฐานที่ต้องการ (ข้อ 14)"),
    "range_statement": ("range statement (section 15)", "ขอบเขต (ข้อ 15)"),
    "shared_units": ("shared units (section 16)", "หน่วยสมรรถนะร่วม (ข้อ 16)"),
    "shared_industries": ("shared industries (section 17)", "อุตสาหกรรมร่วม (ข้อ 17)"),
    "assessment_procedure": ("assessment procedure (section 18)", "กระบวนการประเมิน (ข้อ 18)"),
}
SENTENCES: dict[Kind, tuple[str, str]] = {
    "added": ("{part} is new: {after}.", "เพิ่ม{part}: {after}"),
    "removed": ("{part} is gone: {before}.", "ตัด{part}: {before}"),
    "changed": ("{part}: {field} changed from {before} to {after}.", "{part}: {field}เปลี่ยนจาก {before} เป็น {after}"),
}
METHOD_NAMES: dict[str, tuple[str, str]] = {
    "written": ("written exam", "ข้อสอบข้อเขียน"),
    "interview": ("interview", "การสัมภาษณ์"),
    "demonstration": ("demonstration", "การสาธิตการปฏิบัติงาน"),
}
#: Fields that hold parts with codes of their own, or nothing that was published.
APART = {
    "units",
    "elements",
    "criteria",
    "roles",
    "functions",
    "warnings",
    "source_name",
    "source_sha256",
    "correction",
}
#: Longer values are named but not quoted in a sentence.
QUOTABLE = 160


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two versions.

    Args:
        kind: Added, removed or changed.
        what: What kind of part.
        code: The part's code; empty for the standard itself.
        field: Which field changed; empty where a part was added or removed.
        before: Old value as text, where there is one.
        after: New value as text, where there is one.
        english: One sentence.
        thai: The same in Thai.
    """

    kind: Kind
    what: What
    code: str
    field: str
    before: str | None
    after: str | None
    english: str
    thai: str


def same_content(old: Framework, new: Framework) -> bool:
    """Whether two documents publish the same, whatever they were read from and whatever stands beside the text.

    Args:
        old: One document.
        new: The other one.

    Returns:
        True where only source name, hash, warnings or editors' corrections differ.
    """
    return _published(old) == _published(new)


def _published(framework: Framework) -> Framework:
    units = tuple(
        replace(unit, elements=tuple(_published_element(element) for element in unit.elements))
        for unit in framework.units
    )
    return replace(framework, units=units, warnings=(), source_name="", source_sha256="")


def _published_element(element: ElementOfCompetence) -> ElementOfCompetence:
    criteria = tuple(replace(criterion, correction=None) for criterion in element.criteria)
    return replace(element, criteria=criteria, correction=None)


def describe_differences(old: Framework, new: Framework) -> tuple[Difference, ...]:
    """Say what a new version changes.

    Args:
        old: The stored version.
        new: The version read now.

    Returns:
        Differences in the order framework, roles, functions, units, elements, criteria, then what moved; none if and
        only if ``same_content``.
    """
    old_parts, new_parts = _parts(old), _parts(new)
    return (
        *_changed_fields("framework", "", old, new),
        *(difference for what in old_parts for difference in _compare(what, old_parts[what], new_parts[what])),
        *(difference for what in old_parts for difference in _moved(what, old_parts[what], new_parts[what])),
    )


def _parts(framework: Framework) -> dict[What, dict[str, tuple[str, Any]]]:
    """Every part with a code, and the code of the part it belongs to."""
    return {
        "role": {role.code: ("", role) for role in framework.roles},
        "function": {part.code: (role.code, part) for role in framework.roles for part in role.functions},
        "unit": {unit.code: ("", unit) for unit in framework.units},
        "element": {part.code: (unit.code, part) for unit in framework.units for part in unit.elements},
        "criterion": {part.code: (element.code, part) for element in framework.elements for part in element.criteria},
    }


def _compare(what: What, old: dict[str, tuple[str, Any]], new: dict[str, tuple[str, Any]]) -> Iterator[Difference]:
    for code, (_, part) in old.items():
        if code in new:
            yield from _changed_fields(what, code, part, new[code][1])
        else:
            yield _difference("removed", what, code, before=_name(part))
    for code, (_, part) in new.items():
        if code not in old:
            yield _difference("added", what, code, after=_name(part))


def _name(part: Any) -> str:
    """What a part is called: a unit's or element's title, a criterion's text, a role's or function's description."""
    if isinstance(part, PerformanceCriterion):
        return part.text
    name: str = part.title if isinstance(part, (UnitOfCompetence, ElementOfCompetence)) else part.description
    return name


def _changed_fields(what: What, code: str, old: Any, new: Any) -> Iterator[Difference]:
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name not in APART and before != after:
            yield _difference("changed", what, code, field=field.name, before=before, after=after)


def _moved(what: What, old: dict[str, tuple[str, Any]], new: dict[str, tuple[str, Any]]) -> Iterator[Difference]:
    """Report parts that came under another parent, and an order that changed."""
    for code, (parent, _) in old.items():
        if code in new and new[code][0] != parent:
            yield _difference("changed", what, code, field="parent", before=parent, after=new[code][0])
    before = [code for code in old if code in new]
    after = [code for code in new if code in old]
    if before != after:
        yield _difference("changed", what, "", field="order", before=tuple(before), after=tuple(after))


def _difference(
    kind: Kind, what: What, code: str, *, field: str = "", before: Any = None, after: Any = None
) -> Difference:
    sentences = []
    for language, pattern in enumerate(SENTENCES[kind]):
        values = {
            "part": f"{WHAT_NAMES[what][language]} {code}".strip(),
            "field": FIELD_NAMES[field][language] if field else "",
            "before": _quoted(before, language),
            "after": _quoted(after, language),
        }
        sentences.append(pattern.format(**values))
    as_text = [None if value is None else _as_text(value, 0) for value in (before, after)]
    return Difference(kind, what, code, field, as_text[0], as_text[1], sentences[0], sentences[1])


def _quoted(value: Any, language: int) -> str:
    text = _as_text(value, language)
    if len(text) > QUOTABLE:
        text = text[: QUOTABLE - 1] + "…"
    return f"“{text}”" if text else ("nothing", "ว่าง")[language]


def _as_text(value: Any, language: int) -> str:
    if isinstance(value, tuple):
        return "; ".join(_as_text(part, language) for part in value)
    if is_dataclass(value):
        return "; ".join(filter(None, (_as_text(getattr(value, field.name), language) for field in fields(value))))
    if value in METHOD_NAMES:
        return METHOD_NAMES[value][language]
    return "" if value is None else str(value)
