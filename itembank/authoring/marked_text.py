"""What is in a text beyond its words: the images it shows, what is wrong with its marks, and the words alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from markdown_it.token import Token

from itembank.authoring.item_types.inline_choice import GAP
from itembank.authoring.item_types.question import problem
from itembank.authoring.markup.dialect import read_blocks
from itembank.authoring.markup.formulas import UnwritableFormula, formula_tree
from itembank.errors import InvalidInput

#: A text without any of these is without marks, as nearly all are.
_MARK = re.compile(r"[*`$|\\\[~>]|(?m:^\s*(?:-|[0-9]+\.) )")
_OUTSIDE_IMAGE = re.compile(r"!\[[^\]\n]*\]\(\s*\S")
#: Signs that may begin an entry of a list or a quotation, and how deep those may lie: in less space nobody reads them.
_LEVEL = re.compile(r"(?:[-*+>]|[0-9][.)])(?= |$)", re.MULTILINE)
_MOST_LEVELS = 6
_ENDS_LINE = frozenset({"paragraph_close", "list_item_close", "tr_close", "fence", "math_block"})
_ENDS_CELL = frozenset({"td_close", "th_close"})


@lru_cache(maxsize=4096)
def plain_text(text: str) -> str:
    """Give a text without its marks: for comparing, for counting words, for reading aloud.

    Images are there with their alternative texts, formulas with their source; blanks part the cells of a table.

    Args:
        text: The text as it was written.
    """
    if not _MARK.search(text):
        return text.strip()
    lines = "".join(_plain(token) for token in read_blocks(text)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def image_ids(text: str) -> tuple[str, ...]:
    """List the ids of the images that a text shows, in order, each once.

    Args:
        text: The text as it was written.
    """
    if "](media:" not in text:
        return ()
    return tuple(dict.fromkeys(token.info for token in _tokens(text) if token.type == "image"))


def mark_problems(texts: Iterable[tuple[str, str]]) -> list[InvalidInput]:
    """Find marks that can't be shown: images without alternative text or from elsewhere, formulas with a fault.

    Not for texts that were published already: in an old one, a dollar sign may be nothing but that.

    Args:
        texts: Names of fields with their texts.
    """
    found: list[InvalidInput] = []
    for field, text in texts:
        # A text can't have such a problem without one of these, and reading is what takes the time.
        if "$" in text or "![" in text or "[[" in text:
            found += _problems(field, text)
        if len(_LEVEL.findall(text)) > _MOST_LEVELS and _levels(text) > _MOST_LEVELS:
            expected = f"lists and quotations of at most {_MOST_LEVELS} levels, one within the other"
            found.append(problem(field, expected, reason="levels_many", most=_MOST_LEVELS))
    return found


def _levels(text: str) -> int:
    level = deepest = 0
    for token in read_blocks(text):
        if token.type.startswith(("list_item_", "blockquote_")):
            level += token.nesting
            deepest = max(deepest, level)
    return deepest


def _problems(field: str, text: str) -> Iterator[InvalidInput]:
    for token in _tokens(text):
        if token.type in ("formula", "math_block"):
            yield from _formula_problems(field, token)
        elif token.type == "image" and not token.content:
            expected = "an alternative text for every image, between ![ and ]"
            yield problem(field, expected, reason="image_alternative")
        elif token.type == "text" and _OUTSIDE_IMAGE.search(token.content):
            expected = "images that were uploaded here, as ![alternative text](media:ID)"
            yield problem(field, expected, reason="image_outside")
        if token.type in ("formula", "math_block", "code_inline", "fence") and GAP.search(token.content):
            yield problem(field, "gaps outside of formulas and code", reason="gap_hidden")


def _formula_problems(field: str, token: Token) -> Iterator[InvalidInput]:
    latex = token.content.strip()
    try:
        formula_tree(latex, is_block=token.markup == "$$")
    except UnwritableFormula as unwritable:
        expected = f"formulas that can be shown, unlike {latex[:60]}: {unwritable}; a mere dollar sign is written \\$"
        part = {"command": unwritable.part} if unwritable.part else {}
        reason = "formula_command" if part else "formula_incomplete"
        yield problem(field, expected, reason=reason, formula=latex[:60], **part)


def _tokens(text: str) -> Iterator[Token]:
    for block in read_blocks(text):
        yield block
        yield from block.children or ()


def _plain(token: Token) -> str:
    if token.type == "inline":
        return "".join(_plain(child) for child in token.children or ())
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    if token.type == "gap":
        return f"[[{token.content}]]"
    end = "\n" if token.type in _ENDS_LINE else " " if token.type in _ENDS_CELL else ""
    return token.content + end
