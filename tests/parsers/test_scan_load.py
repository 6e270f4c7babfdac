"""Image files as they arrive: many formats, damaged ones, and those that claim to be enormous."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from parsers.scans.image import Sheet
from parsers.scans.load import image_sheets
from parsers.types import Problem


def grey_page(width: int = 830, height: int = 1170) -> Image.Image:
    page = Image.new("L", (width, height), 250)
    page.paste(20, (100, 200, 400, 220))
    return page


def saved(page: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    page.save(out, kind, **options)
    return out.getvalue()


def only(data: bytes) -> Sheet:
    found = list(image_sheets(data, None, 80))
    assert len(found) == 1
    assert isinstance(found[0], Sheet)
    return found[0]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "HEIF"])
def test_every_format_gives_the_same_page(kind: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    sheet = only(saved(grey_page().convert("RGB" if kind == "HEIF" else "L"), kind))
    assert sheet.width == pytest.approx(597, abs=3)
    assert sheet.gray[round(210 / 1170 * sheet.gray.shape[0]), sheet.gray.shape[1] // 4] < 60


def test_the_camera_s_orientation_is_obeyed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sheet = only(saved(grey_page(), "JPEG", exif=exif))
    assert sheet.gray.shape[1] > sheet.gray.shape[0]


def test_transparent_paper_is_white() -> None:
    page = Image.new("RGBA", (830, 1170), (0, 0, 0, 0))
    assert only(saved(page, "PNG")).gray.min() > 250


def test_sixteen_bits_are_brought_down_to_eight() -> None:
    deep = Image.fromarray(np.full((1170, 830), 60_000, np.uint16))
    assert 225 <= int(only(saved(deep, "PNG")).gray.mean()) <= 240


def test_a_file_cut_short_is_read_as_far_as_it_goes_and_says_so() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1170, 830), dtype=np.uint8)
    whole = saved(Image.fromarray(noise), "JPEG")
    found = list(image_sheets(whole[: len(whole) * 2 // 3], None, 80))
    assert [type(f) for f in found] == [Problem, Sheet]
    assert isinstance(found[0], Problem)
    assert found[0].code == "damaged"


def test_a_page_scanned_far_finer_than_needed_is_brought_down_with_its_coloured_ink() -> None:
    page = Image.new("RGB", (2400, 3000), "white")
    page.paste((20, 30, 160), (1000, 2000, 1400, 2040))
    sheet = only(saved(page, "PNG", dpi=(600, 600), compress_level=1))
    assert (sheet.dpi, sheet.gray.shape) == (300.0, (1500, 1200))
    assert sheet.ink is not None
    assert (sheet.ink[1010, 600], sheet.ink[1400, 600]) == (255, 0)


def test_what_is_no_image_is_damaged() -> None:
    found = list(image_sheets(b"\x89PNG\r\n\x1a\n nothing of the kind", None, 80))
    assert [f.code for f in found if isinstance(f, Problem)] == ["damaged"]


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@pytest.mark.parametrize(("side", "code"), [(100_000, "bomb"), (12_000, "too_large")])
def test_an_image_of_absurd_size_is_refused_before_it_is_decoded(side: int, code: str) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    found = list(image_sheets(data, None, 80))
    assert [f.code for f in found if isinstance(f, Problem)] == [code]


def test_pages_beyond_the_limit_are_left_out_and_named() -> None:
    data = saved(grey_page(200, 280), "TIFF", save_all=True, append_images=[grey_page(200, 280)] * 3)
    found = list(image_sheets(data, None, 2))
    assert [f.code for f in found if isinstance(f, Problem)] == ["truncated"]
    assert [f.number for f in found if isinstance(f, Sheet)] == [1, 2]
