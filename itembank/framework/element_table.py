"""Section 11: elements, their performance criteria and assessment methods, out of a table that lost its columns.

Each element is its code, its title, then numbered criteria, then the methods, all in one column of lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from itembank.framework.codes import counter, is_code, stem
from itembank.framework.document import (
    AssessmentMethod,
    ElementOfCompetence,
    PerformanceCriterion,
    StandardWarning,
)
from itembank.framework.line_joining import join_lines
from itembank.framework.page_text import Line
from itembank.framework.table_headers import without_headers
from itembank.framework.warning_texts import warn

SECTION = 11
CRITERION = re.compile(r"([1-9]\d?\.[1-9]\d?)(?:\.?\s+(.*))?")
LONE_NUMBER = re.compile(r"\d{1,4}")
METHODS: dict[str, AssessmentMethod] = {
    "ข้อสอบข้อเขียน": "written",
    "สอบข้อเขียน": "written",
    "การสอบข้อเขียน": "written",
    "ข้อเขียน": "written",
    "การสัมภาษณ์": "interview",
    "สัมภาษณ์": "interview",
    "การสอบสัมภาษณ์": "interview",
    "สอบสัมภาษณ์": "interview",
    "การสาธิตการปฏิบัติงาน": "demonstration",
    "สาธิตการปฏิบัติงาน": "demonstration",
    "การสาธิต": "demonstration",
    "สาธิต": "demonstration",
}
#: Methods that other standards use and this product has no room for; named here so that they end a criterion's text.
OTHER_METHODS = ("แฟ้มสะสมผลงาน", "แฟ้มสะสมงาน", "การสังเกตการปฏิบัติงาน", "การสังเกต", "การทดสอบปฏิบัติ", "สอบปฏิบัติ")
REMARK = re.compile(r"\s*\([^()]*\)\s*$")


@dataclass
class _OpenCriterion:
    number: str
    line: int
    texts: list[str] = field(default_factory=list)


@dataclass
class _OpenElement:
    code: str
    line: int
    title: list[str] = field(default_factory=list)
    criteria: list[_OpenCriterion] = field(default_factory=list)
    methods: list[AssessmentMethod] = field(default_factory=list)
    in_methods: bool = False


@dataclass(frozen=True)
class ElementTable:
    """What section 11 of one unit says.

    Args:
        elements: In the published order.
        warnings: What was odd.
        line_of: Line on which each element and criterion begins, by code.
    """

    elements: tuple[ElementOfCompetence, ...]
    warnings: tuple[StandardWarning, ...]
    line_of: dict[str, int]


class _TableReader:
    """Reads line after line; the state is the element and criterion that are open."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.elements: list[_OpenElement] = []
        self.warnings: list[StandardWarning] = []

    def read(self, line: Line) -> None:
        text = line.text.lstrip("•−▪ ")
        criterion = CRITERION.fullmatch(text)
        if self._begins_element(text):
            self._open_element(line, text)
        elif not self.elements:
            self._warn("unread_text", line, wording=text)
        elif criterion is not None:
            self._open_criterion(line, criterion)
        elif LONE_NUMBER.fullmatch(text):
            self._warn("lone_number", line, wording=text)
        else:
            self._continue(line, text)

    def _begins_element(self, text: str) -> bool:
        word, _, title = text.partition(" ")
        if not is_code(word) or CRITERION.fullmatch(word) or LONE_NUMBER.fullmatch(word):
            return False
        # A criterion's text may hold a word that looks like a code (“THeGIF2.0”); in mid-element the family decides.
        if self.elements and not self.elements[-1].in_methods:
            return stem(word) == stem(self.elements[-1].code)
        return not title or not self.elements or stem(word) == stem(self.elements[-1].code)

    def _open_element(self, line: Line, text: str) -> None:
        code, _, title = text.partition(" ")
        if self.elements and self.elements[-1].code == code:
            self._warn("element_resumed", line, subject=code)
            self.elements[-1].in_methods = False
            return
        self.elements.append(_OpenElement(code, line.number, [title] if title else []))

    def _open_criterion(self, line: Line, match: re.Match[str]) -> None:
        element = self.elements[-1]
        element.in_methods = False
        element.criteria.append(_OpenCriterion(match.group(1), line.number, [match.group(2) or ""]))

    def _continue(self, line: Line, text: str) -> None:
        element = self.elements[-1]
        name = REMARK.sub("", text)
        if name in METHODS:
            element.in_methods = True
            if METHODS[name] not in element.methods:
                element.methods.append(METHODS[name])
        elif element.in_methods or (name in OTHER_METHODS and element.criteria):
            element.in_methods = True
            self._warn("unknown_method", line, subject=element.code, wording=text)
        elif element.criteria:
            element.criteria[-1].texts.append(line.raw)
        else:
            element.title.append(line.raw)

    def _warn(self, code: str, line: Line, *, subject: str | None = None, **details: object) -> None:
        self.warnings.append(warn(code, unit=self.unit, section=SECTION, subject=subject, line=line.number, **details))


def read_element_table(lines: Sequence[Line], *, unit: str) -> ElementTable:
    """Read section 11 of a unit's block.

    Args:
        lines: Clean lines under the section's heading.
        unit: Code of the unit, for warnings.

    Returns:
        The elements with every oddity as a warning.
    """
    reader = _TableReader(unit)
    for line in without_headers(lines, table="elements"):
        reader.read(line)
    elements: list[ElementOfCompetence] = []
    warnings = list(reader.warnings)
    line_of: dict[str, int] = {}
    for opened in reader.elements:
        if opened.code in line_of:
            details = {"where": f"unit {unit}", "where_thai": f"หน่วย {unit}"}
            warnings.append(_about(unit, opened.code, opened.line, "element_repeated", **details))
            continue
        line_of[opened.code] = opened.line
        element, odd = _closed_element(opened, unit, len(elements) + 1, line_of)
        elements.append(element)
        warnings.extend(odd)
    warnings.extend(_sequence_warnings(unit, elements, line_of))
    if not elements:
        warnings.append(warn("unit_without_elements", unit=unit, section=SECTION))
    return ElementTable(tuple(elements), tuple(warnings), line_of)


def _closed_element(
    opened: _OpenElement, unit: str, position: int, line_of: dict[str, int]
) -> tuple[ElementOfCompetence, list[StandardWarning]]:
    title = join_lines(opened.title)
    criteria, warnings = _closed_criteria(opened, unit, position, line_of)
    wanting = {
        "element_without_title": not title,
        "element_without_criteria": not criteria,
        "element_without_methods": not opened.methods,
    }
    warnings.extend(_about(unit, opened.code, opened.line, code) for code, is_wanting in wanting.items() if is_wanting)
    half = title[: len(title) // 2]
    if half and title.replace(" ", "") == half.replace(" ", "") * 2:
        warnings.append(_about(unit, opened.code, opened.line, "title_doubled", wording=half))
    return ElementOfCompetence(opened.code, title, tuple(opened.methods), tuple(criteria)), warnings


def _closed_criteria(
    opened: _OpenElement, unit: str, position: int, line_of: dict[str, int]
) -> tuple[list[PerformanceCriterion], list[StandardWarning]]:
    criteria: list[PerformanceCriterion] = []
    warnings: list[StandardWarning] = []
    for found in opened.criteria:
        code = f"{opened.code}-{found.number}"
        text = join_lines(found.texts)
        if code in line_of:
            warnings.append(_about(unit, code, found.line, "criterion_repeated", wording=text))
            continue
        line_of[code] = found.line
        warnings.extend(_number_warnings(unit, code, found, position, criteria))
        if not text:
            warnings.append(_about(unit, code, found.line, "criterion_without_text"))
        criteria.append(PerformanceCriterion(code, found.number, text))
    return criteria, warnings


def _number_warnings(
    unit: str, code: str, found: _OpenCriterion, position: int, earlier: Sequence[PerformanceCriterion]
) -> list[StandardWarning]:
    first, second = (int(figure) for figure in found.number.split("."))
    warnings = []
    if first != position:
        details = {"number": found.number, "position": position}
        warnings.append(_about(unit, code, found.line, "criterion_position", **details))
    previous = earlier[-1].number if earlier else f"{first}.0"
    if previous != f"{first}.{second - 1}":
        previous = previous if earlier else "the element's title"
        warnings.append(_about(unit, code, found.line, "criterion_sequence", previous=previous))
    return warnings


def _sequence_warnings(
    unit: str, elements: Sequence[ElementOfCompetence], line_of: dict[str, int]
) -> list[StandardWarning]:
    return [
        _about(unit, element.code, line_of[element.code], "element_sequence", previous=previous.code)
        for previous, element in pairwise(elements)
        if stem(previous.code) == stem(element.code) and counter(element.code) != counter(previous.code) + 1
    ]


def _about(unit: str, subject: str, line: int, code: str, **details: object) -> StandardWarning:
    return warn(code, unit=unit, section=SECTION, subject=subject, line=line, **details)
