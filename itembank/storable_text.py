"""Text that both databases can keep and every page can show."""

from __future__ import annotations


def can_be_kept(text: str) -> bool:
    """Tell whether a text is free of null characters and of halves of surrogate pairs.

    PostgreSQL keeps neither. SQLite keeps both, inside a JSON document, but no page that shows the half of a pair could
    be sent any more.
    """
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
