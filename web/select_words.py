"""What a list to choose from can show of a rich text: its words alone."""

from __future__ import annotations

import html
import re

_BEYOND_WORDS = re.compile(r"<(?:math|img|table|svg)\b")
_TAG = re.compile(r"<[^>]*>")


def select_words(rich: str) -> str:
    """Give the words of a text for a list that shows no more than words; nothing if words do not say it.

    Args:
        rich: The text as HTML that may be shown, without scripts or style sheets.
    """
    if _BEYOND_WORDS.search(rich):
        return ""
    return " ".join(html.unescape(_TAG.sub("", rich)).split())
