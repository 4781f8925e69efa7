"""What the printed report says of a run's diagnostics: what was left out, and by how many by chance at most."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from itembank.measurement_reports.diagnostics_section import diagnostics_section
from itembank.measurement_reports.document import Facts
from itembank.measurement_reports.document_scene import DocumentScene
from itembank.measurement_reports.run_material import RunMaterial
from tests.itembank.measurement_reports.test_documents import written
from tests.support.findings import some_findings
from tests.support.institution import NOON


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("without DG101-1.1-09, which everybody got right, or nobody", "by chance at most 3.9 are expected")),
        ("th", ("ไม่นับ DG101-1.1-09", "โดยบังเอิญคาดไว้ไม่เกิน 3.9")),
    ],
)
def test_what_is_left_out_is_said(language: str, told: tuple[str, ...]) -> None:
    found = some_findings()
    assert found.model_fit is not None
    cut = replace(found, model_fit=replace(found.model_fit, left_out=("DG101-1.1-09",)))
    scene = DocumentScene(written(language), NOON)
    facts, before = (
        next(
            block
            for block in diagnostics_section(scene, cast(RunMaterial, SimpleNamespace(diagnostics=one))).blocks
            if isinstance(block, Facts)
        )
        for one in (cut, found)
    )
    for words in told:
        assert words in str(facts), words
    assert told[0] not in str(before)
