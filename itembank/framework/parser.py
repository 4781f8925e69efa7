"""The text of a published occupational standard to a framework."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from itembank.framework.block_sections import UnitBlock, split_blocks
from itembank.framework.consistency import (
    check_empty_sections,
    check_header,
    check_map,
    check_procedure,
    check_stray_titles,
    placed_texts,
)
from itembank.framework.document import Framework, StandardWarning
from itembank.framework.errors import NotAStandard
from itembank.framework.functional_map import FunctionalMap, read_functional_map
from itembank.framework.header import Header, read_header
from itembank.framework.lost_letters import lost_letters
from itembank.framework.page_text import clean_lines
from itembank.framework.unit_blocks import ReadUnit, page_width, read_unit
from itembank.framework.warning_texts import warn

EXPECTED = "unit blocks that begin with “1. รหัสหน่วยสมรรถนะ” and a code"


def parse_standard(text: str, *, source_name: str) -> Framework:
    """Read the text of a published standard.

    What is odd about the text becomes a warning and is never corrected; the texts stand as they were published.

    Args:
        text: The decoded text; see ``decode_standard`` for bytes.
        source_name: What the text was read from, for messages and for the record.

    Returns:
        The framework with its warnings in the order of the text.

    Raises:
        NotAStandard: The text has no unit of competence with elements.
    """
    before, blocks = split_blocks(clean_lines(text))
    kept, warnings = _blocks_with_code(blocks)
    width = page_width(kept)
    units, repeated = _without_repeated_elements([read_unit(block, width=width) for block in kept])
    if not any(read.unit.elements for read in units):
        raise NotAStandard(source=source_name, expected=_expected(kept), found=_what_it_is(text))
    unit_codes = {read.unit.code for read in units}
    element_codes = {element.code for read in units for element in read.unit.elements}
    header = read_header(before, unit_codes=unit_codes)
    functional_map = read_functional_map(header.lines_of_map, unit_codes=unit_codes, element_codes=element_codes)
    warnings += [*repeated, *header.warnings, *functional_map.warnings, *_contradictions(header, functional_map, units)]
    framework = _framework(header, functional_map, units)
    return replace(
        framework,
        warnings=tuple(sorted(warnings, key=lambda warning: warning.line or 0)),
        source_name=source_name,
        source_sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _blocks_with_code(blocks: Sequence[UnitBlock]) -> tuple[list[UnitBlock], list[StandardWarning]]:
    kept: dict[str, UnitBlock] = {}
    warnings: list[StandardWarning] = []
    for block in blocks:
        if not block.code:
            warnings.append(warn("unit_without_code", section=1, line=block.line))
        elif block.code in kept:
            warnings.append(warn("unit_repeated", unit=block.code, section=1, line=block.line))
        else:
            kept[block.code] = block
    return list(kept.values()), warnings


def _without_repeated_elements(units: Sequence[ReadUnit]) -> tuple[list[ReadUnit], list[StandardWarning]]:
    """Leave out an element whose code an earlier unit has: a code names one thing in the whole standard."""
    owner: dict[str, str] = {}
    kept: list[ReadUnit] = []
    warnings: list[StandardWarning] = []
    for read in units:
        elements = []
        for element in read.unit.elements:
            if owner.setdefault(element.code, read.unit.code) == read.unit.code:
                elements.append(element)
                continue
            first = owner[element.code]
            details = {"where": f"first in unit {first}", "where_thai": f"ครั้งแรกในหน่วย {first}"}
            line = read.line_of[element.code]
            repeated = warn(
                "element_repeated", unit=read.unit.code, section=11, subject=element.code, line=line, **details
            )
            warnings.append(repeated)
        kept.append(replace(read, unit=replace(read.unit, elements=tuple(elements))))
    return kept, warnings


def _contradictions(header: Header, functional_map: FunctionalMap, units: Sequence[ReadUnit]) -> list[StandardWarning]:
    texts = [placed for read in units for placed in placed_texts(read)]
    warnings = [warning for read in units for warning in (*read.warnings, *check_procedure(read))]
    warnings += check_header(header, units)
    warnings += check_map(functional_map, units)
    warnings += check_empty_sections(units)
    warnings += check_stray_titles(texts)
    warnings += lost_letters(texts)
    return warnings


def _framework(header: Header, functional_map: FunctionalMap, units: Sequence[ReadUnit]) -> Framework:
    function_of = {row.code: row.parent for row in reversed(functional_map.units)}
    return Framework(
        title=header.title,
        issuer=header.issuer,
        co_issuers=header.co_issuers,
        announced=header.announced,
        skill_groups=header.skill_groups,
        target_groups=header.target_groups,
        stages=header.stages,
        qualification=header.qualification,
        outcomes=header.outcomes,
        entry_requirement=header.entry_requirement,
        target_group=header.target_group,
        key_purpose=functional_map.key_purpose,
        roles=functional_map.roles,
        units=tuple(replace(read.unit, function_code=function_of.get(read.unit.code)) for read in units),
        warnings=(),
        source_name="",
        source_sha256="",
    )


def _expected(blocks: Sequence[UnitBlock]) -> str:
    return "a table of elements and performance criteria in section 11 of a unit" if blocks else EXPECTED


def _what_it_is(text: str) -> str:
    if not text.strip():
        return "nothing: the text is empty"
    if re.match(r"\s*(?:<!doctype|<html|<\?xml|<head|<body)", text, re.IGNORECASE):
        return "a web page; save its text instead"
    if any(ord(character) < 32 and character not in "\t\n\r\f" for character in text):
        return "control characters: the file is not plain text"
    return f"none in {len(text.splitlines())} lines"
