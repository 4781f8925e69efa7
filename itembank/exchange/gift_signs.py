"""The signs of GIFT, and how texts keep theirs from being taken for them."""

from __future__ import annotations

import re
from typing import Final

_SIGNS: Final = "~=#{}:\\"
_ESCAPED: Final = re.compile(r"\\([~=#{}:\\n])")
#: Where escaped signs wait while the others are read: characters that no text may have.
_HIDDEN: Final = {sign: chr(0xFDD0 + place) for place, sign in enumerate(f"{_SIGNS}n")}
_SHOWN: Final = {ord(hidden): "\n" if sign == "n" else sign for sign, hidden in _HIDDEN.items()}


def hidden(text: str) -> str:
    """Hide the escaped signs of a text, so that those that are left are GIFT's own."""
    return _ESCAPED.sub(lambda found: _HIDDEN[found[1]], text)


def shown(text: str) -> str:
    """Give a text with the signs that were hidden."""
    return text.translate(_SHOWN)


def with_escapes(text: str) -> str:
    """Write a text so that none of its signs is taken for GIFT's."""
    return re.sub(r"[~=#{}:\\]", lambda found: f"\\{found[0]}", text).replace("\n", "\\n")
