"""Items of the bank as a file to download, and what its format leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.exchange import ExchangedItem, export_items
from itembank.authoring.lifecycle import ItemState
from itembank.errors import InvalidInput, NotFound, UnreadableFile
from itembank.exchange.item_file import Loss, WrittenFile
from itembank.exchange.item_formats import FORMATS
from itembank.exchange.shown_images import images_of
from itembank.item_imports.exported_parameters import parameters_of
from itembank.media.images import image


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of items: its name, what kind it is, its bytes, how many items were asked for and what they lost."""

    name: str
    media_type: str
    data: bytes
    items: int
    lost: Mapping[str, tuple[Loss, ...]]


def export_file(
    session: Session,
    *,
    actor: Actor,
    file_format: str,
    place: str | None = None,
    state: ItemState | None = None,
) -> ExportedFile:
    """Write the newest versions of items as a file.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        file_format: Name of a format.
        place: Code of a criterion, an element or a unit; None for the whole bank.
        state: Only newest versions in this state.

    Raises:
        NotAllowed: The actor does not work on the bank.
        InvalidInput: There is no such format, or it can't hold a text of an item.
    """
    items = export_items(session, actor=actor, place=place, state=state)
    if file_format not in FORMATS:
        expected = f"one of {', '.join(FORMATS)}"
        raise InvalidInput(field="format", expected=expected, reason="format_unknown")
    chosen = FORMATS[file_format]
    with TemporaryDirectory(prefix="samat-export-") as folder:
        path = Path(folder) / f"items{chosen.ending}"
        try:
            written = write_with_images(session, path, items, file_format=file_format)
        except UnreadableFile as error:
            raise InvalidInput(field="format", expected=str(error.details["expected"])) from error
        data = path.read_bytes()
    name = f"items{f'-{place}' if place else ''}{chosen.ending}"
    return ExportedFile(name, chosen.media_type, data, len(items), written.lost)


def template_file() -> ExportedFile:
    """Give the workbook to fill in: no items, lists to choose from, an example of each type."""
    chosen = FORMATS["xlsx"]
    with TemporaryDirectory(prefix="samat-export-") as folder:
        path = Path(folder) / "items.xlsx"
        chosen.write(path, ())
        return ExportedFile(path.name, chosen.media_type, path.read_bytes(), 0, {})


def write_with_images(
    session: Session, path: Path, items: tuple[ExchangedItem, ...], *, file_format: str
) -> WrittenFile:
    """Write items to a file together with the images that they show and their calibrated parameters.

    Args:
        session: The transaction.
        path: Where.
        items: The items.
        file_format: Name of a format.

    Raises:
        UnreadableFile: The format can't hold a text of an item.
    """
    images = {}
    for one in {one for item in items for one in images_of(item.content)}:
        try:
            images[one] = image(session, image_id=one).data
        except NotFound:
            # Named by the format as one that is missing.
            continue
    parameters = parameters_of(session)
    return FORMATS[file_format].write(path, items, images=images, parameters=parameters)
