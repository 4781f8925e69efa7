"""An image as it may be kept: read in full, without anything but its pixels, and written anew."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final

from PIL import Image, ImageOps

from itembank.errors import InvalidInput

MAXIMUM_BYTES: Final = 5 * 1024 * 1024
MAXIMUM_PIXELS: Final = 20_000_000
MAXIMUM_WIDTH: Final = 1600
MAXIMUM_HEIGHT: Final = 3200
#: Drawings and screenshots stay exact up to here; what is larger is a photograph, or should be one.
_LARGEST_EXACT: Final = 1024 * 1024
#: A JPEG file may draw the same picture over and over, and five megabytes of that take minutes.
_MOST_SCANS: Final = 100
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")

#: A picture of twenty million points takes a hundred megabytes while it is read: never many at once.
IMAGES_AT_ONCE: Final = 2
_ROOM = BoundedSemaphore(IMAGES_AT_ONCE)


@dataclass(frozen=True, slots=True)
class CleanImage:
    """An image that was written anew; its id is the SHA-256 of its bytes, in hexadecimal digits."""

    id: str
    data: bytes
    content_type: str
    width: int
    height: int


def clean_image(data: bytes) -> CleanImage:
    """Read an image and write it anew: turned upright, at most 1600 × 3200 points, without whatever else was in it.

    The same bytes always give the same image. Of moving pictures the first one is kept.

    Args:
        data: A PNG, JPEG, WebP or GIF file; its name and what its sender says of it don't matter.

    Raises:
        InvalidInput: It is none, is damaged, or is too large; the reason says which.
    """
    _check_file(data)
    with _ROOM:
        try:
            with warnings.catch_warnings():
                # The library warns of huge images and only refuses enormous ones; the check of the size is our own.
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                return _written_anew(data)
        except InvalidInput:
            raise
        except Image.DecompressionBombError:
            raise _too_many_pixels() from None
        except Exception:
            # Damaged files make the decoders stumble in a dozen ways, none of which tells a writer more.
            raise InvalidInput(
                field="image", expected="a PNG, JPEG, WebP or GIF file that is whole", reason="image_broken"
            ) from None


def _check_file(data: bytes) -> None:
    if not data:
        raise InvalidInput(field="image", expected="an image file", reason="image_missing")
    if len(data) > MAXIMUM_BYTES:
        expected = f"at most {MAXIMUM_BYTES // 1024**2} MB"
        raise InvalidInput(field="image", expected=expected, reason="image_bytes", maximum=MAXIMUM_BYTES // 1024**2)
    if b"<svg" in data[:4096].lower():
        # Drawings in SVG are programs: they may hold scripts and fetch from other sites.
        expected = "PNG, JPEG, WebP or GIF; SVG files can hold scripts and are not taken"
        raise InvalidInput(field="image", expected=expected, reason="image_svg")
    if data.startswith(b"\xff\xd8") and data.count(b"\xff\xda") > _MOST_SCANS:
        expected = f"an image drawn in at most {_MOST_SCANS} passes"
        raise InvalidInput(field="image", expected=expected, reason="image_broken")


def _written_anew(data: bytes) -> CleanImage:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        # Known from the first bytes, before anything is unpacked.
        if opened.width * opened.height > MAXIMUM_PIXELS:
            raise _too_many_pixels()
        opened.load()
        is_photograph = opened.format == "JPEG"
        picture = _plain_colours(ImageOps.exif_transpose(opened))
    if picture.width > MAXIMUM_WIDTH or picture.height > MAXIMUM_HEIGHT:
        picture.thumbnail((MAXIMUM_WIDTH, MAXIMUM_HEIGHT), Image.Resampling.LANCZOS)
    content, content_type = _encoded(picture, is_photograph=is_photograph)
    return CleanImage(
        id=hashlib.sha256(content).hexdigest(),
        data=content,
        content_type=content_type,
        width=picture.width,
        height=picture.height,
    )


def _plain_colours(picture: Image.Image) -> Image.Image:
    """Turn palettes, printing colours and fine greys into what every browser shows; see-through stays only if it is."""
    if picture.mode.startswith("I"):
        # Sixteen bits a point; converting would cut off at 255 what goes up to 65535.
        picture = picture.convert("I").point(lambda value: value / 257).convert("L")
    has_alpha = picture.has_transparency_data
    if has_alpha:
        picture = picture.convert("RGBA")
        lowest, _ = picture.getchannel("A").getextrema()
        has_alpha = lowest != 255
    plain = picture.convert("RGBA" if has_alpha else "L" if picture.mode in ("1", "L") else "RGB")
    # Whatever else came with the file is not a matter of its points.
    plain.info.clear()
    return plain


def _encoded(picture: Image.Image, *, is_photograph: bool) -> tuple[bytes, str]:
    if not is_photograph:
        exact = _saved(picture, "PNG", compress_level=6)
        if len(exact) <= _LARGEST_EXACT:
            return exact, "image/png"
    if picture.mode == "RGBA":
        return _saved(picture, "WEBP", quality=85, method=4), "image/webp"
    return _saved(picture, "JPEG", quality=85, optimize=True), "image/jpeg"


def _saved(picture: Image.Image, name: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()


def _too_many_pixels() -> InvalidInput:
    return InvalidInput(
        field="image",
        expected=f"at most {MAXIMUM_PIXELS // 1_000_000} million pixels",
        reason="image_pixels",
        maximum=MAXIMUM_PIXELS // 1_000_000,
    )
