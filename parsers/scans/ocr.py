"""Tesseract, in this process, by way of tesserocr.

Parsers do no I/O of their own, with this one exception: Tesseract loads its language data, which are
installed on the machine with the program of that name; the program itself is only asked where they are.
A language is loaded once for as long as the process lives: a start of the program for each of the eight
pictures of a page took longer than reading half of them. Only this file knows Tesseract.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from parsers.scans.image import Gray, as_gray, resized

if TYPE_CHECKING:
    from tesserocr import PyTessBaseAPI

WANTED_LANGUAGES = ("fra", "deu", "eng")
SPARSE, BLOCK, LINE = 11, 6, 7
"""Page segmentation modes: text scattered as on a form, one block, one line."""

_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
)
_FOLDER = re.compile(r'"([^"]+)"')
_WHITELIST = "tessedit_char_whitelist"
_GRAIN = 236
"""Brightness above which it is paper; on a piece with little ink Tesseract takes its grain for letters."""
_ELISION = re.compile(r"^[I|]['’](?=[^\W\d_]{4,})")
"""A French article read as a capital: nothing else begins like this (I'll, I've are short)."""


class OcrUnavailable(Exception):
    """Tesseract is not installed, or none of its languages is."""


class OcrFailed(Exception):
    """Tesseract did not finish: its time was over or it refused the picture."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as Tesseract read it; box in pixels (left, top, right, bottom), confidence 0 to 1."""

    text: str
    box: tuple[int, int, int, int]
    confidence: float
    line: tuple[int, int, int]
    printed: bool = False
    """A known blank has this word in this place."""
    place: int = -1
    """In which place of a known blank it stands; -1 for none."""


def languages() -> tuple[str, ...]:
    """Those of ours that are installed. Raises OcrUnavailable."""
    return _installed()[1]


@lru_cache(maxsize=1)
def _installed() -> tuple[str, tuple[str, ...]]:
    """The folder of the language data, and which of ours are there."""
    program = shutil.which("tesseract")
    if program is None:
        raise OcrUnavailable("The OCR program (tesseract) is not installed.")
    try:
        listed = subprocess.run(
            [program, "--list-langs"], capture_output=True, timeout=20, check=False, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OcrUnavailable("The OCR program (tesseract) cannot be started.") from error
    head, _, names = listed.stdout.decode(errors="replace").partition("\n")
    found = tuple(language for language in WANTED_LANGUAGES if language in names.split())
    folder = _folder(head, found)
    if folder is None or not found:
        raise OcrUnavailable("No OCR language of fra, deu, eng is installed.")
    return folder, found


def _folder(head: str, found: tuple[str, ...]) -> str | None:
    """Where the language data are; before version 5 the program does not say so."""
    if (said := _FOLDER.search(head)) is not None:
        return said[1]
    if not found:
        return None
    places = (os.environ.get("TESSDATA_PREFIX", ""), *_PLACES)
    return next((p for p in places if p and Path(p, f"{found[0]}.traineddata").exists()), None)


def read(
    gray: Gray,
    *,
    dpi: float,
    mode: int,
    seconds: float,
    only: tuple[str, ...] | None = None,
    characters: str = "",
    scale: float = 1.0,
) -> list[Token]:
    """The words in a picture. `only` narrows the languages, `characters` is a whitelist.

    `scale` below 1 shows Tesseract a smaller picture, which takes less time; boxes are on `gray`.

    Raises OcrUnavailable and OcrFailed.
    """
    there = languages()
    chosen = tuple(language for language in only or there if language in there) or there
    engine = _engine("+".join(chosen))
    height, width = gray.shape
    shown = gray if scale == 1.0 else resized(gray, round(width * scale), round(height * scale))
    shown = as_gray(np.where(shown > _GRAIN, 255, shown))
    allowed = max(1.0, seconds)
    try:
        engine.SetPageSegMode(mode)
        engine.SetVariable(_WHITELIST, characters)
        engine.SetImageBytes(shown.tobytes(), shown.shape[1], shown.shape[0], 1, shown.shape[1])
        engine.SetSourceResolution(round(dpi * scale))
        if not engine.Recognize(round(allowed * 1000)):
            raise OcrFailed(f"OCR took longer than {allowed:.0f} seconds, or refused the picture.")
        return _tokens(engine.GetTSVText(0), scale)
    except RuntimeError as error:
        raise OcrFailed("OCR refused the picture.") from error
    finally:
        engine.Clear()


@lru_cache(maxsize=len(WANTED_LANGUAGES) + 1)
def _engine(chosen: str) -> PyTessBaseAPI:
    """Tesseract with its languages loaded, for as long as this process lives."""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # with more threads, several times slower on few cores
    from tesserocr import LeptLogLevel, PyTessBaseAPI, set_leptonica_log_level

    set_leptonica_log_level(LeptLogLevel.NONE)  # it tells stderr of every odd shape on a page

    try:
        return PyTessBaseAPI(path=_installed()[0], lang=chosen)
    except RuntimeError as error:
        raise OcrUnavailable(f"Tesseract cannot load its language data ({chosen}).") from error


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "HOME") if name in os.environ}
    return {**kept, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}


def _tokens(tsv: str, scale: float) -> list[Token]:
    found: list[Token] = []
    for row in csv.reader(tsv.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE):
        if len(row) < 12 or row[0] != "5" or not row[11].strip():
            continue
        left, top, width, height = (int(v) for v in row[6:10])
        found.append(
            Token(
                _ELISION.sub("l'", row[11].strip().replace("ı", "i")),  # an i whose dot was lost
                _on_original((left, top, left + width, top + height), scale),
                max(0.0, float(row[10]) / 100.0),
                (int(row[2]), int(row[3]), int(row[4])),
            )
        )
    return found


def _on_original(box: tuple[int, int, int, int], scale: float) -> tuple[int, int, int, int]:
    if scale == 1.0:
        return box
    left, top, right, bottom = (round(v / scale) for v in box)
    return left, top, right, bottom
