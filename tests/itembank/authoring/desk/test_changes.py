"""What a draft changes is listed field by field; a translation whose original changed since is pointed out."""

from __future__ import annotations

from dataclasses import replace

from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option, Translation
from itembank.authoring.desk.outdated_translations import OutdatedText, outdated_texts
from itembank.authoring.desk.unsaved_changes import unsaved_changes
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.translations import TranslatedOption

FIRST = ItemContent(
    criterion="DG101-1.1",
    type=ItemType.SINGLE_CHOICE,
    cognitive_level=CognitiveLevel.APPLY,
    difficulty_rating=3,
    language="th",
    stem="ข้อใดเป็นหน้าที่ของผู้บริหาร",
    options=(Option("กำหนดนโยบาย", True, "ทิศทาง"), Option("เขียนโปรแกรม", False)),
    translations=(
        Translation(
            "en", "What is a manager's duty?", (TranslatedOption("Policy", "Direction"), TranslatedOption("Code"))
        ),
    ),
)
(ENGLISH,) = FIRST.translations


def outdated(now: ItemContent, *versions: ItemContent) -> list[tuple[str, int]]:
    numbered = list(enumerate(versions, start=1))
    found = outdated_texts(now, language="en", versions=numbered)
    assert all(isinstance(one, OutdatedText) for one in found)
    return [(one.field, one.version) for one in found]


def test_only_texts_whose_original_changed_are_outdated() -> None:
    assert outdated(FIRST, FIRST) == []
    asked = replace(FIRST, stem="ข้อใดเป็นหน้าที่ของหัวหน้า")
    assert outdated(asked, FIRST) == [("stem", 1)]
    # Still so after it was saved, and until the translation is looked after.
    assert outdated(asked, FIRST, asked) == [("stem", 1)]
    mended = replace(asked, translations=(replace(ENGLISH, stem="What is a head's duty?"),))
    assert outdated(mended, FIRST, asked) == []
    assert outdated(mended, FIRST, asked, mended) == []
    why = replace(FIRST, options=(replace(FIRST.options[0], rationale="เป็นผู้กำหนดทิศทาง"), FIRST.options[1]))
    assert outdated(why, FIRST) == [("options.1.rationale", 1)]
    assert outdated(replace(asked, translations=()), FIRST) == []


def test_options_that_only_moved_are_not_outdated() -> None:
    moved = replace(
        FIRST,
        options=FIRST.options[::-1],
        translations=(replace(ENGLISH, options=ENGLISH.options[::-1]),),
    )
    assert outdated(moved, FIRST) == []


def test_unsaved_changes_name_their_fields_and_mark_what_is_new() -> None:
    saved = ItemDraft.of(FIRST)
    assert unsaved_changes(saved, saved) == ()
    typed = replace(
        saved,
        stem="ข้อใดเป็นหน้าที่ของหัวหน้า",
        options=(replace(saved.options[0], correct=False), replace(saved.options[1], correct=True)),
        difficulty_rating="4",
        translations=(),
    )
    changes = {change.field: change for change in unsaved_changes(saved, typed)}
    assert list(changes) == ["stem", "options", "difficulty_rating", "translation"]
    assert "".join(passage.text for passage in changes["stem"].after if passage.changed) == "หัวหน้า"
    assert "".join(passage.text for passage in changes["options"].after) == "กำหนดนโยบาย – ทิศทาง\n✓ เขียนโปรแกรม"
