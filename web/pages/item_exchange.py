"""Items that come in and go out as files: upload, look at every row, store; choose, see what gets lost, download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Role
from itembank.authoring.content import CognitiveLevel
from itembank.authoring.criteria import written_units
from itembank.authoring.lifecycle import ItemState
from itembank.errors import IllegalMove, InvalidInput, NotSignedIn, SamatError, UnreadableFile
from itembank.exchange.item_file import ItemDefaults, Loss
from itembank.exchange.item_formats import FORMATS
from itembank.item_imports.exporting import export_file, template_file
from itembank.item_imports.reading import look_into
from itembank.item_imports.report import ImportRow
from itembank.item_imports.uploads import (
    FoundInFile,
    Upload,
    begin_import,
    checked_upload,
    confirm_import,
    discard_import,
    import_view,
)
from itembank.people.sign_in import actor_of_token
from web.error_pages import STATUS, error_text
from web.page import Now, Page, Place, Received, SignedInPage, Transaction, actor_of
from web.pages.item_form import problem_text
from web.security import session_token
from web.texts_catalogue import Texts

router = APIRouter()

#: Rows of a file on one page.
PAGE_SIZE = 50
#: Items whose losses are listed before a download; who has more sees how many they are.
_LOSSES_SHOWN = 100
_ADDRESS = "/bank/import"

Word = Annotated[str, Form(max_length=200)]


class _Sent:
    """A form with a file, looked into before the request's own transaction begins: others wait to write."""

    def __init__(self, entered: Mapping[str, str]) -> None:
        self.entered = entered
        self.upload: Upload | None = None
        self.found: FoundInFile | None = None
        self.refused: SamatError | None = None


def _looked_into(
    request: Request,
    received: Received,
    place: Place,
    now: Now,
    file: Annotated[UploadFile | None, File()] = None,
    file_format: Annotated[str, Form(alias="format", max_length=200)] = "",
    criterion: Word = "",
    difficulty_rating: Word = "3",
    cognitive_level: Word = CognitiveLevel.UNDERSTAND.value,
    language: Word = "th",
) -> _Sent:
    database, settings = request.app.state.database, request.app.state.settings
    token = session_token(request, settings=settings)
    entered = {
        "format": file_format, "criterion": criterion, "difficulty_rating": difficulty_rating,
        "cognitive_level": cognitive_level, "language": language,
    }  # fmt: skip
    sent = _Sent(entered)
    with database.reading() as session:
        actor = actor_of_token(session, token=token, now=now) if token else None
        if actor is None:
            raise NotSignedIn
        actor.require(Role.ITEM_WRITER)
        try:
            sent.upload = checked_upload(
                file_name=(file.filename or "") if file else "",
                data=file.file.read() if file else b"",
                file_format=file_format,
                defaults=_defaults(entered),
                most_bytes=settings.import_megabytes * 1_000_000,
            )
            sent.found = look_into(session, actor=actor, sent=sent.upload)
        except (InvalidInput, UnreadableFile) as error:
            sent.refused = error
    return sent


@router.get("/bank/import")
def import_form(page: SignedInPage, session: Transaction) -> Response:
    """Show the form for a file."""
    actor_of(page).require(Role.ITEM_WRITER)
    return _form(page, session, {})


@router.post("/bank/import")
def upload_file(
    sent: Annotated[_Sent, Depends(_looked_into)], page: SignedInPage, session: Transaction, now: Now
) -> Response:
    """Keep a file and lead to what is in it, or show the form again with what is wrong."""
    if sent.refused is not None or sent.upload is None:
        assert sent.refused is not None
        return _form(page, session, sent.entered, errors=_errors(page, sent.refused))
    upload = sent.upload
    import_id = begin_import(
        session,
        actor=actor_of(page),
        file_name=upload.name,
        data=upload.data,
        file_format=upload.file_format,
        defaults=upload.defaults,
        found=sent.found,
        now=now,
    )
    page.request.app.state.import_worker.wake()
    return page.redirect(f"{_ADDRESS}/{import_id}")


@router.get("/bank/import/template.xlsx")
def template(page: SignedInPage) -> Response:
    """Give the workbook to fill in."""
    actor_of(page).require(Role.ITEM_WRITER)
    made = template_file()
    return _download("samat-items.xlsx", made.media_type, made.data)


@router.get("/bank/import/{import_id}")
def import_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    import_id: UUID,
    only: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show what is in a file, row by row, or how far it is."""
    return _show(page, session, now, import_id, only=only, number=number)


@router.post("/bank/import/{import_id}/store")
def store_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    import_id: UUID,
    leave_out: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Have the items that are ready stored as drafts."""
    try:
        confirm_import(session, actor=actor_of(page), import_id=import_id, leave_out=bool(leave_out), now=now)
    except (InvalidInput, IllegalMove) as error:
        session.rollback()
        return _show(page, session, now, import_id, refused=error)
    page.request.app.state.import_worker.wake()
    return page.redirect(f"{_ADDRESS}/{import_id}")


@router.post("/bank/import/{import_id}/discard")
def discard_page(page: SignedInPage, session: Transaction, now: Now, import_id: UUID) -> Response:
    """Forget a file."""
    discard_import(session, actor=actor_of(page), import_id=import_id, now=now)
    return page.redirect(_ADDRESS, notice="exchange.notice_discarded")


@router.get("/bank/export")
def export_form(
    page: SignedInPage,
    session: Transaction,
    file_format: Annotated[str, Query(alias="format", max_length=20)] = "",
    place: Annotated[str, Query(max_length=80)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Let choose which items go out in which format, and tell what that leaves behind before it is downloaded."""
    actor = actor_of(page)
    exported = None
    errors: Mapping[str, str] = {}
    if file_format:
        try:
            exported = export_file(
                session, actor=actor, file_format=file_format, place=place or None, state=_state(state)
            )
        except InvalidInput as error:
            errors = _errors(page, error)
    query = urlencode({"format": file_format, "place": place, "state": state})
    return page.render(
        "bank/exchange/export.html",
        status=422 if errors else 200,
        units=written_units(session, actor=actor),
        formats=list(FORMATS),
        states=list(ItemState),
        chosen={"format": file_format, "place": place, "state": state},
        exported=exported,
        losses=list(exported.lost.items())[:_LOSSES_SHOWN] if exported else [],
        word_of=lambda name: _field_word(name, page.t),
        loss_counts=_loss_counts(exported.lost) if exported else [],
        file_url=f"/bank/export/file?{query}",
        errors=errors,
    )


@router.get("/bank/export/file")
def exported_file(
    page: SignedInPage,
    session: Transaction,
    file_format: Annotated[str, Query(alias="format", max_length=20)] = "csv",
    place: Annotated[str, Query(max_length=80)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Give the file."""
    made = export_file(session, actor=actor_of(page), file_format=file_format, place=place or None, state=_state(state))
    return _download(made.name, made.media_type, made.data)


def _state(entered: str) -> ItemState | None:
    if entered and entered not in set(ItemState):
        raise InvalidInput(field="state", expected=f"one of {', '.join(ItemState)}")
    return ItemState(entered) if entered else None


def _defaults(entered: Mapping[str, str]) -> ItemDefaults:
    rating, level = entered["difficulty_rating"], entered["cognitive_level"]
    if level not in set(CognitiveLevel):
        expected = f"one of {', '.join(CognitiveLevel)}"
        raise InvalidInput(field="cognitive_level", expected=expected, reason="level_unknown")
    return ItemDefaults(
        criterion=entered["criterion"].strip(),
        difficulty_rating=int(rating) if rating in set("12345") else 0,
        cognitive_level=CognitiveLevel(level),
        language=entered["language"],
    )


def _form(
    page: Page, session: Session, entered: Mapping[str, str], *, errors: Mapping[str, str] | None = None
) -> Response:
    return page.render(
        "bank/exchange/import.html",
        status=422 if errors else 200,
        units=written_units(session, actor=actor_of(page)),
        formats=list(FORMATS),
        levels=list(CognitiveLevel),
        megabytes=page.settings.import_megabytes,
        entered=entered,
        errors=errors or {},
    )


def _show(
    page: Page,
    session: Session,
    now: Now,
    import_id: UUID,
    *,
    only: str = "",
    number: int = 1,
    refused: InvalidInput | IllegalMove | None = None,
) -> Response:
    shown = import_view(
        session,
        actor=actor_of(page),
        import_id=import_id,
        now=now,
        problems_only=only == "problems",
        offset=(number - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )
    filtered = f"only={quote(only)}&" if only else ""
    # While it is being read or stored a script asks for the part that tells how far; the end of that is a new page.
    if page.wants_fragment and not shown.is_open:
        return page.redirect(f"{_ADDRESS}/{import_id}")
    return page.render(
        "bank/exchange/preview.html",
        block="progress" if shown.is_open else None,
        status=STATUS[refused.kind] if refused else 200,
        run=shown,
        only=only,
        number=number,
        pages=max(1, -(-shown.rows_found // PAGE_SIZE)),
        page_url=f"{_ADDRESS}/{import_id}?{filtered}page={{page}}",
        problems_of=lambda row: _problems(row, page.t),
        place_of=lambda row: _place(row, page.t),
        errors=_errors(page, refused) if refused else {},
    )


def _problems(row: ImportRow, t: Texts) -> list[str]:
    """Write the problems of a row in the reader's language, each with the field that it is about."""
    return [
        f"{_field_word(str(problem['field']), t)}: {_sentence(InvalidInput(**problem), t)}" for problem in row.problems
    ]


def _sentence(problem: InvalidInput, t: Texts) -> str:
    key = f"exchange.problem_{problem.details.get('reason', '')}"
    if t.has(key):
        return t(key, **problem.details)
    # One without words of its own is told as what was expected, since its field stands before it.
    return problem_text(problem, t) if problem.details.get("reason") else str(problem.details["expected"])


def _field_word(field: str, t: Texts) -> str:
    name, _, rest = field.partition(".")
    for key in (f"exchange.field_{name}", f"bank.field_{name}"):
        if t.has(key):
            return f"{t(key)} {rest}".strip()
    return field


def _place(row: ImportRow, t: Texts) -> str:
    """Write where a row stands in the reader's language; names of files stay as they are."""
    kind, _, number = row.place.partition(" ")
    key = f"exchange.place_{kind}"
    return t(key, n=number) if number.isdigit() and t.has(key) else row.place


def _errors(page: Page, error: SamatError) -> Mapping[str, str]:
    """Put a refusal beside its field."""
    if not isinstance(error, InvalidInput):
        return {"file": error_text(error, page.t)}
    return {str(error.details["field"]): _sentence(error, page.t)}


def _loss_counts(lost: Mapping[str, Sequence[Loss]]) -> list[tuple[str, int]]:
    """Count the items that lose each thing, the most frequent first."""
    return Counter(name for losses in lost.values() for name in {loss.construct for loss in losses}).most_common()


def _download(name: str, media_type: str, data: bytes) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(data, media_type=media_type, headers=headers)
