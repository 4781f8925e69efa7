"""The HTML of the marks in a text: token by token, everything that was written escaped."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Final
from xml.etree.ElementTree import Element

from markdown_it.token import Token

from itembank.authoring.markup.formulas import UnwritableFormula, formula_tree

#: Without line feeds between them: some places show those as line breaks.
_TAGS: Final = {
    "paragraph_open": "<p>", "paragraph_close": "</p>",
    "bullet_list_open": "<ul>", "bullet_list_close": "</ul>",
    "ordered_list_open": "<ol>", "ordered_list_close": "</ol>", "list_item_close": "</li>",
    "blockquote_open": "<blockquote>", "blockquote_close": "</blockquote>",
    # A wide table scrolls in a box of its own, which the keyboard has to be able to reach.
    "table_open": '<div class="rich-scroll" tabindex="0"><table>', "table_close": "</table></div>",
    "thead_open": "<thead>", "thead_close": "</thead>", "tbody_open": "<tbody>", "tbody_close": "</tbody>",
    "tr_open": "<tr>", "tr_close": "</tr>", "th_close": "</th>", "td_close": "</td>",
    "strong_open": "<strong>", "strong_close": "</strong>", "em_open": "<em>", "em_close": "</em>",
    "softbreak": "<br>", "hardbreak": "<br>",
}  # fmt: skip
_SIDES: Final = {"text-align:right": ' class="rich-end"', "text-align:center": ' class="rich-center"'}


def marked_html(tokens: Iterable[Token]) -> str:
    """Give the HTML of tokens that were read from a text.

    Args:
        tokens: Blocks, or what stands within one line.
    """
    return "".join(_html(token) for token in tokens)


def _html(token: Token) -> str:
    if token.hidden:
        return ""
    if token.type in _TAGS:
        return _TAGS[token.type]
    if token.type == "inline":
        return marked_html(token.children or ())
    make = _MADE.get(token.type)
    # A kind of token without an entry would be one that the dialect does not have: its text is shown, nothing is lost.
    return make(token) if make else escape(token.content)


def _list_item(token: Token) -> str:
    # The number as it was written: a list that the writer counts from 1, 2, 5 must not show a 3.
    return f'<li value="{int(token.info)}">' if token.info else "<li>"


def _cell(token: Token) -> str:
    scope = ' scope="col"' if token.tag == "th" else ""
    return f"<{token.tag}{scope}{_SIDES.get(str(token.attrGet('style')), '')}>"


def _code(token: Token) -> str:
    return f'<code dir="ltr" translate="no">{escape(token.content)}</code>'


def _code_block(token: Token) -> str:
    content = escape(token.content.removesuffix("\n"))
    return f'<pre tabindex="0" dir="ltr" translate="no"><code>{content}</code></pre>'


def _image(token: Token) -> str:
    return f'<img src="/media/{token.info}" alt="{escape(token.content)}">'


def _gap(token: Token) -> str:
    return f'<span data-gap="{int(token.content)}"></span>'


def _formula(token: Token) -> str:
    return _mathml(token.content, is_block=token.markup == "$$") or escape(
        f"{token.markup}{token.content}{token.markup}"
    )


def _formula_block(token: Token) -> str:
    latex = token.content.strip()
    shown = _mathml(latex, is_block=True) or escape(f"$${latex}$$")
    return f'<div class="rich-formula" tabindex="0">{shown}</div>'


_MADE: Final = {
    "list_item_open": _list_item,
    "th_open": _cell,
    "td_open": _cell,
    "code_inline": _code,
    "fence": _code_block,
    "image": _image,
    "gap": _gap,
    "formula": _formula,
    "math_block": _formula_block,
}


@lru_cache(maxsize=1024)
def _mathml(latex: str, *, is_block: bool) -> str:
    """Write a formula as MathML, or nothing where it can't be written: a page shows its source then."""
    try:
        tree = formula_tree(latex, is_block=is_block)
    except UnwritableFormula:
        return ""
    display = "block" if is_block else "inline"
    return f'<math display="{display}" alttext="{escape(latex)}">{_children(tree)}</math>'


def _children(element: Element) -> str:
    return "".join(
        f"<{child.tag}{_attributes(child)}>{escape(child.text or '')}{_children(child)}</{child.tag}>"
        f"{escape(child.tail or '')}"
        for child in element
    )


def _attributes(element: Element) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items())
