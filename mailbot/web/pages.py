"""Pictures of documents' pages, each drawn once and kept by the file's digest."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from parsers.documents.converting import CONVERTIBLE

PAGE_WIDTH = 1240  # pixels: sharp at the widths in which the app shows a page
AT_ONCE = 4
"""Pages drawn by one process: starting it costs more than a page, and who looks at one looks at the next."""
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
        self._one = threading.Lock()
        self._drawing: dict[tuple[str, str], tuple[threading.Lock, int]] = {}

    def can_draw(self, media_type: str) -> bool:
        return media_type in _DRAWN or (self._libreoffice is not None and media_type in _CONVERTED)

    def sizes(self, sha256: str, media_type: str, data: Callable[[], bytes]) -> list[tuple[float, float]]:
        """Width and height in points of each page. Raises PageNotDrawn, and what `data` raises."""

        def measure() -> bytes:
            return self._run(self._source(sha256, media_type, data), 0, 0, "plain")

        said = self._kept(sha256, "sizes.json", measure)
        try:
            return [(float(w), float(h)) for w, h in json.loads(said)]
        except (ValueError, TypeError) as error:
            raise PageNotDrawn("the sizes make no sense") from error

    def png(
        self, sha256: str, page: int, media_type: str, data: Callable[[], bytes], *, straight: bool = False
    ) -> bytes:
        """Page `page`, from 1; `straight` as the readers saw a scan. Raises as `sizes` does."""
        way = "straight" if straight else "plain"

        def draw() -> bytes:
            drawn = self._run(self._source(sha256, media_type, data), page, AT_ONCE, way)
            first, *more = _pictures(drawn)
            for number, png in enumerate(more, start=page + 1):
                self._keep(self._path(sha256, _name(number, straight)), png)
            return first

        return self._kept(sha256, _name(page, straight), draw)

    def _source(self, sha256: str, media_type: str, data: Callable[[], bytes]) -> bytes:
        return data() if media_type in _DRAWN else self._pdf_of(sha256, media_type, data)

    def _pdf_of(self, sha256: str, media_type: str, data: Callable[[], bytes]) -> bytes:
        """What LibreOffice makes of the file. An empty one says that it cannot: it is not tried twice."""

        def convert() -> bytes:
            raw = data()
            try:
                return self._run(raw, 0, 0, "convert", str(self._libreoffice), media_type)
            except PageNotDrawn:
                return b""

        made = self._kept(sha256, "converted.pdf", convert)
        if not made:
            raise PageNotDrawn("the file cannot be converted")
        return made

    def _kept(self, sha256: str, name: str, make: Callable[[], bytes]) -> bytes:
        path = self._path(sha256, name)
        with contextlib.suppress(OSError):
            return path.read_bytes()
        with self._turn_of(sha256, name.partition(".")[2]):
            with contextlib.suppress(OSError):
                return path.read_bytes()  # it came with another page
            made = make()
            self._keep(path, made)
        return made

    def _path(self, sha256: str, name: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:] / name

    def _keep(self, path: Path, made: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(made)
        os.replace(file.name, path)

    @contextlib.contextmanager
    def _turn_of(self, sha256: str, sort: str) -> Iterator[None]:
        """One at a time draws pages of a file: pictures, or sizes, or the conversion that both wait for."""
        key = (sha256, sort)
        with self._one:
            turn, waiting = self._drawing.get(key, (threading.Lock(), 0))
            self._drawing[key] = turn, waiting + 1
        try:
            with turn:
                yield
        finally:
            with self._one:
                _, waiting = self._drawing.pop(key)
                if waiting > 1:
                    self._drawing[key] = turn, waiting - 1

    def _run(self, data: bytes, page: int, count: int, *way: str) -> bytes:
        command = [
            sys.executable,
            "-P",
            "-m",
            "mailbot.web.page_worker",
            str(page),
            str(count),
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
                written = getattr(error, "output", None)
                if count and written:
                    return bytes(written)  # it is a later page that could not be drawn
                raise PageNotDrawn(type(error).__name__) from error
        return done.stdout


def _name(page: int, straight: bool) -> str:
    return f"{page}-straight.png" if straight else f"{page}.png"


def _pictures(drawn: bytes) -> list[bytes]:
    """The pages that the worker wrote whole. Raises PageNotDrawn when there is none."""
    found, at = [], 0
    while at + 4 <= len(drawn) and (end := at + 4 + int.from_bytes(drawn[at : at + 4], "big")) <= len(drawn):
        found.append(drawn[at + 4 : end])
        at = end
    if not found:
        raise PageNotDrawn("no page came")
    return found
