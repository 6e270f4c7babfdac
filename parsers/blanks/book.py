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
from parsers.classify import classify
from parsers.documents.reading import Box, Page, Reading
from parsers.extract import extract, is_filled
from parsers.folding import fold
from parsers.forms.book import FormBook, load_forms
from parsers.layout.marks import take_ticks
from parsers.layout.pages import sheets_of
from parsers.layout.sheet import Segment
from parsers.types import BBox, FormDef, ReadOptions
from parsers.vocabulary import vocabulary

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
    from parsers.documents.pdf import read_pdf

    try:
        data = path.read_bytes()
    except OSError:
        return None
    reading = read_pdf(data, ReadOptions())
    if reading.needs_ocr or not reading.pages or len(reading.pages) > _MOST_PAGES:
        return None
    found = classify(reading, book)
    form = found[0].form if len(found) == 1 else None
    reading = replace(reading, pages=tuple(_without_prompts(_with_drawn_boxes(p)) for p in reading.pages))
    if form is None or not form.fields or not _is_unfilled(reading, form):
        return None
    prints = tuple(Print(page) for page in reading.pages)
    return Blank(path.name, hashlib.sha256(data).hexdigest(), form, reading, prints, str(path))


def _with_drawn_boxes(page: Page) -> Page:
    """Boxes to tick that are written with characters (☐, [ ]) as boxes: what is put into them is no word."""
    words, ticks = take_ticks(list(page.words), page.number)
    boxes = tuple(Box(page.number, tick.box, tick="off") for tick in ticks)
    return replace(page, words=tuple(words), boxes=page.boxes + boxes) if boxes else page


def _without_prompts(page: Page) -> Page:
    """Without what a word processor prints in empty fields: where it stands, the value will."""
    prompts = vocabulary().prompts
    gone: set[int] = set()
    for sheet in sheets_of(Reading("", (page,))):
        prompting = [s for s in sheet.segments if any(prompt in fold(s.text) for prompt in prompts)]
        for segment in sheet.segments:
            if segment in prompting or any(_goes_on(segment, before) for before in prompting):
                gone.update(map(id, segment.words))
    kept = tuple(word for word in page.words if id(word) not in gone)
    return replace(page, words=kept) if gone else page


def _goes_on(segment: Segment, before: Segment) -> bool:
    """True for the next line of a text in the same cell."""
    height = before.box[3] - before.box[1]
    return (
        segment.frame is not None
        and segment.frame == before.frame
        and abs(segment.box[0] - before.box[0]) < 3
        and 0 <= segment.box[1] - before.box[1] - 0.8 * height < 1.5 * height
    )


def _is_unfilled(reading: Reading, form: FormDef) -> bool:
    """True where nothing was put in; one line of text beside a label may be a label's own."""
    found = [
        key
        for key, value in extract(reading, form).fields.items()
        if is_filled({key: value}) and not key.startswith("date_")
    ]
    definitions = [definition for key in found if (definition := form.field(key)) is not None]
    return len(found) <= 1 and all(definition.type == "text" for definition in definitions)
