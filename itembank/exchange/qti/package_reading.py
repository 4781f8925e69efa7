"""Reads a package, or a single item outside of one."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from itembank.errors import InvalidInput, UnreadableFile
from itembank.exchange.file_bytes import file_bytes, refuse_too_many
from itembank.exchange.item_file import ItemDefaults, ItemFile, Loss, ReadItem
from itembank.exchange.qti.archive import ARCHIVES, MOST_PACKED, Archive, resolved
from itembank.exchange.qti.body_text import BodyReader
from itembank.exchange.qti.item_reading import FoundItem, Reading, read_item
from itembank.exchange.qti.manifest_reading import MANIFEST, Resource, read_manifest
from itembank.exchange.qti.metadata import read_metadata
from itembank.exchange.qti.own_record import OwnRecord, read_record
from itembank.exchange.qti.package_images import PackageImages
from itembank.exchange.qti.response_processing import Budget, TooManySteps
from itembank.exchange.qti.safe_xml import MOST_XML_BYTES, BrokenXml, read_xml
from itembank.exchange.qti.stimuli import StimulusFinder
from itembank.exchange.qti.tests_and_usage import losses_of_test, losses_of_usage
from itembank.exchange.qti.tree import Node

ITEM: Final = "assessmentItem"
#: Twenty thousand items have fewer; whatever has more is made to keep a server busy.
MOST_TAGS: Final = 6_000_000
#: Documents that are read with the items that refer to them, or say nothing by themselves.
_PARTS: Final = ("assessmentStimulus", "assessmentTest", "assessmentSection", "usageData", "responseProcessing")
_LOOKS_LIKE_ITEM: Final = re.compile(rb"<(?:\w+:)?(?:assessmentItem|qti-assessment-item)\b")
_ZIP_MARK: Final = b"PK"


def read_qti(path: Path, *, defaults: ItemDefaults) -> ItemFile:
    """Read a package of QTI 2.1, 2.2 or 3.0, or the XML of a single item.

    Args:
        path: A zip archive with a manifest at its root, or an XML file.
        defaults: What items get that the package does not say.

    Returns:
        All items in the order of the manifest, with what is wrong with them and what is left behind.

    Raises:
        UnreadableFile: It is neither, is damaged, or is made to do harm; says which and where.
    """
    data = b""
    try:
        with path.open("rb") as file:
            data = file.read(len(_ZIP_MARK))
        if data != _ZIP_MARK:
            return _single(path, defaults)
        if path.stat().st_size > MOST_PACKED:
            raise UnreadableFile(file=path.name, expected=f"at most {MOST_PACKED:,} bytes")
        with zipfile.ZipFile(path) as archive:
            return _Package(Archive(path, archive), defaults).read()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise UnreadableFile(file=path.name, expected=f"a sound zip archive; {error}") from None
    except OSError as error:
        raise UnreadableFile(file=path.name, expected=f"cannot be read ({error.strerror or error})") from None


def _single(path: Path, defaults: ItemDefaults) -> ItemFile:
    try:
        root = read_xml(file_bytes(path, most=MOST_XML_BYTES), file=path.name)
    except BrokenXml as error:
        raise UnreadableFile(file=path.name, expected=f"a package or an item of QTI; this is {error}") from None
    if root.name != ITEM:
        raise UnreadableFile(file=path.name, expected=f"a package or an item of QTI, not {root.name[:80]}")
    images = PackageImages(None)

    def load(address: str) -> Node:
        raise InvalidInput(field="stimulus", expected=f"the package that holds {address[:80]}")

    finder = StimulusFinder(load, lambda _, texts: texts, lambda address: address)
    found = FoundItem(path.name, root, images.finder(path.name), finder)
    return ItemFile((read_item(found, defaults=defaults).item,), images.found)


@dataclass(slots=True)
class _Package:
    """One package while it is read."""

    archive: Archive
    defaults: ItemDefaults
    budget: Budget = field(default_factory=Budget)
    #: Tags read so far, in all documents but the manifest.
    tags: int = 0

    def read(self) -> ItemFile:
        resources = read_manifest(self.archive)
        refuse_too_many(self.archive.path, sum("item" in one.type for one in resources))
        images = PackageImages(self.archive)
        told = self._told(resources)
        documents = [one for one in resources if one.type.startswith("imsqti") and not _is_about_items(one)]
        readings = [self._read_document(resource, images, told) for resource in documents]
        found = [reading for reading in readings if reading is not None]
        listed = {resource.file for resource in resources} | {file for one in resources for file in one.files}
        rest = [Reading(item) for item in self._unlisted({name for name in listed if name})]
        return ItemFile(_with_testlets([*found, *rest]), images.found)

    def _told(self, resources: Sequence[Resource]) -> dict[str, list[Loss]]:
        """Read what tests and usage data say about items, by file or identifier of the item."""
        told: dict[str, list[Loss]] = defaultdict(list)
        for resource in resources:
            if not _is_about_items(resource):
                continue
            try:
                root = self._document(resource.file, resource.href)
            except InvalidInput:
                # Without it the items are no less; what is named is only left behind.
                continue
            losses = losses_of_usage(root) if root.name == "usageData" else losses_of_test(root, resource.file or "")
            for name, loss in losses:
                told[name].append(loss)
        return told

    def _read_document(
        self, resource: Resource, images: PackageImages, told: Mapping[str, list[Loss]]
    ) -> Reading | None:
        """Read an item; None if the document is no item and needs to be none."""
        place = resource.file or resource.href or resource.identifier
        try:
            root = self._document(resource.file, resource.href)
        except InvalidInput as error:
            return Reading(ReadItem(place, resource.identifier, None, (error,)))
        if root.name == ITEM or "item" in resource.type:
            return self._item(resource, root, images, told)
        if root.name in _PARTS:
            return None
        expected = f"a document of QTI 2.1, 2.2 or 3.0, not {root.name[:80]}"
        return Reading(ReadItem(place, resource.identifier, None, (InvalidInput(field="resource", expected=expected),)))

    def _item(self, resource: Resource, root: Node, images: PackageImages, told: Mapping[str, list[Loss]]) -> Reading:
        place = resource.file or resource.href
        names = dict.fromkeys((place, root.get("identifier"), resource.identifier))
        found = FoundItem(
            place=place,
            root=root,
            image=images.finder(place),
            stimulus=self._stimuli(place, images),
            described=read_metadata(resource.metadata),
            record=self._record(resource, images),
            budget=self.budget,
            lost=tuple(loss for name in names for loss in told.get(name, ())),
        )
        try:
            return read_item(found, defaults=self.defaults)
        except TooManySteps:
            expected = "scoring that can be tried out in reasonable time"
            raise UnreadableFile(file=self.archive.path.name, expected=expected) from None

    def _stimuli(self, base: str, images: PackageImages) -> StimulusFinder:
        def load(address: str) -> Node:
            return self._document(resolved(base, address), address)

        def reader(address: str, texts: BodyReader) -> BodyReader:
            return replace(texts, image=images.finder(resolved(base, address) or base))

        return StimulusFinder(load, reader, lambda address: resolved(base, address) or address)

    def _record(self, resource: Resource, images: PackageImages) -> OwnRecord | None:
        for name in resource.files:
            if name.endswith(".json") and name in self.archive:
                data = self.archive.read(name)
                record = read_record(data, images=images.renamed(data))
                if record is not None:
                    return record
        return None

    def _document(self, name: str | None, href: str) -> Node:
        if name is None or name not in self.archive:
            shown = (name or href)[:80] or "nothing"
            raise InvalidInput(field="file", expected=f"a file that is in the package; {shown} is not")
        data = self.archive.read(name)
        self.tags += data.count(b"<")
        if self.tags > MOST_TAGS:
            raise UnreadableFile(file=self.archive.path.name, expected="fewer elements than any bank of questions has")
        try:
            return read_xml(data, file=f"{self.archive.path.name}, {name}")
        except BrokenXml as error:
            raise InvalidInput(field="file", expected=str(error)) from None

    def _unlisted(self, listed: set[str]) -> Iterator[ReadItem]:
        """Name what nobody would find out otherwise: archives within, and items that the manifest leaves out."""
        for name in self.archive.names:
            lowered = name.lower()
            if lowered.endswith(ARCHIVES):
                problem = InvalidInput(field="file", expected="no archives within the package; they are not opened")
                yield ReadItem(name, name, None, (problem,))
            elif lowered.endswith(".xml") and name not in listed and self._looks_like_item(name):
                problem = InvalidInput(field="file", expected=f"an item that {MANIFEST} names")
                yield ReadItem(name, name, None, (problem,))

    def _looks_like_item(self, name: str) -> bool:
        return name != MANIFEST and _LOOKS_LIKE_ITEM.search(self.archive.read(name)[:4096]) is not None


def _is_about_items(resource: Resource) -> bool:
    return "test" in resource.type or "usagedata" in resource.type


def _with_testlets(readings: Sequence[Reading]) -> tuple[ReadItem, ...]:
    """Make testlets of items that show the same text and have no code of a testlet yet."""
    sharing: dict[str, int] = defaultdict(int)
    for reading in readings:
        sharing[reading.stimulus] += bool(reading.stimulus)
    return tuple(
        _in_testlet(reading.item, reading.stimulus) if sharing[reading.stimulus] > 1 else reading.item
        for reading in readings
    )


def _in_testlet(read: ReadItem, name: str) -> ReadItem:
    if read.item is None or read.item.content.testlet:
        return read
    content = read.item.content
    # Other packages may have a text of the same name; the code tells them apart.
    text = sha256(content.stimulus.encode()).hexdigest()[:6]
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(name.split("\n")[0]).stem if len(name) < 200 else "").strip("-")[:30]
    return replace(read, item=replace(read.item, content=replace(content, testlet=f"{stem or 'T'}-{text}")))
