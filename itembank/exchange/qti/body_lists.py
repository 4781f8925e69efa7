"""Lists and tables of a body as lines of Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from itembank.exchange.item_file import Loss
from itembank.exchange.qti.tree import Node

_LISTS = ("ul", "ol")


class LineReader(Protocol):
    """What turns nodes into texts."""

    lost: list[Loss]

    def line(self, nodes: Sequence[Node | str]) -> str:
        """Give a text within a line."""
        ...


def list_lines(node: Node, reader: LineReader) -> list[str]:
    """Give a list, lists in it moved in."""
    if node.get("start", "1") != "1":
        reader.lost.append(Loss("ol start", node.get("start")))
    lines = []
    for number, entry in enumerate(node.named("li"), start=1):
        mark = f"{number}. " if node.name == "ol" else "- "
        inner = " " * len(mark)
        own = [child for child in entry.children if isinstance(child, str) or child.name not in _LISTS]
        text = reader.line(own).replace("\n", f"\n{inner}")
        lines.append(f"{mark}{text}")
        for nested in entry.named(*_LISTS):
            lines += [f"{inner}{line}" for line in list_lines(nested, reader)]
    return lines


def table_lines(node: Node, reader: LineReader) -> list[str]:
    """Give a table, its first row as the header where it is one."""
    rows = node.all({"tr"})
    if any(cell.get("colspan", "1") != "1" or cell.get("rowspan", "1") != "1" for row in rows for cell in row.elements):
        reader.lost.append(Loss("colspan or rowspan", "cells that go over several"))
    texts = [[_cell(cell, reader) for cell in row.named("td", "th")] for row in rows]
    width = max((len(row) for row in texts), default=0)
    if not width:
        return []
    if not all(cell.name == "th" for cell in rows[0].elements):
        texts.insert(0, [])
    filled = [[*row, *[""] * (width - len(row))] for row in texts]
    header, *body = (f"| {' | '.join(row)} |" for row in filled)
    return [header, f"|{' --- |' * width}", *body]


def _cell(cell: Node, reader: LineReader) -> str:
    return reader.line(cell.children).replace("\\|", "|").replace("|", "\\|").replace("\n", " ")
