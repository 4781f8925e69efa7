"""One unit of competence out of its block of numbered sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itembank.framework.block_sections import (
    PART_HEADINGS,
    SECTION_HEADINGS,
    Section,
    UnitBlock,
    missing_sections,
    split_parts,
)
from itembank.framework.document import EvidenceGuide, RangeStatement, StandardWarning, UnitOfCompetence
from itembank.framework.element_table import ElementTable, read_element_table
from itembank.framework.line_joining import list_items, paragraphs, printed_width, single_text
from itembank.framework.page_text import Line
from itembank.framework.warning_texts import warn

PROSE_SECTIONS = (15, 18)
#: Sections in which an empty place says nothing: section 4 only offers boxes to tick, and 11 is a table.
MAY_BE_EMPTY = (4, 11)


@dataclass(frozen=True)
class ReadUnit:
    """A unit as read, with what later checks need to know about its text.

    Args:
        unit: The unit; its key function is not known yet.
        block: The block it was read from.
        line_of: Line on which each element and criterion begins, by code.
        empty_sections: Numbers of the sections that hold nothing at all.
        warnings: What was odd.
    """

    unit: UnitOfCompetence
    block: UnitBlock
    line_of: dict[str, int]
    empty_sections: tuple[int, ...]
    warnings: tuple[StandardWarning, ...]


def page_width(blocks: Sequence[UnitBlock]) -> int:
    """Estimate how many characters a full line of running text holds: what one line in twenty reaches.

    Args:
        blocks: All blocks of the standard.

    Returns:
        Width in printed characters; tables are left out, their columns are narrow.
    """
    widths = sorted(
        printed_width(line.raw)
        for block in blocks
        for number in PROSE_SECTIONS
        if number in block.sections
        for line in block.sections[number].lines
    )
    return widths[int(0.95 * (len(widths) - 1))] if widths else 0


def read_unit(block: UnitBlock, *, width: int) -> ReadUnit:
    """Read a unit from its block.

    Args:
        block: A block with a code.
        width: Width of a full line in printed characters.

    Returns:
        The unit with every oddity as a warning.
    """
    reader = _BlockReader(block, width)
    table = read_element_table(reader.lines(11), unit=block.code)
    unit = UnitOfCompetence(
        code=block.code,
        title=reader.text(2),
        review=reader.text(3),
        occupations=reader.items(5),
        description=reader.text(6),
        level=reader.text(7),
        sector=reader.text(8),
        other_occupations=reader.items(9),
        laws=reader.items(10),
        elements=table.elements,
        prerequisites=reader.items(12),
        required_skills=reader.part_items(13, "ก"),
        required_knowledge=reader.part_items(13, "ข"),
        evidence_guide=EvidenceGuide(
            performance=reader.part_items(14, "ก"),
            knowledge=reader.part_items(14, "ข"),
            guidance=reader.part_items(14, "ค"),
        ),
        range_statement=RangeStatement(
            scope=reader.prose(reader.before_parts(15)),
            guidance=reader.prose(reader.part(15, "ก")),
            details=reader.prose(reader.part(15, "ข")),
        ),
        shared_units=reader.items(16),
        shared_industries=reader.items(17),
        assessment_procedure=reader.prose(reader.lines(18)),
    )
    return _with_warnings(unit, block, table, reader)


def _with_warnings(unit: UnitOfCompetence, block: UnitBlock, table: ElementTable, reader: _BlockReader) -> ReadUnit:
    warnings = [*block.warnings, *_missing(block), *table.warnings]
    if not unit.title and 2 in block.sections:
        line = block.sections[2].heading.number
        warnings.append(warn("section_empty", unit=unit.code, section=2, line=line, heading=SECTION_HEADINGS[2]))
    empty = tuple(
        section.number
        for section in block.sections.values()
        if not section.lines and section.number not in (2, *MAY_BE_EMPTY)
    )
    return ReadUnit(unit, block, table.line_of, empty, tuple(warnings + list(reader.missing_parts())))


def _missing(block: UnitBlock) -> Iterator[StandardWarning]:
    for number in missing_sections(block):
        yield warn(
            "section_missing", unit=block.code, section=number, line=block.line, heading=SECTION_HEADINGS[number]
        )


class _BlockReader:
    """Reads a block's sections as texts and lists; a missing section reads as an empty one."""

    def __init__(self, block: UnitBlock, width: int) -> None:
        self.block = block
        self.width = width
        self.parts = {
            number: split_parts(block.sections[number]) for number in PART_HEADINGS if number in block.sections
        }

    def lines(self, number: int) -> tuple[Line, ...]:
        section: Section | None = self.block.sections.get(number)
        return section.lines if section else ()

    def text(self, number: int) -> str:
        return single_text([line.raw for line in self.lines(number)])

    def items(self, number: int) -> tuple[str, ...]:
        return list_items([line.raw for line in self.lines(number)])

    def before_parts(self, number: int) -> tuple[Line, ...]:
        return self.parts[number][0] if number in self.parts else ()

    def part(self, number: int, letter: str) -> tuple[Line, ...]:
        return self.parts[number][1].get(letter, ()) if number in self.parts else ()

    def part_items(self, number: int, letter: str) -> tuple[str, ...]:
        lines = self.part(number, letter)
        # Without its heading a part's lines stand before the others; they belong to the first part then.
        if letter == "ก":
            lines = (*self.before_parts(number), *lines)
        return list_items([line.raw for line in lines])

    def prose(self, lines: Sequence[Line]) -> tuple[str, ...]:
        return paragraphs([line.raw for line in lines], page_width=self.width)

    def missing_parts(self) -> Iterator[StandardWarning]:
        for number, (_, found) in self.parts.items():
            for letter, heading in PART_HEADINGS[number].items():
                if letter not in found:
                    line = self.block.sections[number].heading.number
                    details = {"letter": letter, "heading": heading}
                    yield warn("part_missing", unit=self.block.code, section=number, line=line, **details)
