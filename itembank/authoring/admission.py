"""Whether a question may enter the bank: its criterion takes items, its texts can be shown, its testlet takes it."""

from __future__ import annotations

from sqlmodel import Session

from itembank.authoring.content import ItemContent
from itembank.authoring.content_problems import WrittenItem, marked_texts
from itembank.authoring.enemies import enemy_codes
from itembank.authoring.item_types.question import problem
from itembank.authoring.marked_text import image_ids, mark_problems
from itembank.authoring.same_texts import same_text_problems
from itembank.authoring.testlets import check_no_enemies, check_one_unit, members_of_testlets
from itembank.errors import InvalidInput
from itembank.framework.document import Framework
from itembank.framework.errors import UnknownCode
from itembank.media.images import image_sizes
from itembank.tables import Item


def check_admission(session: Session, *, framework: Framework, content: ItemContent, item: Item | None = None) -> None:
    """Refuse content that can't stand in the bank beside what is there.

    Args:
        session: The transaction.
        framework: The standard that the item is written for.
        content: What would be saved.
        item: Its item; None for a new one.

    Raises:
        InvalidInput: Names the field and what was expected.
    """
    check_criterion(framework, content.criterion)
    check_marks(session, content)
    if not content.testlet:
        return
    members = members_of_testlets(session, testlet=content.testlet)
    check_one_unit(content, item=item.code if item else "", members=members, framework=framework)
    if item is not None:
        check_no_enemies(content.testlet, members=members, enemies=enemy_codes(session, item_id=item.id))


def marked_text_problems(session: Session, item: WrittenItem) -> tuple[InvalidInput, ...]:
    """Find marks in the texts that can't be shown, images that are not kept here, and texts that differ in marks alone.

    Args:
        session: The transaction.
        item: Content or a draft that would be saved.
    """
    texts = list(marked_texts(item))
    shown = {field: ids for field, text in texts if (ids := image_ids(text))}
    known = image_sizes(session, ids=[one for ids in shown.values() for one in ids]) if shown else {}
    expected = "images that are kept here; the text names one that is not"
    unknown = [
        problem(field, expected, reason="image_unknown") for field, ids in shown.items() if not known.keys() >= set(ids)
    ]
    return (*mark_problems(texts), *unknown, *same_text_problems(item))


def check_marks(session: Session, item: WrittenItem) -> None:
    """Refuse texts with marks that can't be shown, or that only marks tell apart.

    Raises:
        InvalidInput: Names the field and what was expected.
    """
    for found in marked_text_problems(session, item):
        raise found


def check_criterion(framework: Framework, code: str) -> None:
    """Refuse a criterion that can't take written items.

    Raises:
        InvalidInput: It does not exist, or its element is not assessed by a written exam.
    """
    try:
        element = framework.element_of(code)
    except UnknownCode:
        raise InvalidInput(
            field="criterion", expected=f"a criterion of the standard; there is no {code}", reason="criterion_unknown"
        ) from None
    if not element.is_written:
        raise InvalidInput(
            field="criterion",
            expected=f"a criterion with a written exam; {element.code} is assessed by other methods",
            reason="criterion_not_written",
        )
