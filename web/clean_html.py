"""What HTML a text of an item may come to: an explicit list of elements and attributes; everything else is dropped.

The renderer makes nothing else in the first place. This is the second lock on the door: were there a hole in it, no
script, style, form, link or address of another site would get through.
"""

from __future__ import annotations

import re

import nh3

_IMAGE_ADDRESS = re.compile(r"/media/[0-9a-f]{64}")
_MATH_TAGS = {
    "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts",
    "mroot", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder",
    "munderover", "none",
}  # fmt: skip
_MATH_ATTRIBUTES = {
    "accent", "accentunder", "columnalign", "depth", "displaystyle", "fence", "form", "height", "largeop", "linebreak",
    "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rspace",
    "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width",
}  # fmt: skip
_TEXT_TAGS = {
    "blockquote", "br", "code", "div", "em", "img", "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td",
    "th", "thead", "tr", "ul",
}  # fmt: skip


def clean_html(html: str) -> str:
    """Drop everything that a text of an item may not come to.

    Args:
        html: What the renderer made.
    """
    return _CLEANER.clean(html)


def _kept(tag: str, name: str, value: str) -> str | None:
    if (tag, name) == ("img", "src"):
        return value if _IMAGE_ADDRESS.fullmatch(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TEXT_TAGS | _MATH_TAGS,
    attributes={tag: set(_MATH_ATTRIBUTES) for tag in _MATH_TAGS}
    | {
        "math": {"alttext", "display", "xmlns"},
        "div": {"tabindex"},
        "pre": {"dir", "tabindex", "translate"},
        "code": {"dir", "translate"},
        "span": {"data-gap"},
        "li": {"value"},
        "th": {"scope"},
        "img": {"src", "alt"},
    },
    allowed_classes={
        "div": {"rich", "rich-scroll", "rich-formula"},
        "th": {"rich-end", "rich-center"},
        "td": {"rich-end", "rich-center"},
    },
    attribute_filter=_kept,
    url_schemes=set(),
    link_rel=None,
)
