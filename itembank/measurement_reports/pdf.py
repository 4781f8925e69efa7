"""A report as PDF: typst sets it, with the fonts that come along and nothing else from the machine."""

from __future__ import annotations

import json
from importlib.resources import as_file, files
from typing import Any, Literal

import typst

from itembank.measurement_reports.document import Document


def pdf_of(document: Document) -> bytes:
    """Set a report as PDF.

    Args:
        document: The report.

    Returns:
        The file.
    """
    return _compiled(document, kind="pdf")[0]


def pictures_of(document: Document, *, dots_per_inch: float = 80.0) -> list[bytes]:
    """Set a report as one PNG picture a page, to be looked at.

    Args:
        document: The report.
        dots_per_inch: How fine.
    """
    return _compiled(document, kind="png", dots_per_inch=dots_per_inch)


def _compiled(document: Document, *, kind: Literal["pdf", "png"], dots_per_inch: float | None = None) -> list[bytes]:
    with as_file(files("itembank.measurement_reports")) as folder:
        # Of several pages pictures come as a list, although the signature says otherwise.
        found: Any = typst.compile(
            folder / "report.typ",
            root=folder,
            font_paths=[folder / "fonts"],
            ignore_system_fonts=True,
            format=kind,
            ppi=dots_per_inch,
            sys_inputs={"data": json.dumps(document.to_dict(), ensure_ascii=False)},
        )
    return found if isinstance(found, list) else [found]
