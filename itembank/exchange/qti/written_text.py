"""Texts of items as the part of HTML that QTI bodies are written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from markdown_it.token import Token

from itembank.authoring.markup.dialect import read_blocks, read_line
from itembank.authoring.markup.formulas import UnwritableFormula, formula_tree
from itembank.exchange.item_file import Loss
from itembank.exchange.qti.serialising import UNWRITABLE
from itembank.exchange.qti.tree import MATH, Node

#: How formulas carry their source; the name is the one that other programs use too.
TEX = "application/x-tex"
_OPENING = {
    "paragraph_open": "p", "bullet_list_open": "ul", "ordered_list_open": "ol", "list_item_open": "li",
    "blockquote_open": "blockquote", "table_open": "table", "thead_open": "thead", "tbody_open": "tbody",
    "tr_open": "tr", "th_open": "th", "td_open": "td", "strong_open": "strong", "em_open": "em",
}  # fmt: skip


@dataclass(slots=True)
class TextWriter:
    """Turns texts into nodes, remembering what could not be kept.

    Args:
        files: The name of each image's file as the document refers to it, by image id.
        gaps: What stands in the place of ``[[1]]``, ``[[2]]`` and so on, by number.
        lost: Where to put what gets lost.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    gaps: Mapping[int, Node] = field(default_factory=dict)
    lost: list[Loss] = field(default_factory=list)

    def blocks(self, text: str) -> list[Node | str]:
        """Write a text of several paragraphs."""
        return self._nested(self._checked(text, read_blocks(text)))

    def line(self, text: str) -> list[Node | str]:
        """Write a text within a line."""
        return self._nested(self._checked(text, read_line(text)))

    def _checked(self, text: str, tokens: Sequence[Token]) -> Sequence[Token]:
        if UNWRITABLE.search(text):
            self.lost.append(Loss("control characters", "XML can't hold them"))
        return tokens

    def _nested(self, tokens: Iterable[Token]) -> list[Node | str]:
        root = Node("#root")
        open_nodes = [root]
        for token in tokens:
            if token.nesting < 0:
                open_nodes.pop()
            elif token.nesting > 0:
                node = Node(_OPENING.get(token.type, "div"))
                if token.type == "ordered_list_open" and token.attrs.get("start", 1) != 1:
                    self.lost.append(Loss("ol start", str(token.attrs["start"])))
                open_nodes[-1].children.append(node)
                open_nodes.append(node)
            else:
                open_nodes[-1].children += self._leaf(token)
        return root.children

    def _leaf(self, token: Token) -> list[Node | str]:
        if token.type == "inline":
            return self._nested(token.children or ())
        if token.type in ("softbreak", "hardbreak"):
            return [Node("br")]
        if token.type in ("formula", "math_inline", "math_block"):
            return [self._formula(token)]
        if token.type == "image":
            return [self._image(token)]
        if token.type == "gap":
            return [self.gaps.get(int(token.content)) or f"[[{token.content}]]"]
        if token.type == "code_inline":
            return [Node("code", {}, [token.content])]
        if token.type in ("fence", "code_block"):
            return [Node("pre", {}, [Node("code", {}, [token.content.removesuffix("\n")])])]
        return [token.content]

    def _formula(self, token: Token) -> Node:
        is_block = token.type == "math_block" or token.markup == "$$"
        try:
            tree = formula_tree(token.content, is_block=is_block)
        except UnwritableFormula as error:
            self.lost.append(Loss("formula", str(error)))
            return Node("code", {}, [token.content])
        shown = Node("mrow", {}, _children(tree))
        annotation = Node("annotation", {"encoding": TEX}, [token.content])
        attributes = {"display": "block"} if is_block else {}
        formula = Node(MATH, attributes, [Node("semantics", {}, [shown, annotation])])
        # A formula is no block of its own in a body.
        return Node("p", {}, [formula]) if token.type == "math_block" else formula

    def _image(self, token: Token) -> Node:
        if token.info not in self.files:
            self.lost.append(Loss("image", f"{token.info} was not given"))
            return Node("span", {}, [token.content])
        return Node("img", {"src": self.files[token.info], "alt": token.content})


def _children(element: Element) -> list[Node | str]:
    found: list[Node | str] = [element.text] if element.text else []
    for child in element:
        found.append(Node(child.tag.rpartition("}")[2], dict(child.attrib), _children(child)))
        if child.tail:
            found.append(child.tail)
    return found
