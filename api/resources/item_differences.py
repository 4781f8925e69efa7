"""Differences between two versions of an item, for programs that show them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import Caller
from api.schema import Shown, example
from api.transaction import Transaction
from itembank.authoring.version_differences import VersionDifferences, version_differences

router = APIRouter(prefix="/items", tags=["items"])

_PASSAGES = [{"text": "ข้อใดเป็นข้อมูล", "changed": False}, {"text": "ส่วนบุคคล", "changed": True}]
_SIDE = {
    "stimulus": [],
    "stem": _PASSAGES,
    "options": [{"text": _PASSAGES, "rationale": [], "correct": True, "key_changed": False}],
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


class SideShown(Shown):
    """One version as it stands beside the other."""

    stimulus: list[PassageShown]
    stem: list[PassageShown]
    options: list[OptionPassagesShown]


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
) -> VersionDifferences:
    """Mark what changed between two versions, the two newest if none are named. For those who work on the bank."""
    return version_differences(session, actor=caller, item_id=item_id, before=before, after=after)
