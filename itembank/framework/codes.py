"""Codes as they look in a text; what they mean is nobody's business but the issuer's."""

from __future__ import annotations

import re

CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/\-]*[A-Za-z0-9])?")
DIGITS = re.compile(r"[0-9]+")


def is_code(word: str) -> bool:
    """Whether a word could be the code of a unit or an element: Latin letters and figures, at least one figure."""
    return CODE.fullmatch(word) is not None and DIGITS.search(word) is not None


def stem(code: str) -> str:
    """The code with every figure replaced, so that codes of one family look alike: ``DG102`` gives ``DG999``."""
    return re.sub(r"[0-9]", "9", code)


def shape(code: str) -> str:
    """The code's outline, so that codes of one standard look alike: ``DG102`` and ``Dlit400`` give ``A9``."""
    return re.sub(r"[A-Za-z]+", "A", DIGITS.sub("9", code))


def counter(code: str) -> int:
    """The last run of figures, by which the codes of a family count on."""
    runs: list[str] = DIGITS.findall(code)
    return int(runs[-1]) if runs else 0
