"""The blank forms that are known: PDFs in the operator's folder, and those that ship.

A file counts where it reads as one form, unfilled. Files are read once and again when they changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from parsers.blanks.places import places_of
from parsers.blanks.printed import Print
from parsers.documents.reading import Box, Page, Reading
from parsers.forms.book import FormBook, load_forms
from parsers.layout.marks import take_ticks
from parsers.types import BBox, FormDef, ReadOptions

_SUFFIX = ".pdf"
_MOST_BYTES = 20_000_000
_MOST_PAGES = 20


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank form. `reading` is its digital reading: printed words, frames, form fields, none filled."""

    name: str
    sha256: str
    form: FormDef
    reading: Reading
    prints: tuple[Print, ...]
    """What each page prints, by where it stands."""
    path: str

    def places(self, page: int) -> tuple[BBox, ...]:
        """Where its page of that number leaves room to write, in points."""
        found = next(p for p in self.reading.pages if p.number == page)
        return places_of(found, self.reading.widgets)

    def print_of(self, page: int) -> Print:
        """The print of its page of that number."""
        return next(print_ for print_ in self.prints if print_.number == page)


_kept: dict[str, tuple[int, int, FormBook, Blank | None]] = {}
"""By path: time, size and definitions with which a file was read, and what it came to."""
_MOST_KEPT = 64


def known_blanks(options: ReadOptions) -> tuple[Blank, ...]:
    """The blanks that these options name, each file once; a path that is not there is passed over."""
    if not options.blanks:
        return ()
    book = load_forms(Path(options.forms_dir) if options.forms_dir else None)
    found: dict[str, Blank] = {}
    for path in _files(options.blanks):
        try:
            stat = path.stat()
        except OSError:
            continue
        if stat.st_size <= _MOST_BYTES:
            blank = _kept_or_read(path, stat.st_mtime_ns, stat.st_size, book)
            if blank is not None:
                found.setdefault(blank.sha256, blank)
    return tuple(found.values())


def _files(paths: Iterable[str]) -> Iterator[Path]:
    for given in map(Path, paths):
        if given.is_dir():
            yield from sorted(p for p in given.iterdir() if p.suffix.lower() == _SUFFIX)
        elif given.suffix.lower() == _SUFFIX:
            yield given


def _kept_or_read(path: Path, mtime_ns: int, size: int, book: FormBook) -> Blank | None:
    before = _kept.get(str(path))
    if before is not None and before[:2] == (mtime_ns, size) and before[2] is book:
        return before[3]
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    blank = _read(path, book)
    _kept[str(path)] = (mtime_ns, size, book, blank)
    return blank


def _read(path: Path, book: FormBook) -> Blank | None:
    """The blank in a file; None where it is none of the forms, several of them, filled in, or unreadable."""
    from parsers.classify import classify
    from parsers.documents.pdf import read_pdf
    from parsers.extract import extract

    try:
        data = path.read_bytes()
    except OSError:
        return None
    reading = read_pdf(data, ReadOptions())
    if reading.needs_ocr or not reading.pages or len(reading.pages) > _MOST_PAGES:
        return None
    found = classify(reading, book)
    form = found[0].form if len(found) == 1 else None
    if form is None or not form.fields or extract(reading, form).filled:
        return None
    reading = replace(reading, pages=tuple(map(_with_drawn_boxes, reading.pages)))
    prints = tuple(Print(page) for page in reading.pages)
    return Blank(path.name, hashlib.sha256(data).hexdigest(), form, reading, prints, str(path))


def _with_drawn_boxes(page: Page) -> Page:
    """Boxes to tick that are written with characters (☐, [ ]) as boxes: what is put into them is no word."""
    words, ticks = take_ticks(list(page.words), page.number)
    boxes = tuple(Box(page.number, tick.box, tick="off") for tick in ticks)
    return replace(page, words=tuple(words), boxes=page.boxes + boxes) if boxes else page
