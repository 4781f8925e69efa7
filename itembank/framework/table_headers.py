"""Header rows of the standard's tables, which come back on every page and may stand over several lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from itembank.framework.page_text import Line

CELLS: dict[str, tuple[str, ...]] = {
    "elements": (
        "สมรรถนะย่อย",
        "(Element)",
        "(Elements)",
        "(Element of Competence)",
        "เกณฑ์ในการปฏิบัติงาน",
        "เกณฑ์การปฏิบัติงาน",
        "(Performance Criteria)",
        "วิธีการประเมิน",
        "(Assessment)",
        "(Assessment Method)",
    ),
    "map": (
        "ความมุ่งหมายหลัก",
        "Key Purpose",
        "บทบาทหลัก",
        "Key Roles",
        "Key Role",
        "หน้าที่หลัก",
        "Key Function",
        "Key Functions",
        "หน่วยสมรรถนะ",
        "Unit of Competence",
        "หน่วยสมรรถนะย่อย",
        "สมรรถนะย่อย",
        "Element of Competence",
        "รหัส",
        "คำอธิบาย",
    ),
}
#: A cell alone could be a wrapped line of a text; a header has more.
SMALLEST_HEADER = 3
# Some documents write sara am as its two halves.
SARA_AM = ("\u0e4d\u0e32", "\u0e33")


def without_headers(lines: Sequence[Line], *, table: str) -> list[Line]:
    """Drop the header rows of a table.

    Args:
        lines: Clean lines of the table.
        table: Which table's header cells to look for: ``elements`` or ``map``.

    Returns:
        The lines that are no header.
    """
    kept: list[Line] = []
    run: list[Line] = []
    cells = 0
    for line in lines:
        here = _count_cells(line.text, table)
        if here == 0:
            kept.extend(run if cells < SMALLEST_HEADER else [])
            run, cells = [], 0
            kept.append(line)
        else:
            run.append(line)
            cells += here
    return kept + (run if cells < SMALLEST_HEADER else [])


def _count_cells(text: str, table: str) -> int:
    """How many header cells a line is made of; none where it holds anything else."""
    pattern = "|".join(re.escape(cell) for cell in sorted(CELLS[table], key=len, reverse=True))
    plain = text.replace(*SARA_AM)
    if re.fullmatch(rf"(?:(?:{pattern})\s*)+", plain) is None:
        return 0
    return len(re.findall(pattern, plain))
