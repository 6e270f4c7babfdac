"""Scans pasted into a Word file: the pictures that are whole pages, in the order of the text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from parsers.documents.package import Package, PackageProblem
from parsers.documents.reading import Picture, Reading
from parsers.types import ReadOptions

_FEW_WORDS = 80
"""What somebody writes above a pasted scan; a form or a letter has more."""
_SHORTEST_SIDE = 500
"""Pixels: fewer show no page of text that could be read."""
_LONGEST_SHAPE = 2.2


def holds_scans(reading: Reading) -> bool:
    """True for a Word file that is little more than pictures of pages."""
    if reading.widgets or not any(map(_is_page, reading.pictures)):
        return False
    return sum(len(block.text.split()) for block in reading.blocks) <= _FEW_WORDS


def scans_in(data: bytes, options: ReadOptions) -> Iterator[bytes]:
    """The picture files of the pages, each as often as it is shown. A damaged package gives none."""
    from parsers.documents.docx import read_docx

    pages = [picture.digest for picture in read_docx(data, options).pictures if _is_page(picture)]
    try:
        package = Package(data, options)
    except PackageProblem:
        return
    names = {name for name in package.names() if "/media/" in name}
    by_digest: dict[str, str] = {}
    for name in sorted(names):
        try:
            content = package.read(name) or b""
        except PackageProblem:
            continue
        by_digest[hashlib.sha256(content).hexdigest()] = name
    for digest in pages:
        if digest in by_digest:
            yield package.read(by_digest[digest]) or b""


def _is_page(picture: Picture) -> bool:
    short, long = sorted(picture.size)
    return short >= _SHORTEST_SIDE and long <= _LONGEST_SHAPE * short
