"""Items that come in and go out as files: upload, look at every item, store; download and what gets lost."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import Response
from pydantic import Field

from api.authentication import BearerToken, Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Place, Transaction
from itembank.actor import Role
from itembank.authoring.content import CognitiveLevel, ItemType
from itembank.authoring.lifecycle import ItemState
from itembank.errors import NotSignedIn
from itembank.exchange.item_file import ItemDefaults
from itembank.item_imports.exporting import ExportedFile, export_file
from itembank.item_imports.reading import look_into
from itembank.item_imports.report import ImportRow
from itembank.item_imports.states import ImportState, ImportTask
from itembank.item_imports.uploads import (
    FoundInFile,
    ImportView,
    Upload,
    begin_import,
    checked_upload,
    confirm_import,
    discard_import,
    import_view,
)
from itembank.people.sign_in import actor_of_token

router = APIRouter(tags=["items"])

_ROW = {
    "number": 1,
    "place": "row 2",
    "name": "DG101-1.1-07",
    "type": "single_choice",
    "criterion": "DG101-1.1",
    "language": "th",
    "beginning": "ข้อใดถูกต้องที่สุด",
    "problems": [],
    "lost": [{"what": "hint", "detail": ""}],
    "flaws": 1,
    "alike": [],
    "stored_as": "",
    "content": None,
}
_IMPORT = {
    "id": "3f1c1d5e-8a53-4d6b-9a43-9f1f7f0d1b22",
    "file_name": "items.xlsx",
    "file_format": "xlsx",
    "task": "read",
    "state": "ready",
    "done": 0,
    "total": 0,
    "message": "",
    "kept_until": "2026-11-22T06:00:00Z",
    "items": 1,
    "ready": 1,
    "with_problems": 0,
    "rows_found": 1,
    "rows": [_ROW],
}


class LossShown(Shown):
    """Something that is left behind, in its format's own words."""

    what: str
    detail: str


class ImportProblemShown(Shown):
    """Why an item can't be stored."""

    field: str
    expected: str


class ImportRowShown(Shown):
    """One item of a file."""

    number: int
    place: str
    name: str
    type: ItemType | str
    criterion: str
    language: str
    beginning: str
    problems: list[ImportProblemShown]
    lost: list[LossShown]
    flaws: int = Field(description="Warnings of item writing; no obstacle.")
    alike: list[str] = Field(description="Items of the bank, or places in the file, that read much the same.")
    stored_as: str = Field(description="Its code, once it is stored.")
    content: dict[str, Any] | None = Field(
        description="The question with its key and rationales; null where it can't be read, or is in the bank."
    )


class ImportShown(Shown):
    """A file with what is in it."""

    model_config = example(**_IMPORT)

    id: UUID
    file_name: str
    file_format: str
    task: ImportTask
    state: ImportState
    done: int
    total: int
    message: str
    kept_until: datetime
    items: int
    ready: int
    with_problems: int
    rows_found: int
    rows: list[ImportRowShown]


class ItemLossesShown(Shown):
    """What is left behind of one item."""

    code: str
    lost: list[LossShown]


class ExportLossesShown(Shown):
    """What a format leaves behind."""

    model_config = example(items=441, lost=[{"code": "DG101-1.1-01", "lost": [{"what": "enemies", "detail": ""}]}])

    items: int
    lost: list[ItemLossesShown]


class FileSent(Sent):
    """A form with a file of items, and what items get that the file leaves open."""

    model_config = example()

    file: UploadFile | None = Field(default=None, description="The file, at most 100 MB.")
    format: str = Field(default="", max_length=20, description="Name of its format; found out if empty.")
    criterion: str = Field(default="", max_length=80)
    difficulty_rating: int = Field(default=3, ge=1, le=5)
    cognitive_level: CognitiveLevel = CognitiveLevel.UNDERSTAND
    language: str = Field(default="th", max_length=2)


class Confirmed(Sent):
    """The word to store what is ready."""

    model_config = example(leave_out=True)

    leave_out: bool = Field(default=False, description="Whether items with problems may be left out.")


class RowsWanted(Sent):
    """Which rows of a file."""

    problems_only: bool = False
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=100, ge=1, le=1000)


class ItemsWanted(Sent):
    """Which items go out."""

    place: str = Field(default="", max_length=80, description="Code of a unit, an element or a criterion.")
    state: ItemState | None = None


def _looked_into(
    request: Request,
    place: Place,
    token: BearerToken,
    now: Now,
    form: Annotated[FileSent, Form(media_type="multipart/form-data")],
) -> tuple[Upload, FoundInFile | None]:
    """Look into what was sent before the request's own transaction begins: others wait to write."""
    with request.app.state.database.reading() as session:
        actor = actor_of_token(session, token=token, now=now)
        if actor is None:
            raise NotSignedIn
        actor.require(Role.ITEM_WRITER)
        sent = checked_upload(
            file_name=(form.file.filename or "") if form.file else "",
            data=form.file.file.read() if form.file else b"",
            file_format=form.format,
            defaults=ItemDefaults(
                criterion=form.criterion.strip(),
                difficulty_rating=form.difficulty_rating,
                cognitive_level=form.cognitive_level,
                language=form.language,
            ),
            most_bytes=request.app.state.settings.import_megabytes * 1_000_000,
        )
        return sent, look_into(session, actor=actor, sent=sent)


@router.post("/item-imports", status_code=201, response_model=ImportShown)
def add_import(
    looked: Annotated[tuple[Upload, FoundInFile | None], Depends(_looked_into)],
    caller: Caller,
    session: Transaction,
    now: Now,
) -> dict[str, Any]:
    """Send a file of items as ``file`` of a multipart form, to be looked at. For item writers.

    Nothing enters the bank. A large file is read in the background: ask again until its state is ``ready``.
    """
    sent, found = looked
    import_id = begin_import(
        session,
        actor=caller,
        file_name=sent.name,
        data=sent.data,
        file_format=sent.file_format,
        defaults=sent.defaults,
        found=found,
        now=now,
    )
    return _shown(import_view(session, actor=caller, import_id=import_id, now=now))


@router.get("/item-imports/{import_id}", response_model=ImportShown)
def read_import(
    import_id: UUID, wanted: Annotated[RowsWanted, Query()], caller: Caller, session: Transaction, now: Now
) -> dict[str, Any]:
    """Look at a file that was sent, item by item. For the item writer who sent it."""
    return _shown(
        import_view(
            session,
            actor=caller,
            import_id=import_id,
            problems_only=wanted.problems_only,
            offset=wanted.offset,
            limit=wanted.limit,
            now=now,
        )
    )


@router.post("/item-imports/{import_id}/store", response_model=ImportShown)
def store_import(
    import_id: UUID, confirmed: Confirmed, caller: Caller, session: Transaction, now: Now
) -> dict[str, Any]:
    """Have the items of a file stored as drafts in the background: all that are ready, or none. For its sender.

    The same again changes nothing.
    """
    confirm_import(session, actor=caller, import_id=import_id, leave_out=confirmed.leave_out, now=now)
    session.expire_all()
    return _shown(import_view(session, actor=caller, import_id=import_id, now=now))


@router.delete("/item-imports/{import_id}", status_code=204)
def delete_import(import_id: UUID, caller: Caller, session: Transaction, now: Now) -> None:
    """Forget a file that was sent. For its sender."""
    discard_import(session, actor=caller, import_id=import_id, now=now)


@router.get("/item-exports/{file_format}", response_class=Response)
def take_items(
    file_format: str, wanted: Annotated[ItemsWanted, Query()], caller: Caller, session: Transaction
) -> Response:
    """Give the newest versions of items as a file: csv, xlsx, json, qti3, qti22, qti21, moodle, gift or aiken."""
    made = _exported(session, caller, file_format, wanted)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}"}
    return Response(made.data, media_type=made.media_type, headers=headers)


@router.get("/item-exports/{file_format}/losses", response_model=ExportLossesShown)
def read_losses(
    file_format: str, wanted: Annotated[ItemsWanted, Query()], caller: Caller, session: Transaction
) -> dict[str, Any]:
    """Tell what a format would leave behind, item by item."""
    made = _exported(session, caller, file_format, wanted)
    lost = [
        {"code": code, "lost": [{"what": loss.construct, "detail": loss.detail} for loss in losses]}
        for code, losses in made.lost.items()
    ]
    return {"items": made.items, "lost": lost}


def _exported(session: Transaction, caller: Caller, file_format: str, wanted: ItemsWanted) -> ExportedFile:
    return export_file(session, actor=caller, file_format=file_format, place=wanted.place or None, state=wanted.state)


def _shown(view: ImportView) -> dict[str, Any]:
    fields = {name: getattr(view, name) for name in ImportShown.model_fields if name != "rows"}
    return fields | {"rows": [_row_shown(row) for row in view.rows]}


def _row_shown(row: ImportRow) -> dict[str, Any]:
    fields = {name: value for name, value in row.to_dict().items() if name != "packed"}
    content = row.content
    lost = [{"what": what, "detail": detail} for what, detail in row.lost]
    return fields | {"lost": lost, "content": content.to_dict() if content else None}
