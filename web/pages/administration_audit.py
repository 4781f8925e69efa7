"""The audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from itembank.audit import AuditView, list_entries
from web.page import SignedInPage, Transaction, actor_of
from web.texts_catalogue import Texts

#: Lines on one page.
PAGE_SIZE = 100

router = APIRouter(prefix="/audit")


@router.get("")
def audit_page(
    page: SignedInPage,
    session: Transaction,
    subject: Annotated[str, Query(max_length=100)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show who did what to what, the newest first."""
    entries = list_entries(
        session,
        actor=actor_of(page),
        limit=PAGE_SIZE + 1,
        offset=(number - 1) * PAGE_SIZE,
        subject=subject or None,
    )
    return page.render(
        "administration/audit.html",
        entries=entries[:PAGE_SIZE],
        subject=subject,
        number=number,
        newer_url=_address(subject, number - 1) if number > 1 else None,
        older_url=_address(subject, number + 1) if len(entries) > PAGE_SIZE else None,
        action_name=lambda entry: _name(page.t, "action", entry.action.replace(".", "_"), entry.action),
        kind_name=lambda entry: _name(page.t, "kind", entry.subject_kind, entry.subject_kind),
        details=lambda entry: _details(page.t, entry.details),
        subject_url=_subject_url,
        short=_short,
    )


def _address(subject: str, number: int) -> str:
    return f"/administration/audit?{urlencode({'subject': subject} if subject else {})}&page={number}"


def _name(t: Texts, kind: str, name: str, otherwise: str) -> str:
    key = f"administration.{kind}_{name}"
    return t(key) if t.has(key) else otherwise


def _subject_url(entry: AuditView) -> str:
    if entry.subject_kind == "exam":
        return f"/administration/exams/{entry.subject}"
    if entry.subject_kind == "sitting":
        return f"/administration/sittings/{entry.subject}/replay"
    if entry.subject_kind == "simulation":
        return f"/simulations/{entry.subject}"
    if entry.subject_kind == "neutralisation":
        return f"/neutralisations/{entry.subject}"
    return f"/administration/audit?{urlencode({'subject': entry.subject})}"


def _short(subject: str) -> str:
    """Shorten an id to what tells it from the others on a page; codes and names stay whole."""
    try:
        return f"{str(UUID(subject))[:8]}…"
    except ValueError:
        return subject


def _details(t: Texts, details: Mapping[str, Any]) -> list[tuple[str, str]]:
    shown = {name: value for name, value in details.items() if value not in ("", None)}
    return [(_name(t, "detail", name, name), _value(t, name, value)) for name, value in shown.items()]


def _value(t: Texts, name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(t, name, part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{_name(t, 'detail', part, part)} {_value(t, part, entry)}" for part, entry in value.items())
    if isinstance(value, bool):
        return t("administration.yes" if value else "administration.no")
    if name == "roles":
        return t(f"shell.role_{value}")
    if name in ("opens_at", "closes_at"):
        return t.moment(datetime.fromisoformat(value))
    return str(value)
