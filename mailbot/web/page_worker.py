"""A process that draws pages of one file: `python -m mailbot.web.page_worker PAGE COUNT WIDTH MEMORY WAY`.

The file comes on stdin. PAGE 0 asks for the sizes of all pages, as JSON; else up to COUNT pages from PAGE on
leave on stdout, each as PNG with its length before it (4 bytes, big-endian).
WAY is `plain`, or `straight` for scans: turned upright and without skew, as the readers put their boxes; or
`convert` with a LibreOffice program and a media type after it: then the bytes of a PDF leave.
It is a process of its own, confined as the readers are, because PDFium is native code that reads a stranger's
bytes; it runs in a folder of its own.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mailbot.adapters.sandbox import confine_reader

MOST_PAGES = 200
_CPU_SECONDS = 30
_ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    page, count, width, memory = (int(argument) for argument in sys.argv[1:5])
    way = sys.argv[5]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS + 1))
    data = sys.stdin.buffer.read()
    confine_reader(Path.cwd(), _ROOT, "mailbot", program=sys.argv[6] if way == "convert" else None)
    out = sys.stdout.buffer
    if way == "convert":
        out.write(_converted(data, sys.argv[6], sys.argv[7]))
        return
    is_pdf = b"%PDF-" in data[:1024]
    if page == 0:
        sizes = _pdf_sizes(data) if is_pdf else _picture_sizes(data)
        out.write(json.dumps(sizes).encode())
        return
    if way == "straight":
        drawn = _straight(data, "application/pdf" if is_pdf else "image/png", page, count)
    else:
        drawn = _pdf(data, page, count, width) if is_pdf else _picture(data, page, count, width)
    for png in drawn:
        out.write(len(png).to_bytes(4, "big") + png)
        out.flush()


def _converted(data: bytes, program: str, media_type: str) -> bytes:
    from mailbot.adapters.libreoffice import converter
    from parsers.types import ReadOptions

    # Half of the seconds are the converter's: it ends before this process is ended.
    convert = converter(ReadOptions(libreoffice=program, seconds=50), "pdf")
    made = convert(data, media_type) if convert is not None else b""
    if not isinstance(made, bytes):
        raise ValueError(made.code)
    return made


def _pdf_sizes(data: bytes) -> list[tuple[float, float]]:
    document = _opened(data)
    return [_upright(document[n]).get_size() for n in range(min(len(document), MOST_PAGES))]


def _pdf(data: bytes, first: int, count: int, width: int) -> Iterator[bytes]:
    document = _opened(data)
    for number in range(first - 1, min(first - 1 + count, max(len(document), first))):
        page = _upright(document[number])
        yield _png(page.render(scale=width / max(page.get_width(), 1), may_draw_forms=True).to_pil())


def _opened(data: bytes) -> Any:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    document.init_forms()  # what is typed into the form's fields is drawn too
    return document


def _upright(page: Any) -> Any:
    """The page turned as the readers read it."""
    from parsers.documents.pdf_view import upright_turns

    page.set_rotation(90 * upright_turns(page))
    return page


def _straight(data: bytes, media_type: str, first: int, count: int) -> Iterator[bytes]:
    from PIL import Image

    from parsers.scans.pictures import page_picture
    from parsers.types import ReadOptions

    for number in range(first, first + count):
        gray = page_picture(data, media_type, ReadOptions(), number)
        if gray is None and number == first:
            raise ValueError("the page cannot be shown")
        if gray is None:
            return
        yield _png(Image.fromarray(gray))


def _picture_sizes(data: bytes) -> list[tuple[float, float]]:
    from PIL import ImageOps, ImageSequence

    with _picture_file(data) as opened:
        frames = zip(range(MOST_PAGES), ImageSequence.Iterator(opened), strict=False)
        return [_points(ImageOps.exif_transpose(frame)) for _, frame in frames]


def _picture(data: bytes, first: int, count: int, width: int) -> Iterator[bytes]:
    from PIL import ImageOps

    with _picture_file(data) as opened:
        frames = getattr(opened, "n_frames", 1)
        for number in range(first - 1, min(first - 1 + count, max(frames, first))):
            opened.seek(number)
            picture = ImageOps.exif_transpose(opened.convert("RGB"))
            picture.thumbnail((width, 4 * width))
            yield _png(picture)


def _picture_file(data: bytes) -> Any:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = 80_000_000
    if data[4:8] == b"ftyp":
        import pillow_heif  # only when such a file comes

        pillow_heif.register_heif_opener()
    return Image.open(io.BytesIO(data))


def _points(picture: Any) -> tuple[float, float]:
    """The size in points, as the readers see it: by its declared resolution where plausible, else as A4."""
    from parsers.scans.load import resolution_of

    across, down = resolution_of(picture)
    return picture.width * 72.0 / across, picture.height * 72.0 / down


def _png(picture: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


if __name__ == "__main__":
    main()
