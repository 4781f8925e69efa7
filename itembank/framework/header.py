"""What stands before the functional map: names, organisations, groups, the qualification and the list of units."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from itembank.framework.codes import is_code, shape
from itembank.framework.document import StandardWarning
from itembank.framework.line_joining import join_lines, single_text
from itembank.framework.page_text import Line
from itembank.framework.warning_texts import warn

REMARKS = r"\s*(?:\([^()]*\)\s*)*"
#: The parts of a header. A heading has its number in the numbered list, or stands alone on its line below “10.”.
HEADINGS: dict[str, str] = {
    "title": r"\d+\s*\.\s*ชื่อมาตรฐานอาชีพ(?P<inline>.*)",
    "revisions": r"\d+\s*\.\s*ประวัติการปรับปรุงมาตรฐาน.*",
    "imprint": r"\d+\s*\.\s*ทะเบียนอ้างอิง.*",
    "introduction": r"\d+\s*\.\s*ข้อมูลเบื้องต้น" + REMARKS,
    "revision": r"\d+\s*\.\s*ครั้งที่.*",
    "qualification": r"\d+\s*\.\s*คุณวุฒิวิชาชีพที่ครอบคลุม.*",
    "related": r"\d+\s*\.\s*คุณวุฒิวิชาชีพที่เกี่ยวข้อง.*",
    "all_units": r"\d+\s*\.\s*หน่วยสมรรถนะทั้งหมด.*",
    "level": r"\d+\s*\.\s*ระดับคุณวุฒิ" + REMARKS,
    "outcomes": r"คุณลักษณะของผลการเรียนรู้" + REMARKS,
    "entry_requirement": r"การเลื่อนระดับคุณวุฒิวิชาชีพ" + REMARKS,
    "renewal": r"หลักเกณฑ์การต่ออายุ.*",
    "target_group": r"กลุ่มบุคคลในอาชีพ" + REMARKS,
    "qualification_units": r"หน่วยสมรรถนะ\s*\(\s*หน่วยสมรรถนะทั้งหมด.*",
    "map": r".*ตารางแผนผังแสดงหน้าที่.*|.*FUNCTIONAL\s+MAP.*",
}
REQUIRED = ("qualification", "outcomes", "entry_requirement", "target_group")
LEVEL = re.compile(r"10\s*\.\s*\d+\s+.*")
ANNOUNCED = re.compile(r"ประกาศใช้\s*ณ\s*(?:วันที่\s*)?(\S+)")
DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
#: Years of the Buddhist Era are 543 ahead; no standard is older than this in either count.
BUDDHIST_ERA = 543
FIRST_BUDDHIST_YEAR = 2400
THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
ISSUER = re.compile(r"สถาบันคุณวุฒิวิชาชีพ(?:\s*\(องค์การมหาชน\))?")
#: An entry of a list that the introduction announces: a name with one or more glosses in brackets.
ENTRY = re.compile(r"\s*(?:,|และ)?\s*([^(),]+?\s*\([^()]*\)(?:\s*\([^()]*\))*)")


@dataclass(frozen=True)
class ListedUnit:
    """A unit in the header's lists."""

    code: str
    title: str
    line: int


@dataclass(frozen=True)
class Header:
    """What the header says; see ``Framework`` for the fields.

    Args:
        listed_units: The list of all units; the qualification's own list where there is none.
        lines_of_map: The lines from the functional map on.
    """

    title: str
    issuer: str
    co_issuers: tuple[str, ...]
    announced: str | None
    skill_groups: tuple[str, ...]
    target_groups: tuple[str, ...]
    stages: tuple[str, ...]
    qualification: str
    outcomes: str
    entry_requirement: str
    target_group: str
    listed_units: tuple[ListedUnit, ...]
    lines_of_map: tuple[Line, ...]
    warnings: tuple[StandardWarning, ...]


def read_header(lines: Sequence[Line], *, unit_codes: Collection[str]) -> Header:
    """Read the header.

    Args:
        lines: Clean lines before the first unit's block.
        unit_codes: Codes of the units' blocks, by whose look the codes of the lists are known.

    Returns:
        The header with every oddity as a warning.
    """
    parts = _parts(lines)
    warnings: list[StandardWarning] = []
    title = _text(parts, "title")
    if not title:
        warnings.append(warn("title_missing"))
    introduction = _text(parts, "introduction").translate(THAI_DIGITS)
    organisations = _announced_list(introduction, "หน่วยงาน", warnings)
    issuer = organisations[0] if organisations else _issuer(lines)
    if not issuer:
        warnings.append(warn("issuer_missing"))
    announced = _announced(lines, warnings)
    warnings.extend(_missing_parts(parts))
    return Header(
        title=title,
        issuer=issuer,
        co_issuers=organisations[1:],
        announced=announced,
        skill_groups=_announced_list(introduction, "กลุ่มทักษะ", warnings),
        target_groups=_announced_list(introduction, "กลุ่มเป้าหมาย", warnings),
        stages=_announced_list(introduction, "ระยะ", warnings),
        qualification=_text(parts, "qualification"),
        outcomes=_text(parts, "outcomes"),
        entry_requirement=_text(parts, "entry_requirement"),
        target_group=_text(parts, "target_group"),
        listed_units=tuple(_listed_units(parts, unit_codes)),
        lines_of_map=tuple(parts.get("map", ())),
        warnings=tuple(warnings),
    )


def _parts(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Sort the lines under the headings; of a part that comes again (another level) only the first is kept."""
    parts: dict[str, list[Line]] = {}
    target: list[Line] = []
    for line in lines:
        key, inline = ("", "") if "map" in parts else _heading(line.text)
        if key:
            target = []
            parts.setdefault(key, target)
        if key == "map":
            target.append(line)
        elif inline:
            target.append(Line(line.number, inline, line.page))
        elif not key:
            if "level" in parts and LEVEL.fullmatch(line.text):
                target = parts.setdefault("levels", [])
            target.append(line)
    return parts


def _heading(text: str) -> tuple[str, str]:
    for key, pattern in HEADINGS.items():
        match = re.fullmatch(pattern, text)
        if match is not None:
            return key, match.groupdict().get("inline", "").strip()
    return "", ""


def _text(parts: dict[str, list[Line]], key: str) -> str:
    return single_text([line.raw for line in parts.get(key, ())])


def _missing_parts(parts: dict[str, list[Line]]) -> Iterator[StandardWarning]:
    for key in REQUIRED:
        if key not in parts:
            heading = re.findall(r"[\u0e00-\u0e7f]+", HEADINGS[key])[0]
            yield warn("header_part_missing", heading=heading)
    levels = [line for line in parts.get("levels", ()) if LEVEL.fullmatch(line.text)]
    if len(levels) > 1:
        yield warn("several_qualifications", section=10, line=levels[1].number, count=len(levels))


def _announced_list(introduction: str, label: str, warnings: list[StandardWarning]) -> tuple[str, ...]:
    """Read a list that the introduction announces with its length: “7 กลุ่มทักษะ ได้แก่ …”."""
    match = re.search(rf"(\d+)\s*{label}[^\d]{{0,120}}?ได้แก่", introduction)
    if match is None:
        return ()
    stated = int(match.group(1))
    entries: list[str] = []
    position = match.end()
    while len(entries) < stated:
        entry = ENTRY.match(introduction, position)
        if entry is None:
            warnings.append(warn("stated_count", section=4, label=label, stated=stated, found=len(entries)))
            break
        entries.append(entry.group(1).strip())
        position = entry.end()
    return tuple(entries)


def _issuer(lines: Sequence[Line]) -> str:
    match = ISSUER.search(join_lines(line.raw for line in lines))
    return match.group() if match else ""


def _announced(lines: Sequence[Line], warnings: list[StandardWarning]) -> str | None:
    found = [(line.number, match.group(1)) for line in lines if (match := ANNOUNCED.search(line.text))]
    if not found:
        warnings.append(warn("date_missing"))
        return None
    printed = list(dict.fromkeys(text for _, text in found))
    if len(printed) > 1:
        warnings.append(warn("dates_differ", line=found[1][0], dates=", ".join(printed)))
    announced = _iso_date(printed[0].translate(THAI_DIGITS))
    if announced is None:
        warnings.append(warn("date_unreadable", line=found[0][0], date=printed[0]))
    return announced


def _iso_date(printed: str) -> str | None:
    match = DATE.fullmatch(printed)
    if match is None:
        return None
    day, month, year = (int(figure) for figure in match.groups())
    try:
        return date(year - BUDDHIST_ERA if year >= FIRST_BUDDHIST_YEAR else year, month, day).isoformat()
    except ValueError:
        return None


def _listed_units(parts: dict[str, list[Line]], unit_codes: Collection[str]) -> Iterator[ListedUnit]:
    shapes = {shape(code) for code in unit_codes}
    key = "all_units" if parts.get("all_units") else "qualification_units"
    rows: list[tuple[str, int, list[str]]] = []
    for line in parts.get(key, ()):
        code, _, title = line.text.partition(" ")
        if code in unit_codes or (is_code(code) and shape(code) in shapes):
            rows.append((code, line.number, [title]))
        elif rows:
            rows[-1][2].append(line.raw)
    for code, number, titles in rows:
        yield ListedUnit(code, join_lines(titles), number)
