"""A PDF -> Reading: what stands on its pages, what is filled into its form, what was put on top.

PDFium reads the pages, pikepdf (qpdf) the form and the annotations. Each can fail alone: what the
other gave is kept, and the failure is noted. A file that neither opens is `damaged`.
"""

from __future__ import annotations

import io
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from parsers.documents.reading import Page, Reading, Word, refused
from parsers.types import Problem, ReadOptions

if TYPE_CHECKING:
    import pikepdf

    from parsers.documents.pdf_form import FormContent

MEDIA_TYPE = "application/pdf"
_LARGEST_MAPPED = 8_000_000
"""Bytes; it takes that much memory once more."""


def read_pdf(data: bytes, options: ReadOptions) -> Reading:
    """What the PDF holds. Never raises for damaged input; the reading's notes say what went wrong."""
    import pikepdf

    from parsers.documents.pdf_form import read_form
    from parsers.documents.pdf_pages import PagesUnreadable, read_pages

    deadline = time.monotonic() + options.seconds
    notes: list[Problem] = []
    form: FormContent | None = None
    pages: tuple[Page, ...] = ()
    needs_ocr: tuple[int, ...] = ()
    count = 0
    opened = _open(data)
    if isinstance(opened, Problem):
        if opened.code == "encrypted":
            return Reading(MEDIA_TYPE, notes=(opened,))
        notes.append(opened)
    else:
        with opened:
            try:
                form = read_form(opened, options)
            except (
                pikepdf.PdfError,
                ValueError,
                TypeError,
                KeyError,
                AttributeError,
                IndexError,
                RecursionError,
                OverflowError,
                NotImplementedError,
                RuntimeError,
            ) as error:
                # Damaged form structures surface as any of these; the pages may still be readable.
                notes.append(Problem(code="damaged", message=f"The form fields cannot be read ({error})."))
    prints = form.prints if form is not None else ()
    try:
        content = read_pages(data, options, deadline, prints)
    except PagesUnreadable:
        repaired = _repaired(data) if form is not None else None
        try:
            if repaired is None:
                raise PagesUnreadable
            content = read_pages(repaired, options, deadline)
        except PagesUnreadable:
            content = None
    if content is None:
        if form is None or not form.widgets:
            return refused(MEDIA_TYPE, "damaged", "The PDF is damaged and cannot be opened.")
        notes.append(Problem(code="damaged", message="The pages of the PDF cannot be read, only its form."))
    else:
        pages, needs_ocr, count = content.pages, content.needs_ocr, content.count
        notes = [n for n in notes if pages is None or n.code != "damaged" or not pages] + list(content.notes)
    if form is None:
        return Reading(MEDIA_TYPE, pages=pages, needs_ocr=needs_ocr, notes=tuple(notes), page_count=count)
    # The page of a dynamic XFA form only says that another viewer is needed.
    pages = () if form.blocks else _with_typed_over(_without_struck(pages, form), form)
    return Reading(
        MEDIA_TYPE,
        pages=pages,
        blocks=form.blocks,
        widgets=form.widgets,
        annotations=form.annotations,
        needs_ocr=() if form.blocks else needs_ocr,
        notes=(*notes, *form.notes),
        page_count=count,
        title=form.title,
        bare=tuple(p.bare if p is not None else None for p in form.prints),
    )


def _open(data: bytes) -> pikepdf.Pdf | Problem:
    import pikepdf

    try:
        return _opened(data)
    except pikepdf.PasswordError:
        return Problem(code="encrypted", message="The PDF opens only with a password.")
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError) as error:
        text = str(error)
        if "password" in text.lower() or ("unsupported" in text.lower() and "encrypt" in text.lower()):
            return Problem(code="encrypted", message="The PDF is encrypted in a way that cannot be opened.")
        return Problem(code="damaged", message=f"The PDF is damaged ({text[:120]}).")


def _opened(data: bytes) -> pikepdf.Pdf:
    """Of a Python stream qpdf asks thousands of small pieces; what is mapped into memory it reads itself."""
    import pikepdf

    if len(data) <= _LARGEST_MAPPED and hasattr(os, "memfd_create"):
        with suppress(OSError), open(os.memfd_create("pdf"), "w+b", buffering=0) as file:
            file.write(data)
            file.seek(0)
            return pikepdf.open(file, suppress_warnings=True, access_mode=pikepdf.AccessMode.mmap_only)
    return pikepdf.open(io.BytesIO(data), suppress_warnings=True)


def _repaired(data: bytes) -> bytes | None:
    """The file written anew by qpdf, which mends broken cross-reference tables."""
    import pikepdf

    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            pdf.save(out)
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError):
        return None
    return out.getvalue()


def _without_struck(pages: tuple[Page, ...], form: FormContent) -> tuple[Page, ...]:
    """Words that a viewer struck out leave their page's words."""
    import dataclasses

    from parsers.documents.struck import struck_out

    lines: dict[int, list[tuple[float, float, float, float]]] = {}
    for note in form.annotations:
        if note.kind == "strike":
            left, top, right, bottom = note.box
            middle = (top + bottom) / 2
            lines.setdefault(note.page, []).append((left, middle, right, middle))
    result = []
    for page in pages:
        if page.number in lines:
            words, struck = struck_out(page.words, lines[page.number])
            page = dataclasses.replace(page, words=tuple(words), struck=(*page.struck, *struck))
        result.append(page)
    return tuple(result)


def _with_typed_over(pages: tuple[Page, ...], form: FormContent) -> tuple[Page, ...]:
    """Text typed on top of a page (FreeText) becomes words of that page, where it stands."""
    import dataclasses

    extra: dict[int, list[Word]] = {}
    for note in form.annotations:
        if note.kind == "freetext" and note.text.strip():
            extra.setdefault(note.page, []).extend(_words_of_annotation(note.text, note.page, note.box))
    return tuple(
        dataclasses.replace(page, words=page.words + tuple(extra[page.number]))
        if page.number in extra
        else page
        for page in pages
    )


def _words_of_annotation(text: str, page: int, box: tuple[float, float, float, float]) -> list[Word]:
    lines = [line for line in text.splitlines() if line.strip()]
    left, top, right, bottom = box
    height = min((bottom - top) / max(1, len(lines)), 14.0)
    words = []
    for number, line in enumerate(lines):
        pieces = line.split()
        unit = min((right - left) / max(1, len(line)), height * 0.55)
        x, y = left, top + number * height
        for piece in pieces:
            width = unit * len(piece)
            words.append(Word(piece, page, (x, y, x + width, y + height), size=height, origin="annotation"))
            x += width + unit
    return words
