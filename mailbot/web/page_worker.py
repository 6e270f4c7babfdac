"""A process that draws pages of one file: `python -m mailbot.web.page_worker PAGE WIDTH MEMORY_BYTES WAY`.

The file comes on stdin. PAGE 0 asks for the sizes of all pages, as JSON; else PNG bytes leave on stdout.
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
from pathlib import Path
from typing import Any

from mailbot.adapters.sandbox import confine_reader

MOST_PAGES = 200
_CPU_SECONDS = 30
_ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    page, width, memory = (int(argument) for argument in sys.argv[1:4])
    way = sys.argv[4]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS + 1))
    data = sys.stdin.buffer.read()
    confine_reader(Path.cwd(), _ROOT, "mailbot", program=sys.argv[5] if way == "convert" else None)
    if way == "convert":
        sys.stdout.buffer.write(_converted(data, sys.argv[5], sys.argv[6]))
        return
    is_pdf = b"%PDF-" in data[:1024]
    if way == "straight" and page:
        drawn = _straight(data, "application/pdf" if is_pdf else "image/png", page)
    else:
        drawn = _pdf(data, page, width) if is_pdf else _picture(data, page, width)
    sys.stdout.buffer.write(drawn)


def _converted(data: bytes, program: str, media_type: str) -> bytes:
    from mailbot.adapters.libreoffice import converter
    from parsers.types import ReadOptions

    # Half of the seconds are the converter's: it ends before this process is ended.
    convert = converter(ReadOptions(libreoffice=program, seconds=50))
    made = convert(data, media_type) if convert is not None else b""
    if not isinstance(made, bytes):
        raise ValueError(made.code)
    return made


def _pdf(data: bytes, number: int, width: int) -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    document.init_forms()  # what is typed into the form's fields is drawn too
    if number == 0:
        sizes = [_upright(document[n]).get_size() for n in range(min(len(document), MOST_PAGES))]
        return json.dumps(sizes).encode()
    page = _upright(document[number - 1])
    return _png(page.render(scale=width / max(page.get_width(), 1), may_draw_forms=True).to_pil())


def _upright(page: Any) -> Any:
    """The page turned as the readers read it."""
    from parsers.documents.pdf_pages import upright_turns

    page.set_rotation(90 * upright_turns(page))
    return page


def _straight(data: bytes, media_type: str, number: int) -> bytes:
    from PIL import Image

    from parsers.scans.pictures import page_picture
    from parsers.types import ReadOptions

    gray = page_picture(data, media_type, ReadOptions(), number)
    if gray is None:
        raise ValueError("the page cannot be shown")
    return _png(Image.fromarray(gray))


def _picture(data: bytes, number: int, width: int) -> bytes:
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = 80_000_000
    if data[4:8] == b"ftyp":
        import pillow_heif  # only when such a file comes

        pillow_heif.register_heif_opener()
    with Image.open(io.BytesIO(data)) as opened:
        if number == 0:
            sizes = []
            for _, frame in zip(range(MOST_PAGES), ImageSequence.Iterator(opened), strict=False):
                sizes.append(_points(ImageOps.exif_transpose(frame)))
            return json.dumps(sizes).encode()
        opened.seek(number - 1)
        picture = ImageOps.exif_transpose(opened.convert("RGB"))
    picture.thumbnail((width, 4 * width))
    return _png(picture)


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
