"""The dialect of Markdown in which texts of items are written, and its reader.

Paragraphs and line breaks, emphasis, lists, tables, code, quotations, formulas and images of the bank. Headings, links,
HTML, character references and anything from another site are not part of it: their signs show as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from itembank.authoring.markup import block_marks, inline_marks

#: Where a mark at the beginning of a line also ends what stands before it.
_ENDS: RuleOptionsType = {"alt": ["paragraph", "blockquote"]}


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero").enable(["fence", "table", "list", "blockquote", "newline", "backticks"])
    reader.use(dollarmath_plugin, allow_labels=False, allow_blank_lines=False)
    block, inline = reader.block.ruler, reader.inline.ruler
    block.at("list", block_marks.careful_list, _ENDS)
    block.at("blockquote", block_marks.careful_quotation, _ENDS)
    block.before("paragraph", "unmarked_line", block_marks.unmarked_line, _ENDS)
    inline.at("math_inline", inline_marks.formula)
    inline.push("plain_sign", inline_marks.plain_sign)
    inline.push("strong", inline_marks.strong)
    inline.push("emphasis_apart", inline_marks.emphasis)
    inline.push("image_of_bank", inline_marks.image)
    inline.push("gap", inline_marks.gap)
    return reader


def read_blocks(text: str) -> Sequence[Token]:
    """Read a text of several paragraphs into a flat row of tokens, blocks opening and closing."""
    return _reader().parse(text)


def read_line(text: str) -> Sequence[Token]:
    """Read a text that has no blocks, such as an option, into the tokens within one line."""
    return _reader().parseInline(text)[0].children or ()
