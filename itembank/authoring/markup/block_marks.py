"""Marks at the beginning of lines: lists and quotations, narrower than Markdown's own for the sake of plain texts."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock, blockquote, list_block

#: The reader's nesting, in which a list counts twice: what lies deeper it would pass over, and nobody would notice.
_DEEPEST = 16

_BULLET = re.compile(r"[-*] +\S")
_NUMBER = re.compile(r"([0-9]{1,3})\. +\S")


def careful_list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a list: two lines or more that begin with ``-``, ``*`` or numbers from 1 on, after a blank line.

    A single ``1.`` or ``-`` in the middle of a text is no list, nor is a count that begins elsewhere: it would be
    counted anew. Within a list anything goes.
    """
    if state.level >= _DEEPEST:
        return False
    if state.listIndent < 0 and (silent or not _begins_list(state, start, end)):
        return False
    return list_block(state, start, end, silent)


def careful_quotation(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a quotation: lines that begin with ``>`` and a blank, after a blank line; ``>80`` is a plain text."""
    if state.level >= _DEEPEST:
        return False
    if (silent and state.parentType == "paragraph") or not _line(state, start).startswith("> "):
        return False
    return blockquote(state, start, end, silent)


def unmarked_line(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """End a list, quotation or table at the first line without its mark.

    Markdown would take such a line into the last item, and the question itself often follows right after a list.
    """
    if not silent:
        return False
    if state.parentType == "table":
        return "|" not in _line(state, line)
    if state.parentType == "blockquote":
        return True
    return state.listIndent >= 0 and 0 <= state.sCount[line] < state.blkIndent


def _begins_list(state: StateBlock, start: int, end: int) -> bool:
    first = _line(state, start)
    number = _NUMBER.match(first)
    if number is None and not _BULLET.match(first):
        return False
    second = _next_line_as_far_out(state, start, end)
    if number is None:
        return bool(_BULLET.match(second)) and second[0] == first[0]
    following = _NUMBER.match(second)
    return number.group(1) == "1" and following is not None and following.group(1) == "2"


def _next_line_as_far_out(state: StateBlock, start: int, end: int) -> str:
    for line in range(start + 1, end):
        if not state.isEmpty(line) and state.sCount[line] <= state.sCount[start]:
            return _line(state, line)
    return ""


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
