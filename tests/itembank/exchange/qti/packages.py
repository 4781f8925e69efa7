"""Packages put together by hand, from files beside this one or from texts."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from itembank.exchange.item_file import ItemDefaults, ItemFile, ReadItem
from itembank.exchange.qti import read_qti

DEFAULTS = ItemDefaults(criterion="DG101-1.1")
BY_HAND = Path(__file__).parent / "items"


def resource(name: str, kind: str = "imsqti_item_xmlv2p1", inside: str = "") -> str:
    """Name a file as the manifest does."""
    return f'<resource identifier="{name}" type="{kind}" href="{name}">{inside}<file href="{name}"/></resource>'


def manifest(*resources: str) -> str:
    """Write a manifest."""
    return (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="M"><organizations/>'
        f"<resources>{''.join(resources)}</resources></manifest>"
    )


def package(folder: Path, files: Mapping[str, str | bytes], *resources: str) -> Path:
    """Pack files; without resources every XML file is named as an item."""
    path = folder / "package.zip"
    named = resources or tuple(resource(name) for name in files if name.endswith(".xml"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if "imsmanifest.xml" not in files:
            archive.writestr("imsmanifest.xml", manifest(*named))
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def read(path: Path) -> ItemFile:
    """Read a package."""
    return read_qti(path, defaults=DEFAULTS)


def read_by_hand(name: str) -> ReadItem:
    """Read one of the files beside this one."""
    (found,) = read(BY_HAND / f"{name}.xml").items
    return found


def item(body: str, declared: str = "", processing: str = "", *, attributes: str = "") -> str:
    """Write an item of version 2.1."""
    return (
        f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="Item" {attributes}>'
        f'{declared}<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        f"<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    )


def right_choice(question: str = "<p>Which?</p>", first: str = "a", *, attributes: str = "") -> str:
    """Write a choice of two, of which the first is right."""
    choices = f'<simpleChoice identifier="A">{first}</simpleChoice><simpleChoice identifier="B">b</simpleChoice>'
    return item(
        f'{question}<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{choices}</choiceInteraction>',
        '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">'
        "<correctResponse><value>A</value></correctResponse></responseDeclaration>",
        '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>',
        attributes=attributes,
    )
