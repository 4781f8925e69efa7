"""Bodies of items, written in HTML, as the Markdown that texts of the bank hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from itembank.authoring.marked_text import plain_text
from itembank.errors import InvalidInput
from itembank.exchange.item_file import Loss
from itembank.exchange.qti.body_lists import list_lines, table_lines
from itembank.exchange.qti.formula_text import formula_source
from itembank.exchange.qti.tree import MATH, RAW, Node

#: Gives the id of the image that a reference means.
ImageFinder = Callable[[str], str]

#: More than any field of an item can hold; what is longer is not even looked at for marks.
LONGEST_PARAGRAPH: Final = 50_000
BLOCKS: Final = frozenset({
    "p", "div", "section", "header", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd",
    "table", "pre", "blockquote", "figure", "figcaption", "address", "caption", "contentBody", "stimulusBody",
    "itemBody", "prompt", "hr", "infoControl", "body", "html", "passage",
})  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt"})
#: What is no part of a question's text, whatever it says.
_DROPPED: Final = frozenset({
    "script", "style", "iframe", "frame", "embed", "applet", "form", "input", "button", "textarea", "select", "link",
    "meta", "include", "video", "audio", "source", "track", "param", "svg", "canvas", "base", "head", "stylesheet",
})  # fmt: skip
#: What is read elsewhere than in the text.
_ELSEWHERE: Final = frozenset(
    {"feedbackInline", "feedbackBlock", "rubricBlock", "modalFeedback", "companionMaterialsInfo"}
)
_PLAIN: Final = frozenset(
    {
        "span",
        "abbr",
        "acronym",
        "cite",
        "dfn",
        "small",
        "big",
        "label",
        "font",
        "bdo",
        "nobr",
        "li",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "colgroup",
        "col",
    }
)
_ITALIC, _BOLD, _CODE = ("em", "i", "var"), ("strong", "b"), ("code", "tt", "kbd", "samp")
_RAISED = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))

_BLANKS = re.compile(r"[ \t\r\n]+")
_SIGNS = re.compile(r"[*$`|!>\-]|^\s*[0-9]+\.", re.MULTILINE)
_EVERY_SIGN = re.compile(r"([*$`|])|(!)(?=\[)|^([->])", re.MULTILINE)
#: Stand before and after a formula until it is known whether a blank has to part it from a word.
_BEFORE, _AFTER = "\0", "\1"


@dataclass(slots=True)
class BodyReader:
    """Turns nodes into texts, remembering what could not be kept and what is wrong.

    Args:
        image: Gives the id of the image that a reference means; raises `InvalidInput` where there is none.
    """

    image: ImageFinder
    lost: list[Loss] = field(default_factory=list)
    problems: list[InvalidInput] = field(default_factory=list)
    #: How careful a text is written: 0 as it stands, 1 with every sign made plain, 2 without any marks.
    _care: int = 0

    def blocks(self, nodes: Iterable[Node | str]) -> str:
        """Give a text of several paragraphs."""
        return "\n\n".join(self._blocks(nodes))

    def line(self, nodes: Sequence[Node | str]) -> str:
        """Give a text within a line; what would need a line of its own is put into it."""
        found = []
        for block in _runs(nodes):
            if isinstance(block, Node) and block.name in ("ul", "ol", "table", "blockquote", "pre"):
                self._lose(block.name, "in a text of one line")
            found.append(self.paragraph(_leaves(block)))
        return "\n".join(text for text in found if text)

    def paragraph(self, nodes: Sequence[Node | str]) -> str:
        """Give one paragraph, written so that it reads as it does in the document."""
        wanted = _bare(_words(nodes))
        if len(wanted) > LONGEST_PARAGRAPH:
            expected = f"paragraphs of at most {LONGEST_PARAGRAPH:,} characters; this one has {len(wanted):,}"
            self.problems.append(InvalidInput(field="itemBody", expected=expected))
            return ""
        for self._care in (0, 1, 2):
            text = self._tidy(self._inline(nodes))
            if not _SIGNS.search(text) or _bare(plain_text(text)) == wanted:
                break
        else:
            self._lose("text", "signs that read as marks")
        if self._care and any(isinstance(one, Node) and one.find(*_ITALIC, *_BOLD) for one in nodes):
            self._lose("em", "within a word it is strong, or plain")
        self._care = 0
        return text

    def _blocks(self, nodes: Iterable[Node | str]) -> list[str]:
        found = []
        for block in _runs(nodes):
            found += [self.paragraph(block)] if isinstance(block, list) else self._block(block)
        return [text for text in found if text]

    def _block(self, node: Node) -> list[str]:
        self._check(node)
        if node.name in _HEADINGS:
            text = self.paragraph(_leaves(node))
            return [f"**{text}**" if text and "**" not in text and "\n" not in text else text]
        if node.name in ("ul", "ol"):
            return ["\n".join(list_lines(node, self))]
        if node.name == "table":
            captions = [self.paragraph(caption.children) for caption in node.named("caption")]
            return [*captions, "\n".join(table_lines(node, self))]
        if node.name == "blockquote":
            return ["\n".join(f"> {line}".rstrip() for line in self.blocks(node.children).split("\n"))]
        if node.name == "pre":
            fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", node.text) or [""]))
            return [f"{fence}\n{node.text.strip(chr(10))}\n{fence}"] if node.text.strip() else []
        return [] if node.name == "hr" else self._blocks(node.children)

    def _inline(self, nodes: Iterable[Node | str]) -> str:
        return "".join(self._text(one) if isinstance(one, str) else self._element(one) for one in nodes)

    def _text(self, text: str) -> str:
        plain = _BLANKS.sub(" ", text)
        return _EVERY_SIGN.sub(r"\\\1\2\3", plain) if self._care else plain

    def _element(self, node: Node) -> str:
        self._check(node)
        name = node.name
        if name == RAW:
            return node.text
        if name == "br":
            return "\n"
        if name in _ITALIC or name in _BOLD:
            return self._emphasis(node, strong=name in _BOLD)
        if name in _CODE:
            return _code(_BLANKS.sub(" ", node.text))
        if name == MATH:
            return self._formula(node)
        if name == "img" or (name == "object" and node.get("type").startswith("image/")):
            return self._image(node)
        if name in ("sub", "sup"):
            return self._shifted(node)
        return self._rest(node)

    def _rest(self, node: Node) -> str:
        if node.name in _ELSEWHERE:
            return ""
        if node.name in _DROPPED or node.name == "object":
            self._lose(node.name, node.get("src") or node.get("data") or node.get("href"))
            return ""
        if node.name == "q":
            return f"“{self._inline(node.children)}”"
        if node.name == "a":
            if node.get("href"):
                self._lose("a", node.get("href"))
        elif node.name not in _PLAIN and node.name not in BLOCKS:
            self._lose(node.name)
        return self._inline(node.children)

    def _emphasis(self, node: Node, *, strong: bool) -> str:
        inside = self._inline(node.children)
        text = inside.strip()
        if not text or self._care == 2 or "*" in text.replace("\\*", "") or ("\n" in text and not strong):
            return inside
        before, after = inside[: inside.index(text)], inside[inside.index(text) + len(text) :]
        # Where words have no blanks between them only the strong mark is read.
        sign = "**" if strong or self._care == 1 else "*"
        return f"{before}{sign}{text}{sign}{after}"

    def _formula(self, node: Node) -> str:
        source = formula_source(node)
        if source is None:
            self._lose("math", "a formula became its signs in a row")
            return self._text(" ".join(_words([node]).split()))
        sign = "$$" if node.get("display") == "block" else "$"
        return f"{_BEFORE}{sign}{source}{sign}{_AFTER}"

    def _image(self, node: Node) -> str:
        try:
            found = self.image(node.get("src") or node.get("data"))
        except InvalidInput as problem:
            if problem not in self.problems:
                self.problems.append(problem)
            return ""
        return f"![{_alternative(node)}](media:{found})"

    def _shifted(self, node: Node) -> str:
        table = _RAISED if node.name == "sup" else _LOWERED
        text = node.text.strip()
        if text and all(sign in table for sign in text):
            return "".join(table[sign] for sign in text)
        self._lose(node.name, text)
        return self._inline(node.children)

    def _check(self, node: Node) -> None:
        """Name what of an element has no place here; scripts never had one."""
        if node.name == "infoControl":
            self._lose(node.name, "its text is shown from the beginning")
        for name, value in node.attributes.items():
            if name.lower().startswith("on"):
                self._lose(f"@{name}", "an event handler")
            elif name == "style" or (name == "class" and not value.startswith("samat-")):
                self._lose(f"@{name}", value[:60])

    def _lose(self, construct: str, detail: str = "") -> None:
        if Loss(construct, detail) not in self.lost:
            self.lost.append(Loss(construct, detail))

    def _tidy(self, text: str) -> str:
        parted = re.sub(f"(?<=[$0-9A-Za-z]){_BEFORE}|{_AFTER}(?=[$0-9A-Za-z{_BEFORE}])", " ", text)
        parted = parted.replace(_BEFORE, "").replace(_AFTER, "")
        lines = [re.sub(" +", " ", line).strip(" ") for line in parted.split("\n")]
        return "\n".join(lines).strip("\n ")


def _runs(nodes: Iterable[Node | str]) -> list[Node | list[Node | str]]:
    """Part what stands in a row into blocks and runs of what is within lines."""
    found: list[Node | list[Node | str]] = []
    for node in nodes:
        if isinstance(node, Node) and (node.name in BLOCKS or (node.name in _PLAIN and _has_block(node))):
            found.append(node)
        elif found and isinstance(found[-1], list):
            found[-1].append(node)
        else:
            found.append([node])
    return found


def _has_block(node: Node) -> bool:
    return any(child.name in BLOCKS or _has_block(child) for child in node.elements)


def _leaves(block: Node | list[Node | str]) -> list[Node | str]:
    """Give what is within the lines of a block, blocks in it parted by line breaks."""
    if isinstance(block, list):
        return block
    found: list[Node | str] = []
    for run in _runs(block.children):
        inside = run if isinstance(run, list) else _leaves(run)
        found += [Node("br"), *inside] if found and isinstance(run, Node) else inside
    return found


def _words(nodes: Iterable[Node | str]) -> str:
    """Give the words that a text must have once it is read, whatever marks are in it."""
    found = []
    for node in nodes:
        if isinstance(node, str):
            found.append(node)
        elif node.name == MATH:
            found.append(formula_source(node) or _words(node.children))
        elif node.name == "img" or node.name == "object":
            found.append(_alternative(node) if node.name == "img" else "")
        elif node.name in ("sub", "sup"):
            table = _RAISED if node.name == "sup" else _LOWERED
            plain = all(sign in table for sign in node.text.strip())
            found.append("".join(table[sign] for sign in node.text.strip()) if plain else node.text)
        elif node.name == "q":
            found.append(f"“{_words(node.children)}”")
        elif node.name not in _DROPPED | _ELSEWHERE:
            found.append(_words(node.children))
    return "".join(found)


def _code(text: str) -> str:
    """Give code within a line, with more signs around it than there are in a row in it."""
    if not text.strip():
        return text
    sign = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{sign}{blank}{text}{blank}{sign}"


def _alternative(node: Node) -> str:
    text = node.get("alt") if node.name == "img" else node.text
    return _BLANKS.sub(" ", text.replace("[", "(").replace("]", ")")).strip()


def _bare(text: str) -> str:
    return "".join(text.split())
