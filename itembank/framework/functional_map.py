"""The functional map: purpose, roles and functions in one table, functions, units and elements in the other.

The map's columns came out as one stream of lines, in which codes stand at a line's start or in its middle and may be
cut in two (``Dlit10``, then ``1``). The unit blocks hold the codes whole, so the map is read with those codes in hand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from itembank.framework.codes import CODE, is_code, shape, stem
from itembank.framework.document import KeyFunction, KeyRole, StandardWarning
from itembank.framework.line_joining import is_thai, join_lines
from itembank.framework.page_text import Line
from itembank.framework.table_headers import without_headers
from itembank.framework.warning_texts import warn

TABLE_HEADING = re.compile(r"FUNCTIONAL\s+MAP", re.IGNORECASE)
UNITS_TABLE = re.compile(r"UNIT\s+OF\s+COMPETENCE", re.IGNORECASE)
# What stands around the tables: the chapter's heading, the date, and the sentence that explains a map.
FURNITURE = re.compile(r"(?:\d+\s*\.\s*)?ตารางแสดงหน้าที่.*|ประกาศใช้\s*ณ.*")
EXPLANATION = re.compile(r"ค(?:ำ|ํา)อธิบาย(?:\s*ตารางแผนผัง.*)?|ตารางแผนผัง.*")
ROLE_CODE = re.compile(r"[0-9]{1,3}|[A-Z]{1,3}[0-9]{0,3}")
#: In how many pieces a code may be cut.
LARGEST_CUT = 3


@dataclass(frozen=True)
class MapRow:
    """A unit or an element as the map shows it.

    Args:
        code: Put together where it was cut.
        title: The wording in the map.
        parent: Function of a unit, unit of an element; None where the map shows none before it.
        line: Where the code stands.
    """

    code: str
    title: str
    parent: str | None
    line: int


@dataclass(frozen=True)
class FunctionalMap:
    """Both tables of the map.

    Args:
        key_purpose: First column of the first table.
        roles: With their functions.
        functions: Code and line of every function of the second table.
        units: Rows that a unit's block or the unit column accounts for.
        elements: Rows of elements.
        unknown: Rows whose codes no block has.
        warnings: Missing tables.
    """

    key_purpose: str = ""
    roles: tuple[KeyRole, ...] = ()
    functions: dict[str, int] = field(default_factory=dict)
    units: tuple[MapRow, ...] = ()
    elements: tuple[MapRow, ...] = ()
    unknown: tuple[MapRow, ...] = ()
    warnings: tuple[StandardWarning, ...] = ()


@dataclass
class _Piece:
    """A code (``code`` set) or a stretch of text in a table."""

    line: Line
    text: str = ""
    code: str = ""
    starts_line: bool = False


@dataclass
class _OpenRow:
    code: str
    line: int
    parent: str | None = None
    texts: list[str] = field(default_factory=list)


def read_functional_map(
    lines: Sequence[Line], *, unit_codes: Collection[str], element_codes: Collection[str]
) -> FunctionalMap:
    """Read the functional map.

    Args:
        lines: Clean lines before the first unit's block.
        unit_codes: Codes of the units' blocks.
        element_codes: Codes of the elements in those blocks.

    Returns:
        The map; what it contradicts is for the caller to compare.
    """
    roles_table, units_table = _tables(lines)
    candidates = {word for line in roles_table for word in _words_before_thai(line.text)}
    pieces = list(_pieces(units_table, {*unit_codes, *element_codes}))
    functions = _function_codes(pieces, candidates)
    in_roles = functions | _alike(candidates, functions) if functions else _without_roles(candidates, roles_table)
    purpose, roles = _read_roles(roles_table, in_roles)
    rows, function_lines = _read_rows(pieces, functions, unit_codes, element_codes)
    return FunctionalMap(
        key_purpose=purpose,
        roles=roles,
        functions=function_lines,
        units=tuple(row for row in rows if row.code in unit_codes),
        elements=tuple(row for row in rows if row.code in element_codes and row.code not in unit_codes),
        unknown=tuple(row for row in rows if row.code not in unit_codes and row.code not in element_codes),
        warnings=tuple(_missing_tables(roles_table, units_table)),
    )


def _missing_tables(roles_table: Sequence[Line], units_table: Sequence[Line]) -> Iterator[StandardWarning]:
    if not roles_table:
        yield warn(
            "map_missing",
            table="KEY PURPOSE, KEY ROLES, KEY FUNCTION",
            consequence="key purpose and roles are left empty",
            consequence_thai="จึงเว้นความมุ่งหมายหลักและบทบาทหลักว่างไว้",
        )
    if not units_table:
        yield warn(
            "map_missing",
            table="KEY FUNCTION, UNIT OF COMPETENCE, ELEMENT OF COMPETENCE",
            consequence="no unit is put under a key function",
            consequence_thai="หน่วยสมรรถนะจึงไม่อยู่ภายใต้หน้าที่หลักใด",
        )


def _tables(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Find the lines of both tables, without headings, header rows and explanations."""
    tables: tuple[list[Line], list[Line]] = ([], [])
    target: list[Line] | None = None
    for line in without_headers(lines, table="map"):
        if TABLE_HEADING.search(line.text):
            target = tables[1 if UNITS_TABLE.search(line.text) else 0]
        elif EXPLANATION.fullmatch(line.text):
            target = None
        elif target is not None and not FURNITURE.fullmatch(line.text):
            target.append(line)
    return tables


def _words_before_thai(text: str) -> Iterator[str]:
    """Words that look like codes and have Thai text, or nothing, behind them."""
    for match in re.finditer(r"\S+", text):
        behind = text[match.end() :].strip()
        if CODE.fullmatch(match.group()) and (not behind or is_thai(behind[0])):
            yield match.group()


def _pieces(lines: Sequence[Line], known: Collection[str]) -> Iterator[_Piece]:
    """Cut the second table into codes and texts, putting cut codes together."""
    rest = list(lines)
    while rest:
        line = rest.pop(0)
        start = 0
        for match in re.finditer(r"\S+", line.raw):
            is_first = not line.raw[: match.start()].strip()
            code, consumed = _code_at(line.raw, match, rest, known, is_first=is_first)
            if not code:
                continue
            yield _Piece(line, text=line.raw[start : match.start()], starts_line=start == 0)
            yield _Piece(line, code=code)
            start = match.end()
            _consume(rest, consumed)
        yield _Piece(line, text=line.raw[start:], starts_line=start == 0)


def _code_at(
    raw: str, match: re.Match[str], following: Sequence[Line], known: Collection[str], *, is_first: bool
) -> tuple[str, int]:
    """Recognise a code at a word; returns it with the number of following lines whose first word belongs to it."""
    word = match.group()
    if word in known:
        return word, 0
    if not CODE.fullmatch(word.rstrip("-")):
        return "", 0
    if not raw[match.end() :].strip() and any(code.startswith(word) for code in known):
        joined = _joined_code(word, following, known)
        if joined[0]:
            return joined
    if is_first and is_code(word) and shape(word) in {shape(code) for code in known}:
        return word, 0
    return "", 0


def _joined_code(word: str, following: Sequence[Line], known: Collection[str]) -> tuple[str, int]:
    stems = {stem(code) for code in known}
    joined = word
    for count, line in enumerate(following[: LARGEST_CUT - 1], start=1):
        joined += line.text.split()[0]
        if joined in known or (stem(joined) in stems and CODE.fullmatch(joined)):
            return joined, count
    return "", 0


def _consume(rest: list[Line], count: int) -> None:
    """Take the first word off each of the next lines, and the line where nothing is left of it."""
    for _ in range(count):
        line = rest.pop(0)
        text = line.text.split(maxsplit=1)[1:]
        if text:
            rest.insert(0, Line(line.number, text[0], line.page))


def _function_codes(pieces: Sequence[_Piece], candidates: Collection[str]) -> set[str]:
    """Functions stand at a line's start in the second table, and somewhere in the first one if there is one.

    A wrapped line may begin with a Latin word, so a word that the first table does not have must look like one it has.
    """
    first_words = {
        word
        for piece in pieces
        if piece.starts_line
        for word in list(_words_before_thai(piece.text))[:1]
        if piece.text.strip().startswith(word)
    }
    if not candidates:
        return first_words
    certain = first_words & set(candidates)
    return certain | _alike(first_words, certain)


def _alike(words: Collection[str], functions: Collection[str]) -> set[str]:
    """Words that look like functions; only figures make sure that a Latin word of the text is not taken for a code."""
    shapes = {shape(code) for code in functions}
    return {word for word in words if is_code(word) and shape(word) in shapes}


def _without_roles(candidates: Collection[str], lines: Sequence[Line]) -> set[str]:
    role = _first_role(lines, ())
    return {code for code in candidates if role is None or not _looks_like(code, role)}


def _looks_like(word: str, role: str) -> bool:
    """Whether a word has the outline of a role's code: ``02`` that of ``01``, ``B`` that of ``A``."""
    return len(word) == len(role) and shape(word) == shape(role) and ROLE_CODE.fullmatch(word) is not None


def _first_role(lines: Sequence[Line], functions: Collection[str]) -> str | None:
    for line in lines:
        for word in list(_words_before_thai(line.text))[:1]:
            if line.text.startswith(word) and ROLE_CODE.fullmatch(word) and word not in functions:
                return word
    return None


def _read_roles(lines: Sequence[Line], functions: Collection[str]) -> tuple[str, tuple[KeyRole, ...]]:
    first_role = _first_role(lines, functions)
    purpose: list[str] = []
    roles: list[tuple[_OpenRow, list[_OpenRow]]] = []
    target = purpose
    for line in lines:
        start = 0
        for match in re.finditer(r"\S+", line.raw):
            word = match.group()
            is_first = not line.raw[: match.start()].strip()
            is_function = bool(roles) and word in functions
            is_role = is_first and first_role is not None and _looks_like(word, first_role) and not is_function
            if not (is_role or is_function):
                continue
            target.append(line.raw[start : match.start()])
            row = _OpenRow(word, line.number)
            if is_function:
                roles[-1][1].append(row)
            else:
                roles.append((row, []))
            target, start = row.texts, match.end()
        target.append(line.raw[start:])
    return join_lines(purpose), tuple(
        KeyRole(role.code, join_lines(role.texts), tuple(KeyFunction(f.code, join_lines(f.texts)) for f in found))
        for role, found in roles
    )


def _read_rows(
    pieces: Sequence[_Piece], functions: Collection[str], unit_codes: Collection[str], element_codes: Collection[str]
) -> tuple[list[MapRow], dict[str, int]]:
    rows: list[_OpenRow] = []
    function_lines: dict[str, int] = {}
    function: str | None = None
    unit: str | None = None
    target: list[str] = []
    for piece in pieces:
        word = (piece.text.split() or [""])[0]
        if piece.code:
            is_unit = piece.code in unit_codes
            is_under_unit = piece.code in element_codes and not is_unit
            rows.append(_OpenRow(piece.code, piece.line.number, unit if is_under_unit else function))
            unit = piece.code if is_unit else unit
            target = rows[-1].texts
        elif piece.starts_line and word in functions:
            function, unit, target = word, None, []
            function_lines.setdefault(word, piece.line.number)
        else:
            target.append(piece.text)
    return [MapRow(row.code, join_lines(row.texts), row.parent, row.line) for row in rows], function_lines
