"""The front door of the readers: raw mail or file -> documents. Whatever the bytes, never an exception."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from parsers import sniff
from parsers.documents.converting import CONVERTIBLE, Convert, marks
from parsers.documents.reading import Reading, refused
from parsers.types import Document, FieldValue, Intent, MailReading, Message, Part, Problem, ReadOptions

if TYPE_CHECKING:
    from parsers.classify import Classified
    from parsers.forms import FormBook

BODY_NAME = "(corps du message)"
MAIL_NAME = "(message entier)"
_NOT_READ_WHOLE = frozenset({"too_large", "damaged", "bomb", "truncated", "timeout"})
_MAX_TEXT = 200_000
_UNSUPPORTED = "This kind of file is not read; please send a PDF or a DOCX file."
_TEXTS = frozenset({"text/plain", "text/csv", "text/html", "text/xml", "application/json", "application/xml"})


def read_mail(raw: bytes, options: ReadOptions, convert: Convert | None = None) -> MailReading:
    """A mail with every document in it, what its words ask for, and the changes that they name.

    `convert` makes DOCX files of .doc, .odt and .rtf files; without it they are `unsupported`.
    """
    from parsers.intent import read_intent
    from parsers.mail.changes import read_changes
    from parsers.message import read_message

    message = read_message(raw, options)
    book = _book(options)
    parts = [part for part in message.parts if not part.decoration]
    documents = _documents_of_all(parts, book, options, convert)
    documents += _unread_rest(message, raw)
    body = _portal_document(message, book)
    if body is not None and not any(d.kind == "formulaire_1" and d.filled for d in documents):
        documents.append(body)
    try:
        intent, changes = read_intent(message), read_changes(message.text)
    except Exception:  # noqa: BLE001 - words that upset the reader must not cost the documents
        intent, changes = Intent(kind="cover", confidence=0.0, evidence=("the words could not be read",)), {}
    bare = message.model_copy(
        update={"parts": tuple(p.model_copy(update={"data": b""}) for p in message.parts)}
    )
    return MailReading(message=bare, documents=tuple(documents), intent=intent, changes=changes)


def read_file(name: str, data: bytes, options: ReadOptions, convert: Convert | None = None) -> list[Document]:
    """The documents of one file; of each member where it is an archive or a mail (`a.zip!b.pdf`).

    `convert` as for read_mail.
    """
    from parsers.message import unwrap_file

    book = _book(options)
    return _documents_of_all(unwrap_file(data, name, options), book, options, convert)


def _book(options: ReadOptions) -> FormBook:
    from parsers.forms import load_forms

    return load_forms(Path(options.forms_dir) if options.forms_dir else None)


def _documents_of_all(
    parts: Sequence[Part], book: FormBook, options: ReadOptions, convert: Convert | None
) -> list[Document]:
    """The documents of the parts in turn; what the seconds do not reach is said to be left out."""
    until = time.monotonic() + options.seconds
    late = Problem(code="timeout", message="The file was not read: those before it took too long.")
    documents: list[Document] = []
    for part in parts:
        if time.monotonic() > until:
            documents.append(_unreadable(part, (*part.problems, late)))
        else:
            documents += _documents_of(part, part.data, book, options, convert)
    return documents


def _documents_of(
    part: Part, data: bytes, book: FormBook, options: ReadOptions, convert: Convert | None
) -> list[Document]:
    """The one guarded place: a reader that fails on a file says so in that file's document."""
    try:
        return _read_part(part, data, book, options, convert)
    except (Exception, RecursionError) as error:  # noqa: BLE001 - one bad file must not stop the rest
        problem = Problem(code="damaged", message=f"The file cannot be read ({type(error).__name__}).")
        return [_unreadable(part, (*part.problems, problem))]


def _read_part(
    part: Part, data: bytes, book: FormBook, options: ReadOptions, convert: Convert | None
) -> list[Document]:
    if any(p.code in ("encrypted", "bomb", "virus", "too_large", "pgp") for p in part.problems) and not data:
        return [_unreadable(part, part.problems)]
    if len(data) > options.max_bytes:
        message = f"The file has more than {options.max_bytes // 1_000_000} MB."
        return [_unreadable(part, (*part.problems, Problem(code="too_large", message=message)))]
    media_type, said = part.media_type, part.problems
    if media_type in CONVERTIBLE:
        said = (*said, *marks(data, media_type))
        if any(p.code == "encrypted" for p in said):
            return [_unreadable(part, said)]
        if convert is not None:
            made = convert(data, media_type)
            if isinstance(made, Problem):
                return [_unreadable(part, (*said, made))]
            data, media_type = made, sniff.DOCX
    reading = read_bytes(data, media_type, options)
    # Of an archive that cannot be opened it is known why: that archives are no documents says nothing more.
    notes = tuple(note for note in reading.notes if not (part.problems and note.code == "unsupported"))
    problems = _unique((*said, *notes))
    pages = reading.page_count or len(reading.pages)
    if reading.empty:
        if not problems:
            problems = (Problem(code="empty", message="There is nothing to read in the file."),)
        return [_unreadable(part, problems, pages)]
    return _documents(part, data, reading, problems, book, options)


def read_bytes(data: bytes, media_type: str, options: ReadOptions) -> Reading:
    """The reading of a file of that type (as `parsers.sniff` tells it); OCR where there is no text."""
    if media_type == sniff.EMPTY or not data:
        return refused(media_type, "empty", "The file is empty.")
    if media_type == "application/pdf":
        from parsers.documents.pdf import read_pdf

        reading = read_pdf(data, options)
        return _with_ocr(reading, data, options) if reading.needs_ocr else reading
    if media_type in (sniff.DOCX, sniff.DOCM, sniff.DOTX, sniff.DOTM):
        from parsers.documents.docx import read_docx
        from parsers.documents.docx_scans import holds_scans

        reading = read_docx(data, options)
        return _with_pasted(reading, data, media_type, options) if holds_scans(reading) else reading
    if media_type in (sniff.XLSX, sniff.XLSM):
        from parsers.documents.sheet import read_spreadsheet

        return read_spreadsheet(data, options)
    if media_type.startswith("image/") and media_type != "image/svg+xml":
        return _scanned(data, media_type, options, None)
    if media_type in _TEXTS or media_type.startswith("text/"):
        if media_type in CONVERTIBLE:
            return refused(media_type, "unsupported", _UNSUPPORTED)
        from parsers.documents.sheet import read_text

        return read_text(data, media_type)
    if media_type == sniff.ENCRYPTED_OFFICE:
        return refused(media_type, "encrypted", "The document opens only with a password.")
    return refused(media_type, "unsupported", _UNSUPPORTED)


def _with_ocr(reading: Reading, data: bytes, options: ReadOptions) -> Reading:
    scanned = _scanned(data, "application/pdf", options, list(reading.needs_ocr))
    if not any(page.words for page in scanned.pages):
        # Nothing better came: a text layer that a scanner left is kept, whatever it is worth.
        from dataclasses import replace

        return replace(reading, notes=reading.notes + scanned.notes)
    return reading.merged(scanned)


def _with_pasted(reading: Reading, data: bytes, media_type: str, options: ReadOptions) -> Reading:
    """The pasted scans in place of the few words around them."""
    from dataclasses import replace

    scanned = _scanned(data, media_type, options, None)
    notes = reading.notes + scanned.notes
    if not any(page.words for page in scanned.pages):
        return replace(reading, notes=notes)
    return replace(scanned, notes=notes)


def _scanned(data: bytes, media_type: str, options: ReadOptions, pages: list[int] | None) -> Reading:
    if not options.ocr:
        return refused(
            media_type, "ocr_unavailable", "The file is a scan, and reading scans is switched off."
        )
    from parsers.documents.scan import scan_pages

    return scan_pages(data, media_type, options, pages)


def _documents(
    part: Part,
    data: bytes,
    reading: Reading,
    problems: tuple[Problem, ...],
    book: FormBook,
    options: ReadOptions,
) -> list[Document]:
    from parsers.classify import classify
    from parsers.mail.language import language_of

    found = classify(reading, book)
    if reading.scanned:
        from parsers.blanks.book import known_blanks
        from parsers.blanks.kinds import by_blanks

        found = by_blanks(found, reading.pages, known_blanks(options))
    documents = []
    for one in found:
        document = _document(part, data, reading, one, problems, options)
        language = language_of(document.text[:4000])
        documents.append(document.model_copy(update={"language": language}))
    return documents


def _document(
    part: Part,
    data: bytes,
    reading: Reading,
    one: Classified,
    problems: tuple[Problem, ...],
    options: ReadOptions,
) -> Document:
    from parsers.extract import extract, on_pages
    from parsers.layout.text import reading_text
    from parsers.signatures import altered_clauses, find_signatures

    here = on_pages(reading, one.pages)
    text = reading_text(here)[:_MAX_TEXT]
    fields: dict[str, FieldValue] = {}
    filled = True
    altered: tuple[str, ...] = ()
    if one.form is not None and one.form.fields:
        extraction = extract(reading, one.form, one.pages)
        fields, filled = extraction.fields, extraction.filled
        if here.scanned:
            from parsers.blanks.against import against_blanks
            from parsers.scans.caution import cautious

            fields, filled = against_blanks(here.pages, one.form, fields, filled, options)
            fields = cautious(fields, one.form)
        values = [field.raw for field in fields.values() if field.raw]
        altered = altered_clauses(text, one.form, ocr=here.scanned, values=values)
    return Document(
        file=part.name,
        sha256=part.sha256 or hashlib.sha256(data).hexdigest(),
        media_type=part.media_type,
        pages=reading.page_count or len(reading.pages),
        kind=one.kind,
        confidence=one.confidence,
        evidence=one.evidence,
        filled=filled,
        signature=find_signatures(data, here, one.form, options),
        fields=fields,
        problems=problems,
        pages_of=one.pages,
        text=text,
        altered=altered,
        content_key=content_key(one.kind, fields, text),
        part=part.path,
    )


def content_key(kind: str, fields: dict[str, FieldValue], text: str) -> str:
    """A digest of what a document claims; dates are left out, so that a new date is no new content."""
    claims: object = {
        key: value.value for key, value in sorted(fields.items()) if not key.startswith("date_")
    }
    if not claims:
        claims = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
    written = json.dumps([kind, claims], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def _unreadable(part: Part, problems: Sequence[Problem], pages: int = 0) -> Document:
    return Document(
        file=part.name,
        sha256=part.sha256,
        media_type=part.media_type,
        pages=pages,
        kind="unreadable",
        confidence=1.0,
        problems=_unique(problems),
        content_key=hashlib.sha256(part.sha256.encode()).hexdigest(),
        part=part.path,
    )


def _unread_rest(message: Message, raw: bytes) -> list[Document]:
    """A mail that was not read whole may hide documents: it stands as one that could not be read itself."""
    problems = [p for p in message.problems if p.code in _NOT_READ_WHOLE]
    if not problems:
        return []
    sha256 = hashlib.sha256(raw).hexdigest()
    part = Part(path="", name=MAIL_NAME, media_type="message/rfc822", size=len(raw), sha256=sha256)
    return [_unreadable(part, problems)]


def _unique(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple({(p.code, p.message): p for p in problems}.values())


def _portal_document(message: Message, book: FormBook) -> Document | None:
    """Formulaire 1 whose values the portal's notice carries in its text."""
    from parsers.portal import enrolment_from_message

    form = book.for_kind("formulaire_1")
    if form is None:
        return None
    try:
        fields = enrolment_from_message(message, form)
    except Exception:  # noqa: BLE001 - words that upset the reader must not cost the documents
        return None
    if fields is None:
        return None
    text = "\n".join([message.text, *(inner.text for inner in message.forwarded)])[:_MAX_TEXT]
    return Document(
        file=BODY_NAME,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        media_type="text/plain",
        kind="formulaire_1",
        confidence=0.97,
        evidence=(f"{len(fields)} values of the enrolment in the text of the mail",),
        filled=True,
        fields=fields,
        text=text,
        language=message.language,
        content_key=content_key("formulaire_1", fields, text),
    )
