"""Pictures of documents' pages, each drawn once and kept by the file's digest."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

PAGE_WIDTH = 1240  # pixels: sharp at the widths in which the app shows a page
_SECONDS = 30
_MEMORY = 1536 * 2**20
_DRAWN = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp"}
)
_ROOT = Path(__file__).resolve().parent.parent.parent


class PageNotDrawn(Exception):
    """The file's pages cannot be drawn."""


class Pages:
    """`sizes` and `png` of a file's pages; `data` is only asked for when nothing is kept yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turns = threading.Semaphore(2)

    @staticmethod
    def can_draw(media_type: str) -> bool:
        return media_type in _DRAWN

    def sizes(self, sha256: str, data: bytes | None = None) -> list[tuple[float, float]]:
        """Width and height in points of each page. Raises PageNotDrawn."""
        said = self._kept(sha256, "sizes.json", 0, data)
        try:
            return [(float(w), float(h)) for w, h in json.loads(said)]
        except (ValueError, TypeError) as error:
            raise PageNotDrawn("the sizes make no sense") from error

    def png(self, sha256: str, page: int, data: bytes | None = None, *, straight: bool = False) -> bytes:
        """Page `page`, from 1; `straight` as the readers saw a scan. Raises PageNotDrawn."""
        name = f"{page}-straight.png" if straight else f"{page}.png"
        return self._kept(sha256, name, page, data, "straight" if straight else "plain")

    def _kept(self, sha256: str, name: str, page: int, data: bytes | None, way: str = "plain") -> bytes:
        path = self._folder / sha256[:2] / sha256[2:] / name
        with contextlib.suppress(OSError):
            return path.read_bytes()
        if data is None:
            raise PageNotDrawn("not drawn yet")
        drawn = self._draw(data, page, way)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(drawn)
        os.replace(file.name, path)
        return drawn

    def _draw(self, data: bytes, page: int, way: str) -> bytes:
        command = [
            sys.executable,
            "-P",
            "-m",
            "mailbot.web.page_worker",
            str(page),
            str(PAGE_WIDTH),
            str(_MEMORY),
            way,
        ]
        passed = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8"}
        with self._turns:
            try:
                done = subprocess.run(
                    command, input=data, capture_output=True, timeout=_SECONDS, check=True, env=passed
                )
            except (subprocess.SubprocessError, OSError) as error:
                raise PageNotDrawn(type(error).__name__) from error
        return done.stdout
