"""The fields of a scanned form once more, against its blank where one is known."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.blanks.book import known_blanks
from parsers.blanks.combined import combined
from parsers.blanks.filled import read_filled
from parsers.documents.reading import Page
from parsers.extract import is_filled
from parsers.types import FieldValue, FormDef, ReadOptions


def against_blanks(
    pages: Sequence[Page], form: FormDef, fields: dict[str, FieldValue], filled: bool, options: ReadOptions
) -> tuple[dict[str, FieldValue], bool]:
    """The fields as read by their labels (`fields`), with what the blanks of that form add and disprove.

    As given where no page is laid on a blank of that form.
    """
    for blank in known_blanks(options):
        here = [page for page in pages if page.laid is not None and page.laid.blank == blank.sha256]
        if here and blank.form.kind == form.kind:
            fields = combined(fields, read_filled(here, blank, form))
            filled = is_filled(fields)
    return fields, filled
