"""The images of a package: found, cleaned and known by their ids."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Callable
from typing import Final

from itembank.errors import InvalidInput, UnreadableFile
from itembank.exchange.qti.archive import Archive, resolved
from itembank.media.cleaning import clean_image

_DATA: Final = re.compile(r"data:image/[a-z+.-]+;base64,", re.IGNORECASE)
_MARK: Final = re.compile(rb"\(media:([0-9a-f]{64})\)")
_MOST_OF_NAME: Final = 80
#: Points of all images together; each is read in full and written anew, which takes its time.
MOST_POINTS: Final = 1_000_000_000
#: What an image counts at least, however small.
_LEAST_POINTS: Final = 100_000


class PackageImages:
    """Images by their names in the package, each cleaned once."""

    def __init__(self, archive: Archive | None) -> None:
        self.found: dict[str, bytes] = {}
        self._archive = archive
        self._points = 0
        self._ids: dict[str, str] = {}
        names = archive.names if archive else ()
        self._ours = {posixpath.splitext(posixpath.basename(name))[0]: name for name in names}

    def finder(self, base: str) -> Callable[[str], str]:
        """Give what finds the images that a document refers to.

        Args:
            base: The name of the document.
        """

        def find(address: str) -> str:
            inline = _DATA.match(address)
            if inline:
                return self._kept(_decoded(address[inline.end() :]))
            name = resolved(base, address)
            if name is None:
                raise _wrong(f"an image inside the package, not {address[:_MOST_OF_NAME] or 'nothing'}")
            return self._of_file(name)

        return find

    def renamed(self, record: bytes) -> dict[str, str]:
        """Give what the ids in a record of our own are now, for the images that the package holds."""
        ids = {found.decode() for found in _MARK.findall(record)}
        found = {}
        for old in sorted(ids & set(self._ours)):
            try:
                found[old] = self._of_file(self._ours[old])
            except InvalidInput:
                # A mark without its image is named where texts are checked.
                continue
        return found

    def _of_file(self, name: str) -> str:
        if name not in self._ids:
            if self._archive is None or name not in self._archive:
                raise _wrong(f"an image that is in the package; {name[:_MOST_OF_NAME]} is not")
            try:
                self._ids[name] = self._kept(self._archive.read(name))
            except InvalidInput as error:
                raise _wrong(f"{name[:_MOST_OF_NAME]}: {error.details['expected']}") from None
        return self._ids[name]

    def _kept(self, data: bytes) -> str:
        image = clean_image(data)
        self._points += max(_LEAST_POINTS, image.width * image.height)
        if self._points > MOST_POINTS:
            name = self._archive.path.name if self._archive else "images"
            raise UnreadableFile(file=name, expected=f"at most {MOST_POINTS:,} points in all images together")
        self.found[image.id] = data
        return image.id


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        raise _wrong("an image in sound base64") from None


def _wrong(expected: str) -> InvalidInput:
    return InvalidInput(field="image", expected=expected)
