"""Marks for what changed between two wordings, put into the very rendering that candidates see.

The texts are rendered with two signs around each changed run, signs that no text holds; afterwards every piece of text
between them is wrapped. Runs may so begin in one paragraph and end in the next, and the page stays well-formed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from markupsafe import Markup, escape

from itembank.authoring.content import NumericKey, Option, Prompt, RubricAspect
from itembank.authoring.content_differences import WordingSide
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.wording_differences import Passage
from web.texts_catalogue import Texts

# From the private use area: letters to nobody, and no blank to the reader of marks.
_BEGIN, _END = "\ue000", "\ue001"
_SIGNS = re.compile(f"[{_BEGIN}{_END}]")

#: A tag, whose attributes may hold any sign, or the text up to the next.
_PIECE = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>|[^<]+""")
_TAG_NAME = re.compile(r"<(/?)([a-z0-9]+)", re.IGNORECASE)

#: What stands at the beginning of a line of a list, quotation or code, or parts the cells of a table.
_LINE_MARK = re.compile(r"\s*(?:(?:[-*]|[0-9]{1,3}\.) +|> |`{3,}\w*|\|)*")
_NO_WORDS = re.compile(r"[\s|:`-]*")

#: Elements that are marked as a whole, and those that can't hold any mark.
_WHOLE, _UNMARKED = frozenset({"math", "img"}), frozenset({"select", "option", "textarea"})


def marked_item(side: WordingSide) -> ItemDraft:
    """Give one side's item with signs around what changed, for rendering it and for `show_changes` afterwards."""
    item = side.item
    return replace(
        item,
        stimulus=_signed(side.stimulus),
        stem=_signed(side.stem),
        options=tuple(
            Option(_signed(option.text), option.correct, _signed(option.rationale)) for option in side.options
        ),
        prompts=tuple(
            Prompt(prompt.key, _signed(worded.text), tuple(map(_signed, worded.options)))
            for prompt, worded in zip(item.prompts, side.prompts, strict=True)
        ),
        number=_number(item.number, side),
        accepted=tuple(map(_signed, side.accepted)),
        rubric=tuple(RubricAspect(_signed(aspect.title), tuple(map(_signed, aspect.levels))) for aspect in side.rubric),
        rationale=_signed(side.rationale),
    )


def show_changes(html: str, mark: str, t: Texts) -> Markup:
    """Turn the signs in rendered texts into marks.

    Args:
        html: What was rendered from a marked item.
        mark: ``ins`` or ``del``.
        t: The reader's language, for the words that screen readers get.
    """
    language = t.language
    before = f'<span class="visually-hidden" lang="{language}">[{escape(t(f"bank.mark_{mark}"))}] </span>'
    after = f'<span class="visually-hidden" lang="{language}"> [{escape(t("bank.mark_end"))}]</span>'
    pieces = _marked(html, f"<{mark}>{before}", f"{after}</{mark}>")
    return Markup("".join(pieces))  # noqa: S704 (the pieces were rendered, and only marks are put between them)


def _marked(html: str, begin: str, end: str) -> Iterator[str]:
    changed, unmarked, whole = False, 0, 0
    for piece in _PIECE.findall(html):
        if not piece.startswith("<"):
            # Inside a formula no element of HTML may stand, and a list to choose from shows words only.
            inside = bool(unmarked or whole)
            text, changed = _text(piece, changed=changed, begin="" if inside else begin, end="" if inside else end)
            yield text
            continue
        tag = _SIGNS.sub("", piece)
        closes, name = _tag(piece)
        step = -1 if closes else 1
        if name in _UNMARKED:
            unmarked += step
        if name in _WHOLE and changed and not unmarked:
            opens, ends = (name == "img" or not closes), (name == "img" or closes)
            tag = f"{begin if opens else ''}{tag}{end if ends else ''}"
        whole += step if name == "math" else 0
        yield tag


def _tag(piece: str) -> tuple[bool, str]:
    found = _TAG_NAME.match(piece)
    return (bool(found.group(1)), found.group(2).lower()) if found else (False, "")


def _text(piece: str, *, changed: bool, begin: str, end: str) -> tuple[str, bool]:
    """Wrap the changed runs of a text, and tell whether the change goes on behind it."""
    found = []
    for part in re.split(f"([{_BEGIN}{_END}])", piece):
        if part in (_BEGIN, _END):
            changed = part == _BEGIN
        elif changed and part.strip():
            found.append(f"{begin}{part}{end}")
        else:
            found.append(part)
    return "".join(found), changed


def _number(key: NumericKey | None, side: WordingSide) -> NumericKey | None:
    return replace(key, value=_signed(side.value), unit=_signed(side.unit)) if key else None


def _signed(passages: Sequence[Passage]) -> str:
    """Write passages as source text again, with signs around what changed."""
    found, strong, at_line_start = [], False, True
    for passage in passages:
        if passage.strong != strong:
            found.append("**")
            strong = passage.strong
        text = _SIGNS.sub("", passage.text)
        found.append(_with_signs(text, at_line_start=at_line_start) if passage.changed else text)
        at_line_start = text.endswith("\n")
    return "".join([*found, "**"] if strong else found)


def _with_signs(text: str, *, at_line_start: bool) -> str:
    """Put signs around each line of a text, behind the marks that make it part of a list or of code."""
    found = []
    for place, line in enumerate(text.split("\n")):
        mark = _LINE_MARK.match(line) if place or at_line_start else None
        head, words = (mark.group(), line[mark.end() :]) if mark else ("", line)
        cells = words.split("|")
        signed = [cell if _NO_WORDS.fullmatch(cell) else f"{_BEGIN}{cell}{_END}" for cell in cells]
        found.append(head + "|".join(signed))
    return "\n".join(found)
