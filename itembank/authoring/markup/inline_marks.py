"""Marks within a line: emphasis, formulas, images, gaps, and the backslash that makes a mark a plain sign.

They are narrower than Markdown's own, because exams were written before there were marks: file paths, spreadsheet
references, multiplication signs, names with underscores and ``<b>`` must keep showing as what they are.
"""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline

from itembank.authoring.item_types.inline_choice import GAP

#: Thai vowels and tone marks are no word characters to Python, so the Thai block is named beside them.
_WORD = r"\w\u0e00-\u0e7f"
_EMPHASIS = re.compile(rf"\*([{_WORD}\"'“‘(](?:[^*\n]{{0,298}}[{_WORD}\"'”’).!?%])?)\*(?![*{_WORD}])")
_BEFORE_EMPHASIS = re.compile(rf"[*{_WORD}]")
_FORMULA = re.compile(r"(\${1,2})(?![\s$])((?:[^$\\]|\\.){1,2000})(?<!\s)\1(?![$0-9A-Za-z])", re.DOTALL)
_BEFORE_FORMULA = re.compile(r"[$0-9A-Za-z]")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,1000})\]\(media:([0-9a-f]{64})\)")

#: Windows paths hold backslashes before letters, dots and backslashes: those stay as they are.
_CAN_BE_PLAIN = frozenset("*$`|!->")


def strong(state: StateInline, silent: bool) -> bool:
    """Read ``**text**``: asterisks pair up in order, wherever they stand, as they always did here."""
    if not state.src.startswith("**", state.pos, state.posMax):
        return False
    end = state.src.find("**", state.pos + 2, state.posMax)
    if end <= state.pos + 2:
        return False
    if not silent:
        _within(state, start=state.pos + 2, end=end, name="strong")
    state.pos = end + 2
    return True


def emphasis(state: StateInline, silent: bool) -> bool:
    """Read ``*text*`` that stands apart from the words around it, unlike the signs of ``2*3*4``."""
    if state.src[state.pos] != "*" or _is_after(state, _BEFORE_EMPHASIS):
        return False
    found = _EMPHASIS.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        _within(state, start=found.start(1), end=found.end(1), name="em")
    state.pos = found.end()
    return True


def formula(state: StateInline, silent: bool) -> bool:
    """Read ``$formula$`` that no word or number touches, unlike the signs of ``$B$2`` and ``$5 to $10``."""
    if state.src[state.pos] != "$" or _is_after(state, _BEFORE_FORMULA):
        return False
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.markup, token.content = found.group(1), found.group(2).strip()
    state.pos = found.end()
    return True


def image(state: StateInline, silent: bool) -> bool:
    """Read ``![alternative text](media:ID)``; an image from anywhere else is none."""
    found = _IMAGE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("image", "img", 0)
        token.content, token.info = found.group(1).strip(), found.group(2)
    state.pos = found.end()
    return True


def gap(state: StateInline, silent: bool) -> bool:
    """Read ``[[1]]``, the place of a choice within the text."""
    found = GAP.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("gap", "", 0).content = found.group(1)
    state.pos = found.end()
    return True


def plain_sign(state: StateInline, silent: bool) -> bool:
    r"""Read ``\*`` and its like as the sign alone."""
    following = state.src[state.pos + 1 : min(state.pos + 2, state.posMax)]
    if state.src[state.pos] != "\\" or following not in _CAN_BE_PLAIN:
        return False
    if not silent:
        state.append_pending(following)
    state.pos += 2
    return True


def _is_after(state: StateInline, pattern: re.Pattern[str]) -> bool:
    return state.pos > 0 and pattern.match(state.src, state.pos - 1) is not None


def _within(state: StateInline, *, start: int, end: int, name: str) -> None:
    """Read the marks between two signs."""
    outer_end = state.posMax
    state.push(f"{name}_open", name, 1)
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)
    state.posMax = outer_end
    state.push(f"{name}_close", name, -1)
