"""A zip file, its table of contents read once for all who open it: to tell what it is, then to read it."""

from __future__ import annotations

import io
import zipfile

from parsers.remembered import Remembered

_LARGEST = 4_000_000
"""Bytes of a file that is kept: of larger ones the table of contents is the smallest part of the work."""
_KEPT: Remembered[zipfile.ZipFile] = Remembered(4)


def opened(data: bytes) -> zipfile.ZipFile:
    """The zip file, which nobody may close. Raises what zipfile raises on damaged ones."""
    return _KEPT.of((data,), lambda: zipfile.ZipFile(io.BytesIO(data)), keep=len(data) <= _LARGEST)
