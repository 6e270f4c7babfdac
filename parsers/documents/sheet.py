"""Spreadsheets, CSV, plain text and HTML as evidence: their text, and what they look like."""

from __future__ import annotations

import csv
import io
import re
import zipfile

from parsers.documents.package import Package, PackageProblem
from parsers.documents.reading import Block, CellPosition, Reading
from parsers.documents.test_reports import is_test_report, report_lines
from parsers.types import Problem, ReadOptions

_MAX_CELLS = 40_000
_MAX_TEXT = 2_000_000
_LOG_LINE = re.compile(
    r"^[^\S\n]*(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d\d:\d\d:\d\d|(?:INFO|DEBUG|WARN|ERROR|PASS|FAIL|OK)\b)",
    re.M,
)


def read_spreadsheet(data: bytes, options: ReadOptions) -> Reading:
    """An .xlsx or .xlsm: every cell that says something, sheet by sheet, formulas as their last result."""
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    import openpyxl

    notes: list[Problem] = []
    try:
        package = Package(data, options)
        for name in package.names():
            if name.endswith(".xml") and "sharedStrings" in name:
                package.xml(name)
        if any(name.lower().endswith("vbaproject.bin") for name in package.names()):
            notes.append(Problem(code="macro", message="The workbook carries macros; they were not run."))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except PackageProblem as error:
        return Reading(media, notes=(error.problem,))
    except (
        KeyError,
        ValueError,
        TypeError,
        OSError,
        AttributeError,
        IndexError,
        zipfile.BadZipFile,
    ) as error:
        return Reading(media, notes=(Problem(code="damaged", message=f"The workbook is damaged ({error})."),))
    blocks: list[Block] = []
    for number, sheet in enumerate(book.worksheets):
        blocks.append(Block(sheet.title, "heading"))
        for row_number, row in enumerate(sheet.iter_rows(values_only=True)):
            for column, value in enumerate(row):
                if value is not None and str(value).strip():
                    position = CellPosition(number, row_number, column)
                    blocks.append(Block(str(value).strip(), "cell", position))
            if len(blocks) > _MAX_CELLS:
                message = "Only the first part of the workbook was read."
                notes.append(Problem(code="truncated", message=message))
                return Reading(media, blocks=tuple(blocks), notes=tuple(notes), guess="spreadsheet")
    return Reading(media, blocks=tuple(blocks), notes=tuple(notes), guess="spreadsheet")


def read_text(data: bytes, media_type: str) -> Reading:
    """Plain text, CSV or HTML, decoded as well as can be told."""
    from parsers.mail.charsets import decode

    text = decode(data[:_MAX_TEXT])
    notes: tuple[Problem, ...] = ()
    if len(data) > _MAX_TEXT:
        notes = (Problem(code="truncated", message="Only the first part of the text was read."),)
    if media_type == "text/html":
        from parsers.mail.html import html_text

        text = html_text(text)
    if media_type == "text/csv":
        return Reading(media_type, blocks=tuple(_csv_blocks(text)), notes=notes, guess="spreadsheet")
    lines = report_lines(text) if is_test_report(text) else []
    if lines:
        return Reading(media_type, blocks=tuple(map(Block, lines)), notes=notes, guess="log")
    guess = "log" if len(_LOG_LINE.findall(text)) >= 3 else ""
    blocks = tuple(Block(line) for line in text.splitlines() if line.strip())
    return Reading(media_type, blocks=blocks[:_MAX_CELLS], notes=notes, guess=guess)


def _csv_blocks(text: str) -> list[Block]:
    delimiter = max(";,\t|", key=text[:5000].count)
    blocks: list[Block] = []
    try:
        for row_number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter)):
            for column, value in enumerate(row[:200]):
                if value.strip():
                    blocks.append(Block(value.strip(), "cell", CellPosition(0, row_number, column)))
            if len(blocks) > _MAX_CELLS:
                break
    except csv.Error:
        return [Block(line) for line in text.splitlines() if line.strip()]
    return blocks
