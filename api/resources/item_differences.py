"""Differences between two versions of an item, for programs that show them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import Caller
from api.schema import Shown, example
from api.transaction import Transaction
from itembank.authoring.version_differences import version_differences

router = APIRouter(prefix="/items", tags=["items"])

_PASSAGES = [{"text": "ข้อใดเป็นข้อมูล", "changed": False}, {"text": "ส่วนบุคคล", "changed": True}]
_SIDE = {
    "stimulus": [],
    "stem": _PASSAGES,
    "options": [{"text": _PASSAGES, "rationale": [], "correct": True, "key_changed": False}],
    "prompts": [],
    "value": [],
    "unit": [],
    "accepted": [],
    "rubric": [],
    "rationale": [],
    "order_changed": False,
    "translations": [],
}

VersionNumber = Annotated[int | None, Query(ge=1, le=1_000_000)]


class PassageShown(Shown):
    """A run of text that is all changed or all unchanged."""

    text: str
    changed: bool


class OptionPassagesShown(Shown):
    """One option with what is changed against its counterpart in the other version."""

    text: list[PassageShown]
    rationale: list[PassageShown]
    correct: bool
    key_changed: bool


class PromptPassagesShown(Shown):
    """A line to match, or a gap with its choices; likewise."""

    text: list[PassageShown]
    options: list[list[PassageShown]]
    key_changed: bool


class AspectPassagesShown(Shown):
    """An aspect of a rubric; likewise."""

    title: list[PassageShown]
    levels: list[list[PassageShown]]


class SideShown(Shown):
    """One version as it stands beside the other, with its translations."""

    stimulus: list[PassageShown]
    stem: list[PassageShown]
    options: list[OptionPassagesShown]
    prompts: list[PromptPassagesShown]
    value: list[PassageShown] = Field(description="The right number of a numeric item.")
    unit: list[PassageShown]
    accepted: list[list[PassageShown]]
    rubric: list[AspectPassagesShown]
    rationale: list[PassageShown]
    order_changed: bool = Field(description="Whether options whose order is the key stand in another order.")
    translations: list[SideShown]


class FieldChangeShown(Shown):
    """A field beside the wording whose value changed."""

    field: str
    before: str
    after: str


class DifferencesShown(Shown):
    """Two versions of an item side by side."""

    model_config = example(
        before=_SIDE,
        after=_SIDE,
        fields=[{"field": "difficulty_rating", "before": "3", "after": "4"}],
        same_wording=False,
    )

    before: SideShown
    after: SideShown
    fields: list[FieldChangeShown]
    same_wording: bool = Field(description="Whether shared text, stem, options, rationales and key are all the same.")


@router.get("/{item_id}/differences", response_model=DifferencesShown, summary="Compare two versions")
def compare_versions(
    item_id: UUID,
    caller: Caller,
    session: Transaction,
    before: VersionNumber = None,
    after: VersionNumber = None,
) -> dict[str, object]:
    """Mark what changed between two versions, the two newest if none are named. For those who work on the bank."""
    found = version_differences(session, actor=caller, item_id=item_id, before=before, after=after)
    return {
        "before": found.before.wording,
        "after": found.after.wording,
        "fields": found.fields,
        "same_wording": found.same_wording,
    }
