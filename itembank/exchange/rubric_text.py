"""Rubrics as notes for those who mark: a title, and below it a line for each number of points.

Correctness
0: wrong
1: right
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from itembank.authoring.content import RubricAspect

_LEVEL: Final = re.compile(r"(?:[-*•]\s*)?(\d{1,2})\s*(?:points?|คะแนน)?\s*[:.)=–—-]\s*(\S.*)", re.IGNORECASE)


def rubric_of_text(text: str) -> tuple[RubricAspect, ...]:
    """Read the aspects of a rubric; none where the notes have no levels that begin at 0 points and leave none out."""
    aspects: list[tuple[str, list[str]]] = []
    title = ""
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        found = _LEVEL.fullmatch(line)
        if found is None:
            title = line.strip("*#: ")
            continue
        if int(found[1]) == 0:
            aspects.append((title, []))
        if not aspects or int(found[1]) != len(aspects[-1][1]):
            return ()
        aspects[-1][1].append(found[2])
    return tuple(RubricAspect(title, tuple(levels)) for title, levels in aspects)


def text_of_rubric(rubric: Sequence[RubricAspect]) -> str:
    """Write a rubric as notes that `rubric_of_text` reads."""
    blocks = []
    for aspect in rubric:
        levels = [f"{points}: {' '.join(level.split())}" for points, level in enumerate(aspect.levels)]
        blocks.append("\n".join([" ".join(aspect.title.split()), *levels]))
    return "\n\n".join(blocks)
