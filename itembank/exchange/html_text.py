"""HTML of other programs as the Markdown in which our texts are written; what has no place there is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from lxml import etree
from lxml import html as html_parser

from itembank.exchange.item_file import Loss

#: Gives the id of an image by its address in the HTML; None where there is no such image.
FindImage = Callable[[str], str | None]

_BLOCKS: Final = frozenset({
    "p", "div", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "center", "body", "html", "figure",
    "figcaption", "header", "footer", "main", "address", "dl", "dt", "dd", "form", "fieldset",
})  # fmt: skip
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "th", "dt"})
_PLAIN: Final = frozenset(
    {"span", "font", "u", "small", "big", "label", "abbr", "cite", "q", "time", "mark", "a", "ins"}
)
_DROPPED: Final = frozenset({
    "script", "style", "iframe", "object", "embed", "audio", "video", "canvas", "svg", "math", "form", "input",
    "button", "select", "textarea", "link", "meta", "head", "template", "noscript",
})  # fmt: skip
_SUPERSCRIPT: Final = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUBSCRIPT: Final = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_DEEPEST: Final = 100
_FORMULA: Final = re.compile(r"\\[(\[]|\$\$")
_CLOSINGS: Final = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
#: Signs that Markdown would take for its own.
_SIGN: Final = re.compile(r"[\\`*$<]|(?<!\w)_|_(?!\w)|~~")
#: Before ``](`` brackets open links and images.
_SIGN_OF_LINK: Final = re.compile(rf"{_SIGN.pattern}|!?\[")
_OF_ALTERNATIVE: Final = re.compile(r"[\\\[\]]")
#: A number begins a list by what follows it, and only signs can be escaped.
_LINE_SIGN: Final = re.compile(
    r"^([^\S\n]*)(#{1,6}\s|[-+]\s|>|={3,}$|-{3,}$)|^([^\S\n]*\d{1,9})([.)](?:\s|$))", re.MULTILINE
)


def markdown_of_html(html: str, *, find_image: FindImage = lambda _: None) -> tuple[str, tuple[Loss, ...]]:
    """Write HTML as Markdown.

    Args:
        html: A piece of HTML, however broken.
        find_image: Gives the ids of images.

    Returns:
        The text, and what has no place in it by the name of its element.
    """
    if "<" not in html and "&" not in html:
        return _with_formulas(" ".join(html.split())), ()
    parser = html_parser.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        tree = html_parser.fragment_fromstring(html, create_parent="div", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return plain_of_html(html), (Loss("html", "broken HTML"),)
    writer = _Writer(find_image)
    text = writer.block(tree, depth=0)
    return tidy(text), tuple(dict.fromkeys(writer.lost))


def plain_of_html(html: str) -> str:
    """Write HTML as plain text."""
    return " ".join(re.sub(r"<[^<>]*>", " ", html).split())


def tidy(text: str) -> str:
    """Take away blanks at the ends of lines, and more than one empty line between paragraphs."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def escaped(text: str) -> str:
    """Keep a plain text from being taken for Markdown."""
    pieces = text.split("]")
    # The last bracket that closes has a piece after it, and nothing but what follows tells whether it closes a link.
    signs = [_SIGN_OF_LINK if after.startswith("(") else _SIGN for after in pieces[1:]] + [_SIGN]
    written = (sign.sub(lambda found: f"\\{found[0]}", piece) for sign, piece in zip(signs, pieces, strict=True))
    return _LINE_SIGN.sub(r"\1\3\\\2\4", "]".join(written))


def _with_formulas(text: str) -> str:
    """Keep the formulas of a text and escape the rest."""
    parts, end, place = [], 0, 0
    unclosed: set[str] = set()
    while found := _FORMULA.search(text, place):
        opening, place = found[0], found.end()
        # What closes no formula here closes none further on: looking again would take the square of the length.
        close = -1 if opening in unclosed else text.find(_CLOSINGS[opening], place + 1)
        if close < 0:
            unclosed.add(opening)
            continue
        mark = "$" if opening == "\\(" else "$$"
        parts += [escaped(text[end : found.start()]), f"{mark}{text[place:close].strip()}{mark}"]
        end = place = close + len(_CLOSINGS[opening])
    return "".join(parts) + escaped(text[end:])


class _Writer:
    """Walks through a tree; `lost` names what was left out."""

    def __init__(self, find_image: FindImage) -> None:
        self._find_image = find_image
        self.lost: list[Loss] = []

    def block(self, node: Any, *, depth: int) -> str:
        """Write what a node holds, its own paragraphs apart from those around."""
        parts = [_words(node.text)]
        for child in node:
            parts += [self._child(child, depth=depth), _words(child.tail)]
        return "".join(parts)

    def _child(self, node: Any, *, depth: int) -> str:
        tag = node.tag if isinstance(node.tag, str) else ""
        if depth > _DEEPEST:
            self.lost.append(Loss("nesting", f"deeper than {_DEEPEST} elements"))
            return ""
        if tag in _DROPPED:
            self.lost.append(Loss(tag))
            return ""
        special = _SPECIAL.get(tag)
        if special is not None:
            return special(self, node, depth + 1)
        inner = self.block(node, depth=depth + 1)
        if tag in _BLOCKS:
            return f"\n\n{_around(inner, '**') if tag in _HEADINGS else tidy(inner).strip()}\n\n"
        if tag not in _PLAIN:
            self.lost.append(Loss(tag))
        elif tag == "a" and node.get("href"):
            self.lost.append(Loss("a", str(node.get("href"))[:200]))
        return inner

    def _br(self, node: Any, depth: int) -> str:
        return "  \n"

    def _hr(self, node: Any, depth: int) -> str:
        return "\n\n---\n\n"

    def _strong(self, node: Any, depth: int) -> str:
        return _around(self.block(node, depth=depth), "**")

    def _em(self, node: Any, depth: int) -> str:
        return _around(self.block(node, depth=depth), "*")

    def _sup(self, node: Any, depth: int) -> str:
        return self._small(node, depth, _SUPERSCRIPT, "^")

    def _sub(self, node: Any, depth: int) -> str:
        return self._small(node, depth, _SUBSCRIPT, "_")

    def _small(self, node: Any, depth: int, signs: dict[int, int], sign: str) -> str:
        text = str(node.text_content()).strip()
        if all(ord(letter) in signs for letter in text):
            return text.translate(signs)
        return f"${{}}{sign}{{\\text{{{text}}}}}$" if text.replace(" ", "").isalnum() else self.block(node, depth=depth)

    def _code(self, node: Any, depth: int) -> str:
        text = str(node.text_content())
        fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
        pad = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{fence}{pad}{text}{pad}{fence}" if text else ""

    def _pre(self, node: Any, depth: int) -> str:
        text = str(node.text_content()).strip("\n")
        fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
        return f"\n\n{fence}\n{text}\n{fence}\n\n"

    def _img(self, node: Any, depth: int) -> str:
        image = self._find_image(str(node.get("src", "")))
        alternative = " ".join(str(node.get("alt", "")).split())
        if image is None:
            self.lost.append(Loss("img", str(node.get("src", ""))[:200]))
            return escaped(alternative)
        alternative = _OF_ALTERNATIVE.sub(lambda found: f"\\{found[0]}", alternative)
        return f"![{alternative}](media:{image})"

    def _ul(self, node: Any, depth: int) -> str:
        return self._list(node, depth, lambda number: "- ")

    def _ol(self, node: Any, depth: int) -> str:
        return self._list(node, depth, lambda number: f"{number}. ")

    def _list(self, node: Any, depth: int, mark: Callable[[int], str]) -> str:
        lines = []
        for number, entry in enumerate(node.iterchildren("li"), start=1):
            begin = mark(number)
            text = tidy(self.block(entry, depth=depth)).strip()
            lines.append(begin + text.replace("\n", "\n" + " " * len(begin)))
        return "\n\n" + "\n".join(lines) + "\n\n"

    def _blockquote(self, node: Any, depth: int) -> str:
        inner = tidy(self.block(node, depth=depth)).strip()
        return "\n\n" + "\n".join(f"> {line}".rstrip() for line in inner.split("\n")) + "\n\n"

    def _table(self, node: Any, depth: int) -> str:
        cells = [list(row.iterchildren("td", "th")) for row in _rows(node)]
        rows = [[self._in_cell(cell, depth) for cell in row] for row in cells if row]
        if not rows:
            return ""
        if any(cell.get("colspan", "1") != "1" or cell.get("rowspan", "1") != "1" for row in cells for cell in row):
            self.lost.append(Loss("table", "cells over several rows or columns"))
        width = max(map(len, rows))
        # Shorter rows may stay so; the first one tells how many columns there are.
        rows[0] += [""] * (width - len(rows[0]))
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n\n" + "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]) + "\n\n"

    def _in_cell(self, cell: Any, depth: int) -> str:
        return " ".join(self.block(cell, depth=depth).split()).replace("|", "\\|")


_SPECIAL: Final[Mapping[str, Callable[[_Writer, Any, int], str]]] = {
    "br": _Writer._br,
    "hr": _Writer._hr,
    "strong": _Writer._strong,
    "b": _Writer._strong,
    "em": _Writer._em,
    "i": _Writer._em,
    "sup": _Writer._sup,
    "sub": _Writer._sub,
    "code": _Writer._code,
    "tt": _Writer._code,
    "kbd": _Writer._code,
    "samp": _Writer._code,
    "pre": _Writer._pre,
    "img": _Writer._img,
    "ul": _Writer._ul,
    "ol": _Writer._ol,
    "blockquote": _Writer._blockquote,
    "table": _Writer._table,
}


def _rows(table: Any) -> Iterator[Any]:
    """Give the rows of a table but not those of tables within it, which are written with their cell."""
    for part in table:
        if part.tag == "tr":
            yield part
        elif part.tag in ("thead", "tbody", "tfoot"):
            yield from part.iterchildren("tr")


def _words(text: str | None) -> str:
    return _with_formulas(re.sub(r"[ \t\r\n\f]+", " ", text)) if text else ""


def _around(text: str, mark: str) -> str:
    inner = text.strip()
    if not inner:
        return text
    begin, end = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{begin}{mark}{inner}{mark}{end}"
