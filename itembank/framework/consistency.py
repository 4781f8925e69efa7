"""Where the parts of a standard contradict each other: header against map against blocks, procedure against methods."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from itembank.framework.block_sections import SECTION_HEADINGS
from itembank.framework.document import AssessmentMethod, ElementOfCompetence, StandardWarning
from itembank.framework.functional_map import FunctionalMap, MapRow
from itembank.framework.header import Header
from itembank.framework.lost_letters import PlacedText
from itembank.framework.unit_blocks import ReadUnit
from itembank.framework.warning_texts import warn

HEADER_PLACE = ("header's list", "รายการของส่วนต้น")
MAP_PLACE = ("functional map", "ตารางแผนผังแสดงหน้าที่")
METHOD_WORDS: dict[AssessmentMethod, tuple[str, str, str]] = {
    "written": ("ข้อเขียน", "a written exam", "ข้อสอบข้อเขียน"),
    "interview": ("สัมภาษณ์", "an interview", "การสัมภาษณ์"),
    "demonstration": ("สาธิต", "a demonstration", "การสาธิตการปฏิบัติงาน"),
}
#: Evidence of performance is another name that section 18 uses for what the table calls a demonstration.
EVIDENCE = "หลักฐานการปฏิบัติงาน"
#: A running title is long, names a standard, and ends more than one text.
RUNNING_TITLE = re.compile(r"\s(มาตรฐาน\S{25,})$")


def check_header(header: Header, units: Sequence[ReadUnit]) -> Iterator[StandardWarning]:
    """Compare the header's list of units with the blocks."""
    if not header.listed_units:
        yield warn("unit_list_missing", section=9)
        return
    titles = {read.unit.code: read.unit.title for read in units}
    for listed in header.listed_units:
        if listed.code not in titles:
            yield warn("listed_without_block", section=9, line=listed.line, listed=listed.code, title=listed.title)
        elif not _same_words(listed.title, titles[listed.code]):
            yield _title_differs(
                listed.code, listed.code, listed.line, 2, HEADER_PLACE, (listed.title, titles[listed.code])
            )
    listed_codes = {listed.code for listed in header.listed_units}
    for read in units:
        if read.unit.code not in listed_codes:
            yield warn("block_not_listed", unit=read.unit.code, section=1, line=read.block.line)


def check_map(functional_map: FunctionalMap, units: Sequence[ReadUnit]) -> Iterator[StandardWarning]:
    """Compare the functional map with the blocks and its tables with each other."""
    for previous, role in pairwise(functional_map.roles):
        if role.code.isdecimal() and previous.code.isdecimal() and int(role.code) != int(previous.code) + 1:
            yield warn("role_sequence", subject=role.code, previous=previous.code)
    if not functional_map.units:
        return
    yield from _check_functions(functional_map)
    for row in functional_map.unknown:
        yield warn("map_code_without_block", subject=row.code, line=row.line, title=row.title)
    shown_units = {row.code for row in functional_map.units}
    for read in units:
        if read.unit.code not in shown_units:
            yield warn("unit_not_in_map", unit=read.unit.code, section=1, line=read.block.line)
        yield from _check_elements(functional_map, read)
    titles = {read.unit.code: read.unit.title for read in units}
    for row in _first_rows(functional_map.units):
        if not _same_words(row.title, titles[row.code]):
            yield _title_differs(row.code, row.code, row.line, 2, MAP_PLACE, (row.title, titles[row.code]))


def _first_rows(rows: Iterable[MapRow]) -> Iterator[MapRow]:
    """Rows without those that a page break repeats word for word."""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        key = (row.code, "".join(row.title.split()))
        if key not in seen:
            seen.add(key)
            yield row


def _check_elements(functional_map: FunctionalMap, read: ReadUnit) -> Iterator[StandardWarning]:
    shown: dict[str, list[MapRow]] = {}
    for row in _first_rows(functional_map.elements):
        shown.setdefault(row.code, []).append(row)
    for element in read.unit.elements:
        unit, line = read.unit.code, read.line_of[element.code]
        if element.code not in shown:
            yield warn("element_not_in_map", unit=unit, section=11, subject=element.code, line=line)
        for row in shown.get(element.code, ()):
            if row.parent not in (None, unit):
                yield warn("element_under_other_unit", unit=unit, subject=element.code, line=row.line, other=row.parent)
            if not _same_words(row.title, element.title):
                yield _title_differs(unit, element.code, row.line, 11, MAP_PLACE, (row.title, element.title))


def _check_functions(functional_map: FunctionalMap) -> Iterator[StandardWarning]:
    in_roles = {function.code for role in functional_map.roles for function in role.functions}
    if not in_roles:
        return
    for code, line in functional_map.functions.items():
        if code not in in_roles:
            yield warn("function_without_role", subject=code, line=line)
    with_units = {row.parent for row in functional_map.units}
    for code in sorted(in_roles - with_units):
        yield warn("function_without_units", subject=code)


def _title_differs(
    unit: str, subject: str, line: int, section: int, place: tuple[str, str], titles: tuple[str, str]
) -> StandardWarning:
    other, title = titles
    return warn(
        "title_differs",
        unit=unit,
        section=section,
        subject=subject,
        line=line,
        other=other,
        title=title,
        place=place[0],
        place_thai=place[1],
    )


def _same_words(one: str, other: str) -> bool:
    """Whether two wordings agree apart from spaces, which line ends blur."""
    return "".join(one.split()) == "".join(other.split())


def check_procedure(read: ReadUnit) -> Iterator[StandardWarning]:
    """Compare the assessment procedure of section 18 with the methods of the elements."""
    procedure = " ".join(read.unit.assessment_procedure)
    used = {method for element in read.unit.elements for method in element.methods}
    named = {method for method, (word, _, _) in METHOD_WORDS.items() if word in procedure}
    if EVIDENCE in procedure and named and "demonstration" in used:
        named.add("demonstration")
    if not named or not read.unit.elements:
        return
    line = read.block.sections[18].heading.number
    for method, (_, english, thai) in METHOD_WORDS.items():
        if (method in named) != (method in used):
            code = "procedure_method_unused" if method in named else "procedure_method_unnamed"
            yield warn(code, unit=read.unit.code, section=18, line=line, method=english, method_thai=thai)


def check_empty_sections(units: Sequence[ReadUnit]) -> Iterator[StandardWarning]:
    """Report empty sections: one by one, or once where every unit leaves the section empty."""
    times = Counter(number for read in units for number in read.empty_sections)
    for number, count in sorted(times.items()):
        if count == len(units) > 1:
            yield warn("section_empty_everywhere", section=number, heading=SECTION_HEADINGS[number], count=count)
            continue
        for read in units:
            if number in read.empty_sections:
                yield warn(
                    "section_empty",
                    unit=read.unit.code,
                    section=number,
                    line=read.block.sections[number].heading.number,
                    heading=SECTION_HEADINGS[number],
                )


def check_stray_titles(texts: Sequence[PlacedText]) -> Iterator[StandardWarning]:
    """Find a running title that got into the texts: the same long name of a standard at the end of several."""
    endings = [(placed, match.group(1)) for placed in texts if (match := RUNNING_TITLE.search(placed.text))]
    times = Counter(ending for _, ending in endings)
    for placed, ending in endings:
        if times[ending] > 1:
            yield warn("stray_title", unit=placed.unit, section=placed.section, line=placed.line, wording=ending)


def placed_texts(read: ReadUnit) -> Iterator[PlacedText]:
    """Give every text of a unit with its place.

    Args:
        read: A unit and the block it was read from.

    Yields:
        Each title, criterion, paragraph and list entry.
    """
    unit = read.unit
    by_section: dict[int, tuple[str, ...]] = {
        2: (unit.title,),
        5: unit.occupations,
        6: (unit.description,),
        8: (unit.sector,),
        9: unit.other_occupations,
        10: unit.laws,
        12: unit.prerequisites,
        13: unit.required_skills + unit.required_knowledge,
        14: unit.evidence_guide.performance + unit.evidence_guide.knowledge + unit.evidence_guide.guidance,
        15: unit.range_statement.scope + unit.range_statement.guidance + unit.range_statement.details,
        16: unit.shared_units,
        17: unit.shared_industries,
        18: unit.assessment_procedure,
    }
    for section, texts in by_section.items():
        for text in texts:
            if text:
                yield PlacedText(text, unit.code, section, None, _line_of_ending(read, section, text))
    for element in unit.elements:
        yield from _placed_element(read, element)


def _placed_element(read: ReadUnit, element: ElementOfCompetence) -> Iterator[PlacedText]:
    texts = {element.code: element.title} | {criterion.code: criterion.text for criterion in element.criteria}
    for code, text in texts.items():
        if text:
            line = _line_of_ending(read, 11, text, start=read.line_of[code])
            yield PlacedText(text, read.unit.code, 11, code, line)


def _line_of_ending(read: ReadUnit, section: int, text: str, *, start: int = 0) -> int:
    """The line that a text ends on; the place where the text begins where an inner bullet hides its end."""
    for line in read.block.sections[section].lines:
        visible = line.text.strip("−• ")
        if line.number >= start and visible and (visible.endswith(text) or text.endswith(visible)):
            return line.number
    return max(start, read.block.sections[section].heading.number)
