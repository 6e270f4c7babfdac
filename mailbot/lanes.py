"""Two lanes: what is read at once, and what takes long, so that scans never delay typed mails.

Nobody knows beforehand which mail is a scan. The quick lane reads without OCR and conversion and within few
seconds; where something was left out by that, the mail goes to the slow lane and is read there as a whole.
"""

from __future__ import annotations

from parsers.types import MailReading, ReadOptions


def quickly(options: ReadOptions) -> ReadOptions:
    """The same without what takes seconds a page."""
    return options.model_copy(update={"ocr": False, "libreoffice": None})


def is_whole(reading: MailReading, options: ReadOptions) -> bool:
    """Whether a quick reading left nothing out that a slow one with these options would read."""
    left_out = {"ocr_unavailable"} if options.ocr else set()
    if options.libreoffice:
        left_out.add("unsupported")
    return not any(p.code in left_out for document in reading.documents for p in document.problems)
