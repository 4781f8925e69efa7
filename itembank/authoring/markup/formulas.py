"""Formulas: LaTeX as it was written, turned into a tree of MathML, or refused."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

MAXIMUM_LENGTH = 2000
_DEEPEST = 40

#: Commands that define others (and could do so without end) or lead out of the text.
_REFUSED = re.compile(
    r"\\(?:(?:re|provide)?newcommand|def|gdef|edef|let|href|url|includegraphics|input|class|style)(?![A-Za-z])"
)
#: Parts that these elements can't do without; the converter passes over a missing one.
_PARTS = {"mfrac": 2, "msub": 2, "msup": 2, "mover": 2, "munder": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
_COMMAND = re.compile(r"\\[A-Za-z]+|\\.")


class UnwritableFormula(ValueError):
    """A formula that can't be shown.

    Args:
        part: The command at fault, where one is; else nothing.
    """

    def __init__(self, part: str = "") -> None:
        self.part = part
        super().__init__(part or "the formula is not complete")


@lru_cache(maxsize=1024)
def formula_tree(latex: str, *, is_block: bool = False) -> Element:
    """Turn a formula into MathML.

    Args:
        latex: The formula without its dollar signs.
        is_block: Whether it stands on a line of its own.

    Returns:
        The ``math`` element; its texts are plain, without character references. Not to be changed: it is kept.

    Raises:
        UnwritableFormula: It has a command that is not known, or something in it is not closed.
    """
    _check_size(latex)
    refused = _REFUSED.search(latex)
    if refused:
        raise UnwritableFormula(refused.group())
    try:
        tree = Converter(display="block" if is_block else "inline").convert_to_element(latex)
    except Exception:
        # The converter's errors have no common class beyond this one, and some are plain IndexErrors: whatever it
        # stumbles over, the formula can't be shown, and that is all a writer needs to know.
        raise UnwritableFormula from None
    if _is_too_deep(tree):
        raise UnwritableFormula
    for element in tree.iter():
        element.text = unescape(element.text or "")
        element.tail = unescape(element.tail or "")
        unknown = _COMMAND.search(element.text) if element.tag != "mtext" else None
        if unknown:
            raise UnwritableFormula(unknown.group())
        if len(element) != _PARTS.get(element.tag, len(element)):
            raise UnwritableFormula
    return tree


def _is_too_deep(tree: Element) -> bool:
    # Level by level: a formula such as one root within another reaches depths at which nothing could follow it down.
    level = [tree]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
    return bool(level)


def _check_size(latex: str) -> None:
    depth = deepest = 0
    for sign in re.sub(r"\\.", "", latex, flags=re.DOTALL):
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    if len(latex) > MAXIMUM_LENGTH or deepest > _DEEPEST or not latex.strip():
        raise UnwritableFormula
    if depth:
        raise UnwritableFormula("{" if depth > 0 else "}")
