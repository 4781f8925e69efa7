"""A package as a bounded, read-only set of files in memory: nothing of it is ever written to disk."""

from __future__ import annotations

import posixpath
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from itembank.errors import UnreadableFile

MOST_FILES: Final = 50_000
MOST_PACKED: Final = 200_000_000
MOST_UNPACKED: Final = 200_000_000
MOST_OF_ONE: Final = 50_000_000
#: XML packs well, twentyfold at most; a thousandfold is a bomb. Small files are let off, they can't harm.
MOST_RATIO: Final = 100
_SMALL: Final = 1_000_000
ARCHIVES: Final = (".zip", ".7z", ".rar", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".imscc")

#: Flag bits of a zip entry: its bytes are encrypted, or its directory is.
_ENCRYPTED = 0x1 | 0x40 | 0x2000


class Archive:
    """The files of a package by their names, read one at a time."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        self._entries = _checked_entries(path, archive)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files, in the order of the archive."""
        return tuple(self._entries)

    def __contains__(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return name in self._entries

    def read(self, name: str) -> bytes:
        """Read one file.

        Raises:
            KeyError: There is no such file.
            UnreadableFile: It is damaged.
        """
        entry = self._entries[name]
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(entry.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise UnreadableFile(file=self.path.name, expected=f"{name}: a sound file; {error}") from None
        if len(data) > entry.file_size:
            raise UnreadableFile(file=self.path.name, expected=f"{name}: as many bytes as the archive says")
        return data


def resolved(base: str, href: str) -> str | None:
    """Give the name of the file that a reference in another file of the package means; None if it leads outside.

    Args:
        base: The file that the reference stands in.
        href: The reference.
    """
    target = unquote(href.split("#", 1)[0].split("?", 1)[0].strip())
    if not target or ":" in target or "\\" in target or target.startswith("/"):
        return None
    name = posixpath.normpath(posixpath.join(posixpath.dirname(base), target))
    return None if name.startswith("../") or name in ("..", ".") else name


def _checked_entries(path: Path, archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise _refused(path, f"at most {MOST_FILES:,} files; these are {len(entries):,}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        raise _refused(path, f"at most {MOST_UNPACKED:,} bytes when unpacked; these are {unpacked:,}")
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        _check_entry(path, entry)
        if entry.is_dir():
            continue
        if entry.filename in found:
            raise _refused(path, f"each file once; {entry.filename} is there twice")
        found[entry.filename] = entry
    return found


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    # The name as it is stored: the library cuts names at a null character and turns backslashes on some systems.
    name = getattr(entry, "orig_filename", entry.filename)
    shown = name.encode("unicode_escape").decode()[:200]
    if name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in name.split("/"):
        raise _refused(path, f"names that stay inside the package, not {shown}")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(path, f"plain files only; {shown} is a link or a device")
    if entry.flag_bits & _ENCRYPTED:
        raise _refused(path, f"files that are not encrypted; {shown} is")
    if entry.file_size > MOST_OF_ONE:
        raise _refused(path, f"at most {MOST_OF_ONE:,} bytes in a file; {shown} has {entry.file_size:,}")
    if entry.file_size > _SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
        raise _refused(path, f"files that unpack to at most {MOST_RATIO} times their size; {shown} is a bomb")


def _refused(path: Path, expected: str) -> UnreadableFile:
    return UnreadableFile(file=path.name, expected=expected)
