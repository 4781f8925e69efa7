"""The administrator's pages: people, exams, sittings, the audit log."""

from __future__ import annotations

from fastapi import APIRouter

from web.pages import (
    administration_audit,
    administration_exams,
    administration_groups,
    administration_people,
    administration_reviewing,
    administration_sittings,
)

router = APIRouter(prefix="/administration")
for area in (
    administration_people,
    administration_exams,
    administration_sittings,
    administration_groups,
    administration_reviewing,
    administration_audit,
):
    router.include_router(area.router)
