"""Images written anew: what stays, what goes, what is refused, whatever a file says of itself."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from itembank.errors import InvalidInput
from itembank.media.cleaning import MAXIMUM_BYTES, CleanImage, clean_image
from tests.itembank.media.pictures import picture, written

NOISE = np.random.default_rng(5)


def opened(image: CleanImage) -> Image.Image:
    assert image.id == hashlib.sha256(image.data).hexdigest()
    found = Image.open(io.BytesIO(image.data))
    assert found.size == (image.width, image.height)
    assert f"image/{(found.format or '').lower()}" == image.content_type
    return found


def refused(data: bytes) -> str:
    with pytest.raises(InvalidInput) as error:
        clean_image(data)
    assert error.value.details["field"] == "image"
    return str(error.value.details["reason"])


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG file put together by hand."""
    header = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    parts = [
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in (header, *chunks, (b"IEND", b""))
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    ("data", "mode", "content_type"),
    [
        (picture(colour=(1, 2, 3)), "RGB", "image/png"),
        (picture(kind="JPEG", colour=(1, 2, 3)), "RGB", "image/jpeg"),
        (picture(kind="WEBP", mode="RGBA", colour=(1, 2, 3, 90)), "RGBA", "image/png"),
        (picture(kind="GIF", mode="P"), "RGB", "image/png"),
        (picture(mode="1"), "L", "image/png"),
        (picture(mode="LA", colour=(9, 90)), "RGBA", "image/png"),
        (picture(mode="RGBA", colour=(1, 2, 3, 255)), "RGB", "image/png"),
        (picture(kind="JPEG", mode="CMYK", colour=(0, 255, 255, 0)), "RGB", "image/jpeg"),
    ],
)
def test_every_kind_comes_out_as_browsers_show_it(data: bytes, mode: str, content_type: str) -> None:
    image = clean_image(data)
    assert (opened(image).mode, image.content_type) == (mode, content_type)
    assert clean_image(data) == image


def test_fine_greys_keep_their_shades() -> None:
    shades = np.linspace(0, 65535, 64).astype("uint16").reshape(8, 8)
    image = opened(clean_image(written(Image.fromarray(shades))))
    assert np.abs(np.asarray(image).astype(int) - shades / 257).max() <= 1


def test_exact_images_come_back_as_they_are() -> None:
    drawing = Image.fromarray(NOISE.integers(0, 255, (30, 50, 3), dtype="uint8"))
    image = clean_image(written(drawing))
    assert np.array_equal(np.asarray(opened(image)), np.asarray(drawing))
    assert clean_image(image.data) == image


def test_nothing_but_the_points_stays() -> None:
    secret = "13.7563 N 100.5018 E"
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", secret)
    notes.add_itxt("XML", f"<script>{secret}</script>")
    exif = Image.Exif()
    exif[0x010E] = secret
    files = [
        picture(pnginfo=notes, exif=exif) + b"<script>alert(1)</script>" + secret.encode(),
        picture(kind="JPEG", exif=exif, comment=secret.encode()) + b"PK\x03\x04" + secret.encode(),
        picture(kind="WEBP", exif=exif, xmp=secret.encode()),
        b"GIF89a" + picture(kind="GIF", mode="P", comment=secret.encode())[6:] + b"/*" + secret.encode(),
    ]
    for data in files:
        assert secret.encode() in data
        image = clean_image(data)
        assert secret.encode() not in image.data
        assert b"script" not in image.data
        assert not opened(image).getexif()


def test_photographs_stand_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side: turn a quarter to the right
    corner = Image.new("RGB", (40, 20), "black")
    corner.paste("white", (0, 0, 10, 10))
    image = opened(clean_image(written(corner, kind="JPEG", exif=exif, quality=95)))
    assert image.size == (20, 40)
    brightest = np.unravel_index(np.asarray(image.convert("L")).argmax(), (40, 20))
    assert brightest[0] < 10 <= brightest[1]


def test_large_images_are_scaled_down_and_moving_ones_stand_still() -> None:
    assert opened(clean_image(picture((3200, 100)))).size == (1600, 50)
    assert opened(clean_image(picture((10, 6400)))).size == (5, 3200)
    frames = [Image.new("L", (8, 8), shade) for shade in (10, 200)]
    moving = written(frames[0], kind="GIF", save_all=True, append_images=frames[1:])
    image = opened(clean_image(moving))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("L").getpixel((0, 0)) == 10


def test_large_exact_images_become_photographs() -> None:
    points = NOISE.integers(0, 255, (800, 800, 4), dtype="uint8")
    assert clean_image(written(Image.fromarray(points[..., :3]))).content_type == "image/jpeg"
    assert clean_image(written(Image.fromarray(points))).content_type == "image/webp"


def test_what_is_no_image_is_refused_with_the_reason() -> None:
    whole = picture((200, 200), kind="JPEG")
    noise = written(Image.fromarray(NOISE.integers(0, 255, (64, 64, 3), dtype="uint8")))
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    assert refused(b"") == "image_missing"
    assert refused(b"\x89PNG" + b"0" * MAXIMUM_BYTES) == "image_bytes"
    for drawing in (svg, b"\xef\xbb\xbf<?xml version='1.0'?>\n<!DOCTYPE x>\n<SVG/>", b"  " + svg):
        assert refused(drawing) == "image_svg"
    broken = [
        b"no image", b"MZ\x90\x00", b"%PDF-1.7", b"<html><script>alert(1)</script></html>", b"GIF89a",
        b"RIFF\x00\x00\x00\x00WEBP",
        whole[: len(whole) // 2], noise[: len(noise) // 2], noise.replace(noise[100:140], b"\0" * 40),
        picture(kind="BMP"), picture(kind="TIFF"), picture(kind="ICO"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        png(10, 10, (b"IDAT", b"not compressed")), png(0, 10),
    ]  # fmt: skip
    assert [refused(data) for data in broken] == ["image_broken"] * len(broken)


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    black = zlib.compress(b"\0" * 60_000_000, 9)
    assert len(black) < 100_000
    for width, height in ((5000, 4001), (50_000, 50_000), (2**31 - 1, 2**31 - 1)):
        assert refused(png(width, height, (b"IDAT", black))) == "image_pixels"
    # What says that it is small and is not: no more is unpacked than it says.
    assert opened(clean_image(png(10, 10, (b"IDAT", zlib.compress(b"\0" * 310))))).size == (10, 10)
    assert refused(png(10, 10, (b"zTXt", b"a\0\0" + black), (b"IDAT", zlib.compress(b"\0" * 310)))) == "image_broken"
    passes = picture(kind="JPEG")
    scan = passes[passes.index(b"\xff\xda") : -2]
    assert refused(passes[:-2] + scan * 200 + passes[-2:]) == "image_broken"
