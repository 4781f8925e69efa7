"""Packages that are made to do harm, or are broken: refused with the reason, and nothing of them is ever on disk."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path
from random import Random

import pytest

from itembank.errors import UnreadableFile
from itembank.exchange.qti import archive as archives
from itembank.exchange.qti import package_images, package_reading, safe_xml
from itembank.exchange.qti.response_processing import Budget
from tests.itembank.exchange.qti.packages import (
    BY_HAND,
    manifest,
    package,
    read,
    resource,
    right_choice,
)
from tests.itembank.exchange.qti.written_items import PICTURE


def zipped(folder: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    path = folder / "hostile.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", manifest(resource("a.xml")))
        archive.writestr("a.xml", right_choice())
        for entry, data in entries:
            archive.writestr(entry, data)
    return path


def refused(path: Path, words: str) -> None:
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(UnreadableFile, match=words):
        read(path)
    assert sorted(path.parent.rglob("*")) == before


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("link.xml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("../outside.xml", "stay inside the package"),
        ("a/../../outside.xml", "stay inside the package"),
        ("/etc/passwd", "stay inside the package"),
        ("C:/windows.xml", "stay inside the package"),
        ("..\\outside.xml", "stay inside the package"),
        (link(), "link.xml is a link"),
    ],
)
def test_names_that_lead_out_and_links(tmp_path: Path, entry: zipfile.ZipInfo | str, words: str) -> None:
    refused(zipped(tmp_path, (entry, b"x")), words)


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(zipped(tmp_path, ("big.xml", b" " * 3_000_000)), "big.xml is a bomb")
    monkeypatch.setattr(archives, "MOST_UNPACKED", 5_000)
    refused(zipped(tmp_path, ("more.xml", b"x" * 5_000)), "at most 5,000 bytes when unpacked")
    monkeypatch.setattr(archives, "MOST_UNPACKED", 10**9)
    monkeypatch.setattr(archives, "MOST_OF_ONE", 1_000)
    refused(zipped(tmp_path, ("more.xml", b"x" * 5_000)), "more.xml has 5,000")
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    refused(zipped(tmp_path, ("1", b""), ("2", b"")), "at most 3 files; these are 4")
    monkeypatch.setattr(archives, "MOST_FILES", 10)
    monkeypatch.setattr(package_reading, "MOST_TAGS", 15)
    refused(zipped(tmp_path), "fewer elements than any bank")
    monkeypatch.setattr(package_reading, "MOST_PACKED", 100)
    refused(zipped(tmp_path), "at most 100 bytes")


def test_a_size_that_is_a_lie(tmp_path: Path) -> None:
    path = zipped(tmp_path)
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<L", 10)
    path.write_bytes(bytes(data))
    refused(path, "a.xml: a sound file")


def test_encrypted_damaged_and_cut_off(tmp_path: Path) -> None:
    path = zipped(tmp_path)
    sound = path.read_bytes()
    data = bytearray(sound)
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 1
    path.write_bytes(bytes(data))
    refused(path, "not encrypted; a.xml is")
    data = bytearray(sound)
    data[place + 16] ^= 0xFF
    path.write_bytes(bytes(data))
    refused(path, "a.xml: a sound file; .*CRC")
    path.write_bytes(sound[:-30])
    refused(path, "a sound zip archive")
    path.write_bytes(b"")
    refused(path, "a package or an item of QTI")
    refused(tmp_path / "missing.zip", "cannot be read")


def test_the_same_name_twice(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(tmp_path, ("a.xml", b"x"))
    refused(path, "a.xml is there twice")


BOMB = (
    '<?xml version="1.0"?><!-- a --><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<assessmentItem title="&b;">&b;</assessmentItem>'
)
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><assessmentItem>&f;</assessmentItem>'


@pytest.mark.parametrize("text", [BOMB, FILE, BOMB.replace("DOCTYPE", "doctype")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_and_document_types(tmp_path: Path, text: str, encoding: str) -> None:
    refused(package(tmp_path, {"a.xml": text.encode(encoding)}), "without a document type")


def test_a_manifest_with_entities(tmp_path: Path) -> None:
    refused(package(tmp_path, {"imsmanifest.xml": FILE}), "imsmanifest.xml: XML without a document type")


def test_depth_attributes_and_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for depth in (150, 100_000):
        refused(package(tmp_path, {"a.xml": "<a>" * depth + "</a>" * depth}), "at most 100 deep")
    many = " ".join(f'a{number}="1"' for number in range(20_000))
    refused(package(tmp_path, {"a.xml": f"<assessmentItem {many}/>"}), "at most 100 attributes")
    refused(package(tmp_path, {"a.xml": f"<a>{'<b/>' * 21_000}</a>"}), "fewer elements")
    monkeypatch.setattr(safe_xml, "MOST_XML_BYTES", 1_000)
    refused(package(tmp_path, {"a.xml": right_choice("<p>" + "x" * 900 + "</p>")}), "at most 1,000 bytes of XML")


def test_work_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, str | bytes] = {f"{number}.xml": right_choice() for number in range(9)}
    monkeypatch.setattr(Budget, "__init__", lambda budget: setattr(budget, "left", 60))
    refused(package(tmp_path, files), "scoring that can be tried out in reasonable time")
    shown: dict[str, str | bytes] = {"a.xml": right_choice("<p>x <img src='a.png' alt='x'/></p>"), "a.png": PICTURE}
    monkeypatch.setattr(package_images, "MOST_POINTS", 1_000)
    refused(package(tmp_path, shown, resource("a.xml")), "at most 1,000 points")


def test_manifests_that_are_missing_elsewhere_or_none(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", right_choice())
    refused(path, "imsmanifest.xml at its root; there is none")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inside/imsmanifest.xml", manifest())
    refused(path, "it is in inside/; pack what is in that folder")
    refused(package(tmp_path, {"imsmanifest.xml": "<x/>"}), "a manifest, not x")
    refused(package(tmp_path, {"imsmanifest.xml": "<manifest>"}), "no sound XML")
    path.write_text("<x/>")
    refused(path, "a package or an item of QTI, not x")


def test_one_broken_item_does_not_hide_the_others(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "good.xml": right_choice("<p>ก</p>"),
        "thai.xml": b'<?xml version="1.0" encoding="windows-874"?>' + right_choice("<p>ไทย</p>").encode("cp874"),
        "wide.xml": right_choice("<p>ไทย</p>").encode("utf-16"),
        "wrong.xml": right_choice("<p>ไทย</p>").encode("cp874"),
        "strange.xml": b'<?xml version="1.0" encoding="ebcdic-cp-us"?><a/>',
        "open.xml": "<assessmentItem>",
        "entity.xml": right_choice("<p>a&nbsp;b</p>"),
    }
    named = (*files, "absent.xml", "../outside.xml", "http://example.org/a.xml")
    found = read(package(tmp_path, files, *(resource(name) for name in named))).items
    assert [one.item.content.stem if one.item else "" for one in found[:3]] == ["ก", "ไทย", "ไทย"]
    expected = [str(one.problems[0]) for one in found[3:]]
    words = ("not UTF-8 text at byte", "the encoding ebcdic-cp-us is not read", "no sound XML",
             "'nbsp' not defined", "absent.xml is not",
             "outside.xml is not", "http://example.org/a.xml is not")  # fmt: skip
    assert all(word in said for word, said in zip(words, expected, strict=True)), expected


def test_scripts_and_strangers_are_dropped_and_named(tmp_path: Path) -> None:
    question = (
        "<p onclick='steal()'>Which <script>alert(1)</script><iframe src='http://evil'/>one"
        "<a href='javascript:alert(1)'>?</a></p>"
        "<style>p {}</style><object data='film.mp4' type='video/mp4'>film</object>"
        "<include xmlns='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>"
    )
    (found,) = read(package(tmp_path, {"a.xml": right_choice(question, "<b onload='x()'>a</b>")})).items
    assert found.item is not None
    assert found.item.content.stem == "Which one?"
    assert found.item.content.options[0].text == "**a**"
    assert {loss.construct for loss in found.lost} == {
        "@onclick", "@onload", "script", "iframe", "a", "style", "object", "include",
    }  # fmt: skip


def test_markdown_in_a_document_is_text(tmp_path: Path) -> None:
    text = "**no** $x$ ![y](media:{}) `c` <b>| [[1]]".format("0" * 64)
    (found,) = read(package(tmp_path, {"a.xml": right_choice(f"<p>{text.replace('<', '&lt;')}</p>")})).items
    assert found.item is not None
    assert found.item.content.stem == f"\\*\\*no\\*\\* \\$x\\$ \\![y](media:{'0' * 64}) \\`c\\` <b>\\| [[1]]"


def test_no_damage_brings_anything_but_a_reason(tmp_path: Path) -> None:
    """Files with a few bytes changed, cut out or doubled are read, named or refused, and never stop the program."""
    chance = Random(5)
    texts = [path.read_bytes() for path in sorted(BY_HAND.glob("*.xml"))]
    read_at_all = 0
    path = tmp_path / "damaged.xml"
    for _ in range(400):
        data = bytearray(chance.choice(texts))
        for _ in range(chance.randint(1, 3)):
            start = chance.randrange(len(data))
            end = min(len(data), start + chance.choice((1, 5, 60)))
            data[start:end] = chance.choice((b"", b"0", b"x", data[start:end] * 2, b"-1", b"A"))
        path.write_bytes(bytes(data))
        try:
            read(path)
            read_at_all += 1
        except UnreadableFile:
            continue

    assert 20 < read_at_all < 400
