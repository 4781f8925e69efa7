"""Small image files for tests."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def picture(
    size: tuple[int, int] = (40, 20), *, kind: str = "PNG", mode: str = "RGB", colour: Any = 0, **options: Any
) -> bytes:
    """Make an image file of one colour."""
    return written(Image.new(mode, size, colour), kind=kind, **options)


def written(image: Image.Image, *, kind: str = "PNG", **options: Any) -> bytes:
    """Write an image as a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
