"""A definition drafted from a new blank form file; how it is drafted, `parsers.forms.learn` says."""

from __future__ import annotations

import hashlib

from mailbot.errors import UsageError
from parsers.forms import FormBook
from parsers.forms.learn import Draft, UnknownForm
from parsers.forms.learn import learn as draft_from
from parsers.read import read_bytes
from parsers.sniff import media_type
from parsers.types import ReadOptions


def learn(
    name: str, data: bytes, book: FormBook, options: ReadOptions, version: str, kind: str = ""
) -> Draft:
    """The draft for a blank PDF or DOCX. Raises UsageError when it cannot be read or is none of the forms."""
    reading = read_bytes(data, media_type(data, name), options)
    if reading.empty:
        said = "; ".join(note.message for note in reading.notes)
        raise UsageError(f"{name}: nothing can be read in it ({said})")
    source = f"drafted from {name}, sha256 {hashlib.sha256(data).hexdigest()}"
    try:
        draft = draft_from(reading, book, version, kind, source)
    except UnknownForm as error:
        raise UsageError(f"{name}: say which form it is with --kind: {error}") from error
    if any(form.version == version for form in book.versions(draft.form.kind)):
        raise UsageError(f"--version {version}: {draft.form.kind} has a definition of that version already")
    return draft
