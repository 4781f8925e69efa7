"""Stored standards: versioned, immutable, and read often."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.errors import NotFound
from itembank.framework.differences import describe_differences
from itembank.framework.document import Framework
from itembank.tables import Standard


@dataclass(frozen=True, slots=True)
class StoredStandard:
    """A stored version of a standard."""

    id: UUID
    version: int
    title: str
    issuer: str
    stored_at: datetime
    stored_by: str
    framework: Framework
    differences: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class StoreResult:
    """What storing did: ``created`` is false when the same content was there already."""

    standard: StoredStandard
    created: bool


def store_framework(session: Session, *, actor: Actor, framework: Framework, now: datetime) -> StoreResult:
    """Store a parsed standard as a new version, unless this very content is its newest version.

    Raises:
        NotAllowed: The actor is not an administrator.
    """
    actor.require(Role.ADMINISTRATOR)
    series = f"{framework.title} — {framework.qualification}"[:500]
    content_hash = _content_hash(framework)
    newest = session.exec(
        select(Standard).where(Standard.series == series).order_by(col(Standard.version).desc())
    ).first()
    if newest is not None and newest.content_hash == content_hash:
        return StoreResult(standard=_view(newest), created=False)
    differences: list[dict[str, Any]] = []
    if newest is not None:
        found = describe_differences(Framework.from_dict(newest.document), framework)
        differences = [asdict(difference) for difference in found]
    row = Standard(
        series=series,
        version=newest.version + 1 if newest else 1,
        content_hash=content_hash,
        title=framework.title,
        issuer=framework.issuer,
        document=framework.to_dict(),
        differences=differences,
        stored_at=now,
        stored_by=actor.display_name,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor=actor, action="standard.store", kind="standard", subject=row.id, now=now,
        version=row.version, counts=framework.counts(),
    )  # fmt: skip
    return StoreResult(standard=_view(row), created=True)


def current_standard(session: Session) -> StoredStandard:
    """Give the standard stored last.

    Raises:
        NotFound: No standard is stored yet.
    """
    order = (col(Standard.stored_at).desc(), col(Standard.version).desc())
    newest = session.exec(select(Standard.id).order_by(*order)).first()
    if newest is None:
        raise NotFound(what="standard", name="in the database; import one with: samat standard import FILE")
    return standard_by_id(session, newest)


def standard_by_id(session: Session, standard_id: UUID) -> StoredStandard:
    """Give one stored version.

    Raises:
        NotFound: There is none with this id.
    """
    found = _KEPT.get(standard_id)
    if found is None:
        row = session.get(Standard, standard_id)
        if row is None:
            raise NotFound(what="standard", name=standard_id)
        found = _view(row)
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        _KEPT[standard_id] = found
    return found


def _content_hash(framework: Framework) -> str:
    # What a file was called and how its lines were laid out is not the standard's content.
    document = framework.to_dict() | {"source_name": "", "source_sha256": "", "warnings": []}
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _view(row: Standard) -> StoredStandard:
    return StoredStandard(
        id=row.id,
        version=row.version,
        title=row.title,
        issuer=row.issuer,
        stored_at=row.stored_at,
        stored_by=row.stored_by,
        framework=Framework.from_dict(row.document),
        differences=tuple(row.differences),
    )


# A stored version never changes, so a process reads and parses its long document once, not once for each of many exams.
_MOST_KEPT = 32
_KEPT: dict[UUID, StoredStandard] = {}
