"""What keeps items of a file from entering the bank, found for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session, select

from itembank.authoring.admission import check_criterion
from itembank.authoring.content_problems import marked_texts
from itembank.authoring.enemies import check_reason
from itembank.authoring.item_types.question import problem
from itembank.authoring.marked_text import image_ids, mark_problems
from itembank.authoring.same_texts import same_text_problems
from itembank.authoring.testlets import MemberOfTestlet, check_no_enemies, check_one_unit, members_of_testlets
from itembank.errors import InvalidInput
from itembank.framework.document import Framework
from itembank.framework.store import current_standard
from itembank.media.images import image_sizes
from itembank.tables import Item

if TYPE_CHECKING:
    from itembank.authoring.exchange import ExchangedItem

#: Characters of the longest code that an item can have.
MAXIMUM_CODE = 80


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the items of a file are checked against: the standard, the bank, and one another."""

    framework: Framework
    taken: frozenset[str]
    codes: frozenset[str]
    members: Mapping[str, Sequence[MemberOfTestlet]]
    images: frozenset[str]


def import_problems(
    session: Session, items: Sequence[ExchangedItem], *, images: Collection[str] = ()
) -> Mapping[int, InvalidInput]:
    """Find what keeps items from being stored beside the bank and beside one another.

    Args:
        session: The transaction.
        items: Items of a file.
        images: Ids of images that come with the file.

    Returns:
        The first problem of each item that has one, by its place from 0.
    """
    around = _surroundings(session, items, images)
    found = {}
    earlier: set[str] = set()
    for place, item in enumerate(items):
        try:
            _check(item, around, name=_name(item, place))
            _check_code(item.code, around.taken | earlier if item.code in earlier else around.taken)
        except InvalidInput as error:
            found[place] = error
        earlier.add(item.code)
    return found


def storable_places(
    session: Session, items: Sequence[ExchangedItem], *, images: Collection[str] = ()
) -> tuple[tuple[int, ...], Mapping[int, InvalidInput]]:
    """Find which items can be stored without the others.

    An item that names another as its enemy can't be stored where that one can't.

    Args:
        session: The transaction.
        items: Items of a file.
        images: Ids of images that come with the file.

    Returns:
        The places from 0 of those that can, and the first problem of each of the others by its place.
    """
    left = list(range(len(items)))
    problems: dict[int, InvalidInput] = {}
    while True:
        found = import_problems(session, [items[place] for place in left], images=images)
        if not found:
            return tuple(left), problems
        problems |= {left[place]: error for place, error in found.items()}
        left = [one for place, one in enumerate(left) if place not in found]


def _surroundings(session: Session, items: Sequence[ExchangedItem], images: Collection[str]) -> _Surroundings:
    taken = frozenset(session.exec(select(Item.code)))
    members: dict[str, list[MemberOfTestlet]] = defaultdict(list)
    for member in members_of_testlets(session):
        members[member.testlet].append(member)
    for place, item in enumerate(items):
        if item.content.testlet:
            name = _name(item, place)
            members[item.content.testlet].append(MemberOfTestlet(name, item.content.testlet, item.content.criterion))
    shown = {one for item in items for one in _images(item)}
    known = image_sizes(session, ids=sorted(shown)) if shown else {}
    return _Surroundings(
        framework=current_standard(session).framework,
        taken=taken,
        codes=taken | {item.code for item in items},
        members=members,
        images=frozenset(images) | frozenset(known),
    )


def _check(item: ExchangedItem, around: _Surroundings, *, name: str) -> None:
    content = item.content
    check_criterion(around.framework, content.criterion)
    for error in (*mark_problems(marked_texts(content)), *same_text_problems(content)):
        raise error
    for image in _images(item):
        if image not in around.images:
            expected = "images that come with the file or are kept here"
            raise problem("image", expected, reason="image_unknown")
    members = around.members[content.testlet] if content.testlet else ()
    if content.testlet:
        check_one_unit(content, item=name, members=members, framework=around.framework)
    _check_enemies(item, known=around.codes, members=members)


def _check_enemies(item: ExchangedItem, *, known: Collection[str], members: Sequence[MemberOfTestlet]) -> None:
    codes = {enemy.code for enemy in item.enemies}
    for code in sorted(codes):
        if code not in known or code in ("", item.code):
            raise InvalidInput(field="enemies", expected=f"codes of other items of the file or the bank, not {code!r}")
    for enemy in item.enemies:
        if enemy.reason:
            check_reason(enemy.reason)
    if item.content.testlet:
        check_no_enemies(item.content.testlet, members=members, enemies=codes, field="enemies")


def _check_code(code: str, taken: Collection[str]) -> None:
    if not code:
        return
    if not code.isprintable() or " " in code or len(code) > MAXIMUM_CODE:
        expected = f"a code without blanks of at most {MAXIMUM_CODE} characters, such as DG101-1.1-01"
        raise problem("id", expected, reason="code_shape")
    if code in taken:
        raise problem("id", "a code that is not taken yet", reason="code_taken")


def _images(item: ExchangedItem) -> Iterator[str]:
    for _, text in marked_texts(item.content):
        if "](" in text:
            yield from image_ids(text)


def _name(item: ExchangedItem, place: int) -> str:
    return item.code or f"number {place + 1}"
