"""``samat report``: a unit and a run as files, in a process of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import uuid4

from itembank.database import Database
from tests.commands.test_commands import refused, samat
from tests.support.institution import Institution


def test_a_unit_is_written_to_a_folder(filled: tuple[Database, Institution], tmp_path: Path) -> None:
    database, _ = filled
    out = tmp_path / "new" / "folder"
    result = samat("report", "unit", "DG100", "--out", out, "--language", "en", "--json", database=database.url)
    assert result.returncode == 0, result.stderr
    written = [Path(name) for name in json.loads(result.stdout)["files"]]
    assert {path.name for path in written} == set(os.listdir(out)) >= {"report.pdf", "parameters.csv", "items.csv"}
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF-")
    simulated = samat("simulate", "--parameters", out / "parameters.csv", "--examinees", 5, "--seed", 1, "--json")
    assert simulated.returncode == 0, simulated.stderr


def test_what_cannot_be_reported_is_one_line_and_leaves_no_folder(
    filled: tuple[Database, Institution], tmp_path: Path
) -> None:
    database, _ = filled
    out = tmp_path / "out"
    assert "DG999" in refused(samat("report", "unit", "DG999", "--out", out, database=database.url))
    run_id = str(uuid4())
    assert run_id in refused(samat("report", "run", run_id, "--out", out, database=database.url))
    assert not out.exists()
    (tmp_path / "file").write_text("")
    assert "--out" in refused(samat("report", "unit", "DG100", "--out", tmp_path / "file", database=database.url))
