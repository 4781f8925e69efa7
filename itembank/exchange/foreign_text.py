"""Texts as learning platforms mark them: HTML, Markdown of their own kind, plain text, or a mixture."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from itembank.exchange.html_text import FindImage, escaped, markdown_of_html
from itembank.exchange.item_file import Loss

#: Unicode keeps these out of texts for programs to use within: stand-ins for signs while a text is taken apart.
RESERVED: Final = re.compile("[\ufdd0-\ufdef]")
#: No field of an item takes a longer text, so that nothing needs to be found out about it.
LONGEST: Final = 20_000
#: In their Markdown a formula of a line needs its backslashes doubled, in ours it stands between dollar signs.
_OPENING, _CLOSING = "\\\\(", "\\\\)"
_OUR_FORMULA: Final = re.compile(r"(?<![\\$])\$(?![\s$])((?:[^$\\]|\\.)+?)(?<!\s)\$(?!\$)", re.DOTALL)
#: No part of it goes beyond where the next image may begin, else unclosed ones would be gone through time and again.
_IMAGE: Final = re.compile(r"!\[((?:[^\[\]\\]|\\.)*)\]\(<?([^()\s<>]+)>?(?:\s+\"[^\"]*\")?\)")
_TAG: Final = re.compile(r"<[a-zA-Z/!]")


def our_text(text: str, form: str, *, find_image: FindImage = lambda _: None) -> tuple[str, tuple[Loss, ...]]:
    """Write a foreign text as ours.

    Args:
        text: The text.
        form: ``html``, ``markdown``, ``plain_text`` or ``plain``; anything else is plain text in which HTML counts.
        find_image: Gives the ids of images.

    Returns:
        The text, and what has no place in it. A text that is too long for any field stays as it came.
    """
    text = text.replace("\r\n", "\n").strip()
    if form == "html":
        return markdown_of_html(text, find_image=find_image)
    if form == "markdown":
        return _our_markdown(text, find_image)
    if len(text) > LONGEST:
        return text, ()
    if form in ("plain_text", "plain"):
        return escaped(text), ()
    if not _TAG.search(text):
        text = escape(text, quote=False).replace("&amp;", "&")
    return markdown_of_html(text.replace("\n", "<br>"), find_image=find_image)


def _our_markdown(text: str, find_image: FindImage) -> tuple[str, tuple[Loss, ...]]:
    lost = []

    def image(found: re.Match[str]) -> str:
        known = find_image(found[2])
        if known is None:
            lost.append(Loss("img", found[2][:200]))
            return found[1]
        return f"![{found[1]}](media:{known})"

    return _with_our_formulas(_IMAGE.sub(image, text)), tuple(lost)


def _with_our_formulas(text: str) -> str:
    parts, end = [], 0
    # Where nothing closes a formula, nothing closes those after it.
    while (begin := text.find(_OPENING, end)) >= 0 and (close := text.find(_CLOSING, begin + len(_OPENING) + 1)) >= 0:
        parts += [text[end:begin], "$", text[begin + len(_OPENING) : close], "$"]
        end = close + len(_CLOSING)
    return "".join(parts) + text[end:]


def their_markdown(text: str) -> str:
    """Write a text of ours as their Markdown."""
    return _OUR_FORMULA.sub(r"\\\\(\1\\\\)", text)
