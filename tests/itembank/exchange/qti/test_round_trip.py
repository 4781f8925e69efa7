"""What is written reads back as it was: through our own record, and as far as QTI goes without it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from itembank.authoring.content import ItemContent
from itembank.authoring.exchange import ExchangedItem, starter_rows
from itembank.errors import UnreadableFile
from itembank.exchange.item_file import ItemFile, Loss
from itembank.exchange.parameter_files import ParameterRow
from itembank.exchange.qti import write_qti
from tests.itembank.authoring.written import SINGLE
from tests.itembank.exchange.qti.packages import read
from tests.itembank.exchange.qti.written_items import EVERY_TYPE, IMAGES, PICTURE_ID, PLAIN_TYPES

VERSIONS = ("2.1", "2.2", "3.0")


def written(folder: Path, items: tuple[ExchangedItem, ...], version: str) -> Path:
    path = folder / f"bank-{version}.zip"
    write_qti(path, items, version=version, images=IMAGES)
    return path


def changed(path: Path, change: Callable[[str, bytes], bytes | None]) -> ItemFile:
    """Read a package after somebody else had it in his hands."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(other, "w") as after:
        for name in before.namelist():
            data = change(name, before.read(name))
            if data is not None:
                after.writestr(name, data)
    return read(other)


def without_records(path: Path) -> ItemFile:
    return changed(path, lambda name, data: None if name.endswith(".json") else data)


#: What other programs don't find is told when a package is written.
ONE_LANGUAGE = Loss("translations", "other programs see th only")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_whole_starter_bank_comes_back(tmp_path: Path, version: str) -> None:
    path = tmp_path / "bank.zip"
    # All of it in the newest version; of the older ones, and of what others find in it, a part of each unit.
    bank = starter_rows() if version == "3.0" else starter_rows()[::9]
    lost = write_qti(path, bank, version=version, images={}).lost
    assert lost == {one.code: (ONE_LANGUAGE,) for one in bank if one.content.translations}
    found = read(path)
    assert tuple(one.item for one in found.items) == bank
    assert not any(one.problems or one.lost for one in found.items)
    # Other programs find all of the question, its scoring and its place in the standard too.
    write_qti(path, bank[::5], version=version, images={})
    for one, sent in zip(without_records(path).items, bank[::5], strict=True):
        assert one.item is not None, one
        assert one.item.content == replace(sent.content, translations=())
        assert not one.lost


@pytest.mark.parametrize("version", VERSIONS)
def test_an_item_of_every_type_comes_back_with_everything(tmp_path: Path, version: str) -> None:
    path = tmp_path / "bank.zip"
    lost = write_qti(path, EVERY_TYPE, version=version, images=IMAGES).lost
    marks = () if version == "3.0" else (Loss("inlineChoice", "marks within the choices of a gap"),)
    assert {code: named for code, named in lost.items() if named != (ONE_LANGUAGE,)} == (
        {"DG101-1.1-06": (*marks, ONE_LANGUAGE)} if marks else {}
    )
    found = read(path)
    assert [one.problems for one in found.items] == [()] * len(EVERY_TYPE)
    assert tuple(one.item for one in found.items) == EVERY_TYPE
    assert dict(found.images) == IMAGES


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("items", [EVERY_TYPE, PLAIN_TYPES], ids=["filled", "plain"])
def test_without_our_record_each_type_is_still_asked_and_scored_alike(
    tmp_path: Path, version: str, items: tuple[ExchangedItem, ...]
) -> None:
    found = without_records(written(tmp_path, items, version))
    for one, sent in zip(found.items, items, strict=True):
        assert one.item is not None, one.problems
        assert without_wording(one.item.content) == without_wording(sent.content), one.place
        assert one.item.content.maximum_score == sent.content.maximum_score
        if sent.content.stem == "ข้อใดถูกต้อง":
            assert one.item.content.stem == sent.content.stem
            assert [option.text for option in in_order(one.item.content)] == [
                option.text for option in in_order(sent.content)
            ]
        assert PICTURE_ID in one.item.content.stem or "media" not in sent.content.stem


def in_order(content: ItemContent) -> list:  # type: ignore[type-arg]
    """Give the options in an order of their own: choices of matching come in the order in which they are shown."""
    return (
        sorted(content.options, key=lambda option: option.text) if content.type == "matching" else list(content.options)
    )


def without_wording(content: ItemContent) -> dict[str, object]:
    """Give what makes an item score as it does, and where it belongs."""
    matched = [content.options[prompt.key].text for prompt in content.prompts] if content.options else None
    number = content.number and replace(content.number, value=content.number.value.replace(",", "").rstrip("0"))
    return {
        "type": content.type, "criterion": content.criterion, "level": content.cognitive_level,
        "rating": content.difficulty_rating, "language": content.language, "source": content.source,
        "key": content.key, "matched": matched, "partial": content.partial_credit, "number": number,
        "gaps": [prompt.key for prompt in content.prompts] if not content.options else None,
        "accepted": content.accepted, "rationale": content.rationale,
        "rubric": [(aspect.title, aspect.levels) for aspect in content.rubric],
        "rationales": [option.rationale for option in content.options] if content.key else None,
        "shared": bool(content.stimulus),
    }  # fmt: skip


def test_what_others_changed_counts_and_what_only_we_know_stays(tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        if name == "items/DG101-1.1-02.xml":
            return data.replace("ข้อ 1".encode(), "ข้อใหม่".encode())
        if name == "imsmanifest.xml":
            return data.replace(b"<csm:label>DG101-1.1</csm:label>", b"<csm:label>DG101-1.2</csm:label>", 1)
        return data

    found = changed(written(tmp_path, EVERY_TYPE, "3.0"), change)
    first, second = found.items[0].item, found.items[1].item
    assert first is not None
    assert first.content == replace(EVERY_TYPE[0].content, criterion="DG101-1.2")
    assert second is not None
    assert second.content.options[0].text == "ข้อใหม่"
    assert (second.code, second.state) == (EVERY_TYPE[1].code, EVERY_TYPE[1].state)
    assert (second.content.testlet, second.content.source) == ("T-01", EVERY_TYPE[1].content.source)
    assert second.content.translations == ()
    assert [loss.construct for loss in found.items[1].lost] == ["translations"]


def test_other_indentation_is_no_change_and_a_broken_record_does_no_harm(tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        if name == "items/DG101-1.1-01.json":
            return b'{"form":"samat-item-1","content":' + b"[" * 100_000
        return data.replace(b"><qti-outcome", b">\n   <qti-outcome") if name.startswith("items/") else data

    found = changed(written(tmp_path, EVERY_TYPE[:2], "3.0"), change)
    assert found.items[1].item == EVERY_TYPE[1]
    assert found.items[0].item is not None
    assert found.items[0].item.code == ""


def test_a_shared_text_becomes_a_testlet_though_nobody_names_one(tmp_path: Path) -> None:
    shared = [replace(item, content=replace(item.content, stimulus="เรื่องเดียวกัน")) for item in EVERY_TYPE[:2]]
    alone = replace(EVERY_TYPE[2], content=replace(EVERY_TYPE[2].content, testlet="", stimulus="อีกเรื่อง"))
    for version in VERSIONS:
        found = without_records(written(tmp_path, (*shared, alone), version))
        one, other, last = (read_item.item for read_item in found.items)
        assert one is not None
        assert other is not None
        assert last is not None
        assert one.content.testlet == other.content.testlet != ""
        assert (last.content.testlet, last.content.stimulus) == ("", "อีกเรื่อง")


def test_calibrated_parameters_go_out_and_are_named_when_they_come_in(tmp_path: Path) -> None:
    rows = {
        "X-1": ParameterRow("X-1", "3pl", 1.25, -0.5, guessing=0.2, se_difficulty=0.125),
        "X-2": ParameterRow("X-2", "gpcm", 0.75, 0.5, thresholds=(-1.0, 2.0), se_thresholds=(0.5, None)),
    }
    items = [ExchangedItem(code, "operational", SINGLE) for code in rows]
    for version in VERSIONS:
        path = tmp_path / "bank.zip"
        write_qti(path, items, version=version, images={}, parameters=rows)
        named = [{loss.construct: loss.detail for loss in one.lost} for one in without_records(path).items]
        assert named[0]["A-Parm"] == "1.25, context 3pl, D = 1"
        assert named[0]["B-Parm"] == "-0.5, stdError 0.125, context 3pl, D = 1"
        assert named[0]["C-Parm"] == "0.2, context 3pl, D = 1"
        assert named[1]["B1-Parm"].startswith("-1.0, stdError 0.5")
        assert named[1]["B2-Parm"].startswith("2.0, context gpcm")


def test_names_of_any_kind_get_files_of_their_own(tmp_path: Path) -> None:
    codes = ("a/b", "a b", "A_B", "a_b", "ข้อ ๑", "", "1-2", "imsmanifest", "..")
    path = tmp_path / "bank.zip"
    write_qti(path, [ExchangedItem(code, "draft", SINGLE) for code in codes], version="3.0", images={})
    assert [one.item.code for one in read(path).items if one.item] == list(codes)


def test_what_a_text_shows_and_nobody_has_is_named(tmp_path: Path) -> None:
    content = replace(SINGLE, stem=f"ภาพ ![x](media:{'0' * 64}) \x07 $\\ce{{H2O}}$")
    lost = write_qti(tmp_path / "bank.zip", [ExchangedItem("X-1", "draft", content)], version="3.0", images={}).lost
    assert {loss.construct for loss in lost["X-1"]} == {"image", "control characters", "formula"}


def test_an_unknown_version_or_a_missing_folder_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"2\.1, 2\.2, 3\.0"):
        write_qti(tmp_path / "bank.zip", [], version="1.2", images={})
    with pytest.raises(UnreadableFile, match="cannot be written"):
        write_qti(tmp_path / "no" / "bank.zip", [], version="3.0", images={})
    assert list(tmp_path.iterdir()) == []
