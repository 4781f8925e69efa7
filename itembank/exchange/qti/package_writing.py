"""Writes a package of items with their texts, images and statistics."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from itembank.authoring.exchange import ExchangedItem
from itembank.errors import UnreadableFile
from itembank.exchange.item_file import Loss, WrittenFile
from itembank.exchange.parameter_files import ParameterRow
from itembank.exchange.qti.item_writing import ItemWriter
from itembank.exchange.qti.manifest_reading import MANIFEST
from itembank.exchange.qti.manifest_writing import WrittenResource, manifest, metadata, usage_data
from itembank.exchange.qti.names import VERSIONS, Version
from itembank.exchange.qti.own_record import write_record
from itembank.exchange.qti.serialising import document
from itembank.exchange.qti.tree import digest
from itembank.exchange.shown_images import images_of

#: Entries bear no time, so that the same bank always gives the same bytes.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_ENDINGS: Final = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"GIF8", "gif"), (b"RIFF", "webp"))
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


def write_qti(
    path: Path,
    items: Iterable[ExchangedItem],
    *,
    version: str,
    images: Mapping[str, bytes],
    parameters: Mapping[str, ParameterRow] | None = None,
) -> WrittenFile:
    """Write a package.

    Args:
        path: Where; a file that is there already is replaced once the new one is complete.
        items: The items.
        version: ``2.1``, ``2.2`` or ``3.0``.
        images: The images that texts show, by id.
        parameters: Calibrated parameters by item code.

    Returns:
        What other programs won't find, by item code; what is read back here is all there.

    Raises:
        UnreadableFile: There is no such version, or the file can't be written.
    """
    if version not in VERSIONS:
        raise UnreadableFile(file=path.name, expected=f"a version of QTI among {', '.join(VERSIONS)}, not {version}")
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            lost = _Package(archive, VERSIONS[version], images).write(items, parameters or {})
        unfinished.replace(path)
    except OSError as error:
        raise UnreadableFile(file=path.name, expected=f"cannot be written ({error.strerror or error})") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return WrittenFile(lost)


@dataclass(slots=True)
class _Package:
    """One package while it is written."""

    archive: zipfile.ZipFile
    version: Version
    images: Mapping[str, bytes]
    resources: list[WrittenResource] = field(default_factory=list)
    #: Names that are taken, in small letters: some systems know no others.
    names: set[str] = field(default_factory=set)
    #: Name of each shared text that is written already, by its testlet, its words and their language.
    texts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    image_files: dict[str, str] = field(default_factory=dict)

    def write(
        self, items: Iterable[ExchangedItem], parameters: Mapping[str, ParameterRow]
    ) -> dict[str, tuple[Loss, ...]]:
        lost: dict[str, tuple[Loss, ...]] = {}
        statistics = []
        for item in items:
            identifier, losses = self._item(item)
            if losses:
                lost[item.code] = losses
            if item.code in parameters:
                statistics.append((identifier, parameters[item.code]))
        if statistics:
            self._add("usagedata.xml", document(usage_data(statistics), self.version))
            self.resources.append(WrittenResource("usagedata", self.version.usage_type, ("usagedata.xml",)))
        self._add(MANIFEST, manifest(self.resources, self.version))
        return lost

    def _item(self, item: ExchangedItem) -> tuple[str, tuple[Loss, ...]]:
        content = item.content
        identifier = self._name(item.code or "item")
        files = self._image_files(images_of(content))
        writer = ItemWriter(self.version, {image: f"../{file}" for image, file in files.items()})
        name = self._shared_text(item, writer)
        file = f"stimuli/{name}.xml" if name and self.version.stimulus_type else ""
        title = item.code or identifier
        root = writer.item(
            content, identifier=identifier, title=title, stimulus=f"../{file}" if file else "", testlet=name
        )
        shared = [writer.shared_text(content.stimulus, identifier=name, language=content.language)] if file else []
        self._add(f"items/{identifier}.xml", document(root, self.version))
        self._add(f"items/{identifier}.json", write_record(item, digest(root, *shared)))
        dependencies = [name] if file else []
        # Our own record shows the images of translations too.
        dependencies += [f"image-{image}" for image in files]
        self.resources.append(
            WrittenResource(
                identifier=identifier,
                type=self.version.item_type,
                files=(f"items/{identifier}.xml", f"items/{identifier}.json"),
                metadata=metadata(content, title=title),
                dependencies=tuple(dependencies),
            )
        )
        if content.translations:
            # Our own record has them; whoever reads the item alone does not find them.
            writer.lost.append(Loss("translations", f"other programs see {content.language} only"))
        return identifier, tuple(dict.fromkeys(writer.lost))

    def _shared_text(self, item: ExchangedItem, writer: ItemWriter) -> str:
        """Give the name of an item's shared text, written as a document of its own where the version has such."""
        content = item.content
        if not content.stimulus:
            return ""
        said = (content.testlet or item.code, content.stimulus, content.language)
        if said not in self.texts:
            name = self._name(f"text-{content.testlet or item.code}")
            self.texts[said] = name
            if self.version.stimulus_type:
                root = writer.shared_text(content.stimulus, identifier=name, language=content.language)
                self._add(f"stimuli/{name}.xml", document(root, self.version))
                self.resources.append(WrittenResource(name, self.version.stimulus_type, (f"stimuli/{name}.xml",)))
        return self.texts[said]

    def _image_files(self, wanted: Iterable[str]) -> dict[str, str]:
        """Give the file of each image that there is, written once."""
        found = {}
        for image in wanted:
            data = self.images.get(image)
            if data is None:
                continue
            if image not in self.image_files:
                ending = next((ending for mark, ending in _ENDINGS if data.startswith(mark)), "bin")
                self.image_files[image] = f"images/{image}.{ending}"
                self._add(self.image_files[image], data)
                self.resources.append(WrittenResource(f"image-{image}", "webcontent", (self.image_files[image],)))
            found[image] = self.image_files[image]
        return found

    def _name(self, wanted: str) -> str:
        """Give a name that identifiers and files can have, another one for each."""
        plain = _NOT_IN_NAMES.sub("_", wanted)[:100] or "_"
        if not (plain[0].isalpha() or plain[0] == "_"):
            plain = f"_{plain}"
        if plain != wanted:
            plain = f"{plain}-{sha256(wanted.encode()).hexdigest()[:6]}"
        name, number = plain, 1
        while name.lower() in self.names:
            number += 1
            name = f"{plain}-{number}"
        self.names.add(name.lower())
        return name

    def _add(self, name: str, data: bytes) -> None:
        entry = zipfile.ZipInfo(name, _NO_TIME)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        self.archive.writestr(entry, data)
