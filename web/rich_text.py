"""What templates call to show texts of items: ``rich``, ``rich_line`` and ``rich_short``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from itembank.authoring.marked_text import plain_text
from itembank.authoring.markup.dialect import read_blocks, read_line
from web.clean_html import clean_html
from web.image_sizes import ImageSizes
from web.marked_html import marked_html

_IMAGE_SOURCE = re.compile(r' src="/media/([0-9a-f]{64})"')
_GAP = re.compile(r'<span data-gap="([0-9]+)"></span>')


@pass_context
def rich(context: Context, text: str, gaps: Mapping[int, str] | None = None) -> Markup:
    """Render a text that may have paragraphs, lists and tables, in a ``div`` of class ``rich``.

    Args:
        context: The template's; its ``image_sizes`` gives the room that images need before they are there.
        text: The text as it was written; HTML in it shows as text.
        gaps: What comes in the place of ``[[1]]``, ``[[2]]`` and so on, by number: Markup as it is, other text escaped.
            A gap without an entry stays as it was written.
    """
    return Markup(_finished(_rendered_blocks(text), context, gaps or {}))  # noqa: S704 (cleaned)


@pass_context
def rich_line(context: Context, text: str, gaps: Mapping[int, str] | None = None) -> Markup:
    """Render a text within a line, such as an option or a prompt: no paragraphs, lists or tables; line breaks stay.

    Args:
        context: As for ``rich``.
        text: The text as it was written.
        gaps: As for ``rich``.
    """
    return Markup(_finished(_rendered_line(text), context, gaps or {}))  # noqa: S704 (cleaned)


def rich_short(text: str, length: int) -> Markup:
    """Render a text in one line for lists of items: whole with its emphasis if it is short, else its beginning, plain.

    Args:
        text: The text as it was written.
        length: How many characters to show at most before an ellipsis.
    """
    plain = plain_text(text)
    if len(plain) <= length and "\n" not in text and "![" not in text:
        return Markup(_rendered_line(text))  # noqa: S704 (cleaned)
    line = " ".join(plain.split())
    return escape(line if len(line) <= length else line[:length].rstrip() + "…")


def install_rich_text(environment: Environment) -> None:
    """Make the functions known to templates."""
    environment.globals.update(rich=rich, rich_line=rich_line, rich_short=rich_short)


# A text is a few hundred characters as a rule, and a bank is shown over and over.
@lru_cache(maxsize=2048)
def _rendered_blocks(text: str) -> str:
    return clean_html(f'<div class="rich">{marked_html(read_blocks(text))}</div>')


@lru_cache(maxsize=4096)
def _rendered_line(text: str) -> str:
    return clean_html(marked_html(read_line(text)))


def _finished(html: str, context: Context, gaps: Mapping[int, str]) -> str:
    """Put in what is not the text's own: sizes of images, and gaps, which hold what would not stand the cleaning."""
    if "<img" in html:
        sizes_of: ImageSizes | None = context.get("image_sizes")
        sizes = sizes_of(_IMAGE_SOURCE.findall(html)) if sizes_of else {}
        html = _IMAGE_SOURCE.sub(lambda found: found.group() + _size(sizes.get(found.group(1))), html)
    if "data-gap" in html:
        html = _GAP.sub(lambda found: str(escape(gaps.get(int(found.group(1)), f"[[{found.group(1)}]]"))), html)
    return html


def _size(size: tuple[int, int] | None) -> str:
    return f' width="{size[0]}" height="{size[1]}"' if size else ""
