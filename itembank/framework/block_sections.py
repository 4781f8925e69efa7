"""A unit's block cut into its numbered sections and lettered parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from itembank.framework.document import StandardWarning
from itembank.framework.page_text import Line
from itembank.framework.warning_texts import warn

SECTION_HEADINGS: dict[int, str] = {
    1: "รหัสหน่วยสมรรถนะ",
    2: "ชื่อหน่วยสมรรถนะ",
    3: "ทบทวนครั้งที่",
    4: "สร้างใหม่",
    5: "สำหรับชื่ออาชีพและรหัสอาชีพ",
    6: "คำอธิบายหน่วยสมรรถนะ",
    7: "สำหรับระดับคุณวุฒิ",
    8: "กลุ่มอาชีพ",
    9: "ชื่ออาชีพและรหัสอาชีพอื่น",
    10: "ข้อกำหนดหรือกฎระเบียบที่เกี่ยวข้อง",
    11: "สมรรถนะย่อยและเกณฑ์การปฏิบัติงาน",
    12: "ความรู้และทักษะก่อนหน้าที่จำเป็น",
    13: "ทักษะและความรู้ที่ต้องการ",
    14: "หลักฐานที่ต้องการ",
    15: "ขอบเขต",
    16: "หน่วยสมรรถนะร่วม",
    17: "อุตสาหกรรมร่วม",
    18: "รายละเอียดกระบวนการและวิธีการประเมิน",
}
PART_HEADINGS: dict[int, dict[str, str]] = {
    13: {"ก": "ความต้องการด้านทักษะ", "ข": "ความต้องการด้านความรู้"},
    14: {"ก": "หลักฐานการปฏิบัติงาน", "ข": "หลักฐานความรู้", "ค": "คำแนะนำในการประเมิน"},
    15: {"ก": "คำแนะนำ", "ข": "คำอธิบายรายละเอียด"},
}
#: Sections whose value stands behind the heading on the same line, so that nothing but the heading may be cut off.
INLINE_SECTIONS = (1, 2, 3)

NUMBERED = re.compile(r"(\d{1,2})\s*[.)]\s*(.+)")
LETTERED = re.compile(r"\(\s*([ก-ฮ])\s*\)\s*(.+)")
# What may still belong to a heading: the rest of its words, then remarks such as “(Sector)” or “(ถ้ามี)”.
REST_OF_HEADING = re.compile(r"[^\s(]*\s*(?:\([^()]*\)\s*)*")
REMARKS = re.compile(r"\s*(?:\([^()]*\)\s*)*")


@dataclass(frozen=True)
class Section:
    """One section of a block.

    Args:
        number: By the heading's words, whatever figure is printed.
        heading: The first line of the section.
        lines: What stands under the heading, or behind it on its line.
    """

    number: int
    heading: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class UnitBlock:
    """One unit's block.

    Args:
        sections: By number.
        warnings: What was odd about the headings.
    """

    sections: dict[int, Section]
    warnings: tuple[StandardWarning, ...] = ()

    @property
    def code(self) -> str:
        """The unit's code, empty where section 1 holds none."""
        words = self.text_after_heading(1).split()
        return words[0] if words else ""

    @property
    def line(self) -> int:
        """Where the block begins."""
        return min(section.heading.number for section in self.sections.values())

    def text_after_heading(self, number: int) -> str:
        """First line of a section, empty where there is none."""
        section = self.sections.get(number)
        return section.lines[0].text if section and section.lines else ""


@dataclass
class _OpenBlock:
    found: list[tuple[int, int, Line, list[Line]]] = field(default_factory=list)


def section_heading(line: Line) -> tuple[int, int, str] | None:
    """Recognise a section heading by its words.

    Returns:
        The section's number, the printed number, and what stands behind the heading; or None.
    """
    match = NUMBERED.match(line.text)
    if match is None:
        return None
    printed = int(match.group(1))
    for number, heading in SECTION_HEADINGS.items():
        rest = _after(match.group(2), heading)
        # A numbered list may begin with a heading's words (“1. ขอบเขตของงาน”): with another number they stand alone.
        if rest is not None and (printed == number or number in INLINE_SECTIONS or REMARKS.fullmatch(rest)):
            inline = rest if number in INLINE_SECTIONS else REST_OF_HEADING.sub("", rest, count=1)
            return number, printed, inline.strip()
    return None


def _after(words: str, heading: str) -> str | None:
    """What follows a heading whose letters may stand apart; None where the words are others."""
    pattern = r"\s*".join(map(re.escape, heading))
    match = re.match(pattern, words)
    return None if match is None else words[match.end() :]


def split_blocks(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[UnitBlock, ...]]:
    """Cut a text into what comes before the first unit and the units' blocks.

    Args:
        lines: Clean lines of the whole text.

    Returns:
        The lines before the first block, and the blocks in order.
    """
    before: list[Line] = []
    blocks: list[_OpenBlock] = []
    for line in lines:
        heading = section_heading(line)
        if heading is not None and (heading[0] == 1 or (blocks and _begins_anew(blocks[-1], heading[0]))):
            blocks.append(_OpenBlock())
        if not blocks:
            before.append(line)
        elif heading is None:
            blocks[-1].found[-1][3].append(line)
        else:
            number, printed, inline = heading
            behind = [Line(line.number, inline, line.page)] if inline else []
            blocks[-1].found.append((number, printed, line, behind))
    return tuple(before), tuple(_closed(block) for block in blocks)


def _begins_anew(block: _OpenBlock, number: int) -> bool:
    """A title right after the last sections begins a block whose code was lost; without a code it can't be kept."""
    return number == 2 and any(found[0] > 10 for found in block.found)


def _closed(block: _OpenBlock) -> UnitBlock:
    sections: dict[int, Section] = {}
    warnings: list[StandardWarning] = []
    code = block.found[0][3][0].text.split()[0] if block.found[0][0] == 1 and block.found[0][3] else None
    for number, printed, line, lines in block.found:
        words = SECTION_HEADINGS[number]
        if printed != number:
            number_warning = warn(
                "section_number", unit=code, section=number, line=line.number, heading=words, printed=printed
            )
            warnings.append(number_warning)
        if number in sections:
            warnings.append(warn("section_repeated", unit=code, section=number, line=line.number, heading=words))
            lines = [*sections[number].lines, *lines]
            line = sections[number].heading
        sections[number] = Section(number, line, tuple(lines))
    return UnitBlock(sections, tuple(warnings))


def split_parts(section: Section) -> tuple[tuple[Line, ...], dict[str, tuple[Line, ...]]]:
    """Cut a section into what stands before its lettered parts, and the parts.

    Args:
        section: A section of which ``PART_HEADINGS`` knows the parts.

    Returns:
        The lines before the first part, and the lines of each part by its letter.
    """
    before: list[Line] = []
    parts: dict[str, list[Line]] = {}
    target = before
    for line in section.lines:
        letter, inline = _part_heading(line, PART_HEADINGS[section.number])
        if letter is None:
            target.append(line)
            continue
        target = parts.setdefault(letter, [])
        if inline:
            target.append(Line(line.number, inline, line.page))
    return tuple(before), {letter: tuple(lines) for letter, lines in parts.items()}


def _part_heading(line: Line, headings: dict[str, str]) -> tuple[str | None, str]:
    match = LETTERED.match(line.text)
    if match is None or match.group(1) not in headings:
        return None, ""
    rest = _after(match.group(2), headings[match.group(1)])
    if rest is None:
        return None, ""
    return match.group(1), REST_OF_HEADING.sub("", rest, count=1).strip()


def missing_sections(block: UnitBlock) -> Iterable[int]:
    """Numbers of the sections that a block does not have."""
    return (number for number in SECTION_HEADINGS if number not in block.sections)
