"""Pictures of documents' pages, each drawn once and kept by the file's digest."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from parsers.documents.converting import CONVERTIBLE

PAGE_WIDTH = 1240  # pixels: sharp at the widths in which the app shows a page
_SECONDS = 30
_MEMORY = 1536 * 2**20
_DRAWN = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp",
     "image/heic"}
)  # fmt: skip
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CONVERTED = CONVERTIBLE | {_DOCX}
_ROOT = Path(__file__).resolve().parent.parent.parent


class PageNotDrawn(Exception):
    """The file's pages cannot be drawn."""


class Pages:
    """`sizes` and `png` of a file's pages. `data` gives its bytes; it is only called when nothing is kept."""

    def __init__(self, folder: Path, libreoffice: str | None = None) -> None:
        self._folder = folder
        self._libreoffice = libreoffice
        self._turns = threading.Semaphore(2)

    def can_draw(self, media_type: str) -> bool:
        return media_type in _DRAWN or (self._libreoffice is not None and media_type in _CONVERTED)

    def sizes(self, sha256: str, media_type: str, data: Callable[[], bytes]) -> list[tuple[float, float]]:
        """Width and height in points of each page. Raises PageNotDrawn, and what `data` raises."""
        said = self._drawn(sha256, "sizes.json", media_type, data, 0, "plain")
        try:
            return [(float(w), float(h)) for w, h in json.loads(said)]
        except (ValueError, TypeError) as error:
            raise PageNotDrawn("the sizes make no sense") from error

    def png(
        self, sha256: str, page: int, media_type: str, data: Callable[[], bytes], *, straight: bool = False
    ) -> bytes:
        """Page `page`, from 1; `straight` as the readers saw a scan. Raises as `sizes` does."""
        name = f"{page}-straight.png" if straight else f"{page}.png"
        return self._drawn(sha256, name, media_type, data, page, "straight" if straight else "plain")

    def _drawn(
        self, sha256: str, name: str, media_type: str, data: Callable[[], bytes], page: int, way: str
    ) -> bytes:
        def source() -> bytes:
            return data() if media_type in _DRAWN else self._pdf_of(sha256, media_type, data)

        return self._kept(sha256, name, lambda: self._run(source(), str(page), way))

    def _pdf_of(self, sha256: str, media_type: str, data: Callable[[], bytes]) -> bytes:
        """What LibreOffice makes of the file. An empty one says that it cannot: it is not tried twice."""

        def convert() -> bytes:
            raw = data()
            try:
                return self._run(raw, "0", "convert", str(self._libreoffice), media_type)
            except PageNotDrawn:
                return b""

        made = self._kept(sha256, "converted.pdf", convert)
        if not made:
            raise PageNotDrawn("the file cannot be converted")
        return made

    def _kept(self, sha256: str, name: str, make: Callable[[], bytes]) -> bytes:
        path = self._folder / sha256[:2] / sha256[2:] / name
        with contextlib.suppress(OSError):
            return path.read_bytes()
        made = make()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(made)
        os.replace(file.name, path)
        return made

    def _run(self, data: bytes, page: str, *way: str) -> bytes:
        command = [
            sys.executable,
            "-P",
            "-m",
            "mailbot.web.page_worker",
            page,
            str(PAGE_WIDTH),
            str(_MEMORY),
            *way,
        ]
        passed = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8"}
        with (
            self._turns,
            tempfile.TemporaryDirectory(prefix="mailbot-page-", ignore_cleanup_errors=True) as own,
        ):
            passed |= {"TMPDIR": own, "HOME": own}
            try:
                done = subprocess.run(
                    command,
                    input=data,
                    capture_output=True,
                    timeout=_SECONDS,
                    check=True,
                    env=passed,
                    cwd=own,
                )
            except (subprocess.SubprocessError, OSError) as error:
                raise PageNotDrawn(type(error).__name__) from error
        return done.stdout
