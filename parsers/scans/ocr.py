"""Tesseract, as a local program.

Parsers do no I/O of their own, with this one exception: OCR is a separate program on the same
machine, fed through a pipe and asked nothing but "which words are in these pixels". It gets no
file, no network and no shell, and it ends when its time is over. Only this file starts it.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache

import cv2

from parsers.scans.image import Gray, resized

WANTED_LANGUAGES = ("fra", "deu", "eng")
SPARSE, BLOCK, LINE = 11, 6, 7
"""Page segmentation modes: text scattered as on a form, one block, one line."""


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


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Those of ours that are installed. Raises OcrUnavailable."""
    program = shutil.which("tesseract")
    if program is None:
        raise OcrUnavailable("The OCR program (tesseract) is not installed.")
    try:
        listed = subprocess.run(
            [program, "--list-langs"], capture_output=True, timeout=20, check=False, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OcrUnavailable("The OCR program (tesseract) cannot be started.") from error
    there = set(listed.stdout.decode(errors="replace").split())
    found = tuple(language for language in WANTED_LANGUAGES if language in there)
    if not found:
        raise OcrUnavailable("No OCR language of fra, deu, eng is installed.")
    return found


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
    command = ["tesseract", "stdin", "stdout", "-l", "+".join(chosen), "--psm", str(mode)]
    command += ["--dpi", str(round(dpi * scale))]
    if characters:
        command += ["-c", f"tessedit_char_whitelist={characters}"]
    command.append("tsv")
    height, width = gray.shape
    shown = gray if scale == 1.0 else resized(gray, round(width * scale), round(height * scale))
    encoded = cv2.imencode(".pgm", shown)[1].tobytes()
    allowed = max(1.0, seconds)
    try:
        done = subprocess.run(
            command, input=encoded, capture_output=True, timeout=allowed, check=False,
            env=_environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OcrFailed(f"OCR took longer than {allowed:.0f} seconds.") from error
    except OSError as error:
        raise OcrUnavailable("The OCR program (tesseract) cannot be started.") from error
    if done.returncode != 0:
        raise OcrFailed("OCR refused the picture.")
    return _tokens(done.stdout.decode("utf-8", errors="replace"), scale)


def _environment() -> dict[str, str]:
    """One thread: with more, Tesseract is several times slower on few cores."""
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "HOME") if name in os.environ}
    return {**kept, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}


def _tokens(tsv: str, scale: float) -> list[Token]:
    found: list[Token] = []
    for row in csv.reader(tsv.split("\n")[1:], delimiter="\t", quoting=csv.QUOTE_NONE):
        if len(row) < 12 or row[0] != "5" or not row[11].strip():
            continue
        left, top, width, height = (int(v) for v in row[6:10])
        found.append(
            Token(
                _ELISION.sub("l'", row[11].strip()),
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
