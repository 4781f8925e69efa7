"""Written packages have the structure that the standard's tables give; the schemas themselves are not at hand."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from itembank.exchange.parameter_files import ParameterRow
from itembank.exchange.qti import write_qti
from tests.itembank.exchange.qti.written_items import EVERY_TYPE, IMAGES, PLAIN_TYPES

NAMESPACES = {
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "2.2": "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "3.0": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}
MATHML = "{http://www.w3.org/1998/Math/MathML}"
INLINE = {"em", "strong", "code", "br", "img", "span", "math", "inlineChoiceInteraction", "textEntryInteraction"}
BLOCK = {"p", "div", "ul", "ol", "table", "pre", "blockquote"}
FLOW = INLINE | BLOCK
EXPRESSION = {
    "baseValue", "variable", "correct", "mapResponse", "match", "and", "equal", "sum", "index", "multiple",
}  # fmt: skip
RULE = {"responseCondition", "setOutcomeValue"}
#: What may stand in each element, and its attributes, the needed ones in capital-free words before the bar.
TABLE: dict[str, tuple[set[str], str]] = {
    "assessmentItem": (
        {
            "responseDeclaration",
            "outcomeDeclaration",
            "assessmentStimulusRef",
            "itemBody",
            "responseProcessing",
            "modalFeedback",
        },
        "identifier title adaptive timeDependent lang |",
    ),
    "responseDeclaration": ({"correctResponse", "mapping"}, "identifier cardinality baseType |"),
    "outcomeDeclaration": ({"defaultValue"}, "identifier cardinality baseType | normalMaximum externalScored"),
    "assessmentStimulusRef": (set(), "identifier href |"),
    "correctResponse": ({"value"}, "|"),
    "defaultValue": ({"value"}, "|"),
    "value": (set(), "| baseType"),
    "mapping": ({"mapEntry"}, "defaultValue | lowerBound"),
    "mapEntry": (set(), "mapKey mappedValue | caseSensitive"),
    "itemBody": (
        BLOCK | {"choiceInteraction", "orderInteraction", "matchInteraction", "extendedTextInteraction", "rubricBlock"},
        "|",
    ),
    "choiceInteraction": ({"prompt", "simpleChoice"}, "responseIdentifier shuffle maxChoices |"),
    "orderInteraction": ({"prompt", "simpleChoice"}, "responseIdentifier shuffle |"),
    "matchInteraction": ({"prompt", "simpleMatchSet"}, "responseIdentifier shuffle maxAssociations |"),
    "extendedTextInteraction": ({"prompt"}, "responseIdentifier |"),
    "inlineChoiceInteraction": ({"inlineChoice"}, "responseIdentifier shuffle |"),
    "textEntryInteraction": (set(), "responseIdentifier |"),
    "prompt": (INLINE, "|"),
    "simpleChoice": (FLOW, "identifier |"),
    "simpleMatchSet": ({"simpleAssociableChoice"}, "|"),
    "simpleAssociableChoice": (FLOW, "identifier matchMax |"),
    "inlineChoice": (INLINE, "identifier |"),
    "rubricBlock": (BLOCK | {"contentBody"}, "view |"),
    "contentBody": (BLOCK, "|"),
    "modalFeedback": (BLOCK | {"contentBody"}, "outcomeIdentifier identifier showHide |"),
    "responseProcessing": (RULE, "| template"),
    "responseCondition": ({"responseIf", "responseElse"}, "|"),
    "responseIf": (EXPRESSION | RULE, "|"),
    "responseElse": (RULE, "|"),
    "setOutcomeValue": (EXPRESSION, "identifier |"),
    "baseValue": (set(), "baseType |"),
    "variable": (set(), "identifier |"),
    "correct": (set(), "identifier |"),
    "mapResponse": (set(), "identifier |"),
    "match": (EXPRESSION, "|"),
    "and": (EXPRESSION, "|"),
    "equal": (EXPRESSION, "toleranceMode tolerance |"),
    "sum": (EXPRESSION, "|"),
    "index": (EXPRESSION, "n |"),
    "multiple": (EXPRESSION, "|"),
    "assessmentStimulus": ({"stimulusBody"}, "identifier title lang |"),
    "stimulusBody": (BLOCK, "|"),
    "usageData": ({"ordinaryStatistic"}, "|"),
    "ordinaryStatistic": ({"targetObject", "value"}, "name context | stdError caseCount"),
    "targetObject": (set(), "identifier |"),
    "p": (INLINE, "|"),
    "div": (BLOCK, "| class id"),
    "ul": ({"li"}, "|"),
    "ol": ({"li"}, "|"),
    "li": (FLOW, "|"),
    "blockquote": (BLOCK, "|"),
    "pre": ({"code"}, "|"),
    "table": ({"thead", "tbody"}, "|"),
    "thead": ({"tr"}, "|"),
    "tbody": ({"tr"}, "|"),
    "tr": ({"td", "th"}, "|"),
    "td": (INLINE, "|"),
    "th": (INLINE, "|"),
    "em": (INLINE, "|"),
    "strong": (INLINE, "|"),
    "code": (set(), "|"),
    "span": (INLINE, "| class"),
    "br": (set(), "|"),
    "img": (set(), "src alt |"),
}
HTML = {"p", "div", "ul", "ol", "li", "blockquote", "pre", "table", "thead", "tbody", "tr", "td", "th", "em", "strong",
        "code", "span", "br", "img"}  # fmt: skip
ORDER = ["responseDeclaration", "outcomeDeclaration", "assessmentStimulusRef", "itemBody", "responseProcessing",
         "modalFeedback"]  # fmt: skip
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")


def kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)


def own_name(element: Any, version: str) -> str:
    """Give the name that the tables have, after a check of how the version writes it."""
    if element.tag.startswith(MATHML):
        return "math"
    space, _, name = element.tag[1:].partition("}")
    assert space == NAMESPACES[version], element.tag
    if version != "3.0" or name in HTML:
        return str(name)
    return next(known for known in TABLE if f"qti-{kebab(known)}" == name)


def check(element: Any, version: str) -> None:
    name = own_name(element, version)
    if name == "math":
        return
    inside, attributes = TABLE[name]
    needed, _, allowed = (part.split() for part in attributes.partition("|"))
    written = [etree.QName(key).localname for key in element.attrib]
    spelled = kebab if version == "3.0" and name not in HTML else str
    assert {spelled(one) for one in needed} <= set(written) <= {spelled(one) for one in (*needed, *allowed)}, name
    children = [own_name(child, version) for child in element]
    assert set(children) <= inside, (name, children)
    if name == "assessmentItem":
        assert [ORDER.index(child) for child in children] == sorted(ORDER.index(child) for child in children)
    if "prompt" in children:
        assert children[0] == "prompt"
    for child in element:
        check(child, version)


def check_references(root: Any) -> None:
    """Everything that is referred to is declared, and identifiers are what the standard takes for such."""
    plain = {kebab(key).replace("-", ""): key for key in ("responseIdentifier", "outcomeIdentifier", "mapKey")}
    found: dict[str, set[str]] = {"identifier": set(), **{name: set() for name in plain}}
    declared = set()
    for element in root.iter(etree.Element):
        for key, value in element.attrib.items():
            found.setdefault(key.replace("-", "").lower(), set()).add(value)
        if etree.QName(element).localname.lower().replace("-", "").endswith("declaration"):
            declared.add(element.get("identifier"))
    assert all(NAME.fullmatch(name) for name in found["identifier"])
    assert found["responseidentifier"] | found.get("outcomeidentifier", set()) <= declared
    for declaration in root:
        kind = declaration.get("baseType") or declaration.get("base-type")
        if kind in ("identifier", "directedPair"):
            keys = {
                one.text for one in declaration.iter() if etree.QName(one).localname.removeprefix("qti-") == "value"
            }
            keys |= {one.get("mapKey") or one.get("map-key") for one in declaration.iter()} - {None}
            assert {part for key in keys for part in key.split()} <= found["identifier"]


@pytest.mark.parametrize("version", NAMESPACES)
def test_every_document_of_a_package(tmp_path: Path, version: str) -> None:
    path = tmp_path / "bank.zip"
    items = (*EVERY_TYPE, *PLAIN_TYPES)
    write_qti(
        path, items, version=version, images=IMAGES, parameters={items[0].code: ParameterRow("x", "2pl", 1.0, 0.0)}
    )
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        manifest = etree.fromstring(archive.read("imsmanifest.xml"))
        documents = {name: etree.fromstring(archive.read(name)) for name in names if name.endswith(".xml")}
    del documents["imsmanifest.xml"]
    for name, root in documents.items():
        check(root, version)
        if name.startswith("items/"):
            check_references(root)
            assert root.get("identifier") == Path(name).stem
            for image in root.iter(f"{{{NAMESPACES[version]}}}img"):
                assert image.get("src").removeprefix("../") in names
    assert len([name for name in documents if name.startswith("items/")]) == len(items)

    space = etree.QName(manifest).namespace
    resources = manifest.findall(f"{{{space}}}resources/{{{space}}}resource")
    listed = [file.get("href") for resource in resources for file in resource.findall(f"{{{space}}}file")]
    assert sorted(listed) == sorted(names - {"imsmanifest.xml"})
    identifiers = [resource.get("identifier") for resource in resources]
    assert len(set(identifiers)) == len(identifiers)
    assert all(NAME.fullmatch(name) for name in identifiers)
    dependencies = {one.get("identifierref") for one in manifest.iter(f"{{{space}}}dependency")}
    assert dependencies <= set(identifiers)
    assert [child.tag.rpartition("}")[2] for child in manifest] == ["metadata", "organizations", "resources"]
    kinds = {resource.get("type") for resource in resources}
    mark = f"v{version.replace('.', 'p')}"
    expected = {f"imsqti_item_xml{mark}", f"imsqti_usagedata_xml{mark}", "webcontent"}
    assert kinds == (expected | {f"imsqti_stimulus_xml{mark}"} if version == "3.0" else expected)
    # One text that several items share is one file.
    assert len([name for name in names if name.startswith("stimuli/")]) == (1 if version == "3.0" else 0)


def test_the_same_bank_always_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    for path in (one, other):
        write_qti(path, EVERY_TYPE, version="3.0", images=IMAGES)
    assert one.read_bytes() == other.read_bytes()


def test_the_order_in_which_choices_stand_does_not_give_the_key_away(tmp_path: Path) -> None:
    path = tmp_path / "bank.zip"
    write_qti(path, EVERY_TYPE, version="2.1", images=IMAGES)
    with zipfile.ZipFile(path) as archive:
        ordering = archive.read("items/DG101-1.1-05.xml").decode()
    shown = re.findall(r'<simpleChoice identifier="(\w)">', ordering)
    right = re.findall(r"<value>([A-I])</value>", ordering)
    assert shown == sorted(shown)
    assert sorted(right) == shown != right
