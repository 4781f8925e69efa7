"""Reading an uploaded file, and finding what to say about each of its items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlmodel import Session

from itembank.actor import Actor, Role
from itembank.authoring.exchange import ExchangedItem
from itembank.authoring.flaws.lint import flaws_of
from itembank.authoring.import_checks import storable_places
from itembank.authoring.likeness import similar_items
from itembank.errors import InvalidInput, UnreadableFile
from itembank.exchange.item_file import ItemDefaults, ItemFile
from itembank.exchange.item_formats import ItemFormat, format_of
from itembank.exchange.trial_steps import TakesLong, while_waiting
from itembank.item_imports.report import ImportRow, row_of
from itembank.item_imports.uploads import FoundInFile, Upload

#: Called with how many items are dealt with and how many there are.
Told = Callable[[int, int], None]

#: In longer files only items that are word for word the same are looked for: the bank is asked for every item.
COMPARED_UP_TO: Final = 100
#: An item as like as this is likely the same one.
_LIKE: Final = 0.8
_MOST_ALIKE: Final = 3
#: A file of so many bytes is read while its sender waits, unless its scoring takes long to try out.
SMALL_BYTES: Final = 200_000


def look_into(session: Session, *, actor: Actor, sent: Upload) -> FoundInFile | None:
    """Look into a file while its sender waits, if it is a small one.

    Args:
        session: A transaction that only reads.
        actor: An item writer.
        sent: The file.

    Returns:
        What was found; None for a file that takes longer.

    Raises:
        NotAllowed: The actor is not an item writer.
        UnreadableFile: It can't be read.
    """
    actor.require(Role.ITEM_WRITER)
    if len(sent.data) > SMALL_BYTES:
        return None
    try:
        with while_waiting():
            found, file = read_upload(sent.data, name=sent.name, file_format=sent.file_format, defaults=sent.defaults)
    except TakesLong:
        return None
    if len(file.items) > COMPARED_UP_TO:
        return None
    return FoundInFile(found.name, report_on(session, actor=actor, file=file))


def read_upload(data: bytes, *, name: str, file_format: str, defaults: ItemDefaults) -> tuple[ItemFormat, ItemFile]:
    """Read a file that was sent.

    Args:
        data: The file.
        name: Its name, for messages and for its ending.
        file_format: Name of a format; found out if empty.
        defaults: What items get that the file leaves open.

    Raises:
        UnreadableFile: It can't be read; names it as its sender does, and what was expected.
    """
    with TemporaryDirectory(prefix="samat-import-") as folder:
        path = Path(folder) / f"file{Path(name).suffix.lower()[:10]}"
        path.write_bytes(data)
        try:
            found = format_of(path, file_format or None)
            return found, found.read(path, defaults=defaults)
        except UnreadableFile as error:
            told = str(error.details["file"]).replace(str(path), name).replace(path.name, name)
            raise UnreadableFile(file=told, expected=error.details["expected"]) from error


def report_on(
    session: Session, *, actor: Actor, file: ItemFile, told: Told = lambda _done, _total: None
) -> tuple[ImportRow, ...]:
    """Say about each item of a file whether it can be stored, and what to look at.

    Args:
        session: The transaction.
        actor: Who sent the file.
        file: What its reader found.
        told: Called now and then.
    """
    taken = [(place, read.item) for place, read in enumerate(file.items) if read.item is not None]
    _, found = storable_places(session, [item for _, item in taken], images=file.images)
    problems = {taken[place][0]: problem for place, problem in found.items()}
    twins = _twins(file)
    rows = []
    for place, read in enumerate(file.items):
        told(place, len(file.items))
        alike = twins.get(place, ())
        if read.item is not None and len(file.items) <= COMPARED_UP_TO:
            alike = (*alike, *_alike_in_bank(session, actor, read.item))
        rows.append(
            row_of(
                read,
                place + 1,
                problems=_listed(problems.get(place)),
                flaws=len(flaws_of(read.item.content)) if read.item else 0,
                alike=alike[:_MOST_ALIKE],
            )
        )
    return tuple(rows)


def _listed(problem: InvalidInput | None) -> Sequence[InvalidInput]:
    return (problem,) if problem else ()


def _alike_in_bank(session: Session, actor: Actor, item: ExchangedItem) -> tuple[str, ...]:
    found = similar_items(session, actor=actor, wording=item.content, least=_LIKE, most=_MOST_ALIKE)
    return tuple(one.code for one in found)


def _twins(file: ItemFile) -> Mapping[int, tuple[str, ...]]:
    """Find items that say the same as an earlier one of the file, and where that stands."""
    first: dict[tuple[object, ...], str] = {}
    twins = {}
    for place, read in enumerate(file.items):
        if read.item is None:
            continue
        content = read.item.content
        said = (content.stem, content.stimulus, content.options, content.prompts)
        if said in first:
            twins[place] = (first[said],)
        first.setdefault(said, read.place)
    return twins
