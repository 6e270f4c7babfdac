"""What a page of a PDF shows besides what is filled into its form fields, as digests.

Copies of one blank differ in their form fields alone, which are no part of the page: pages of one digest have
the same words, lines and pictures, and are read once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Object, Page, Pdf, PdfError, Stream

_MOST_REFERENCES = 20_000
_MOST_BYTES = 8_000_000
"""Of one file. What is larger is made of pictures, and seldom comes twice."""
_STRING_OR_REFERENCE = re.compile(rb"\((?:[^\\()]|\\.)*+\)|(\d+) (\d+) R\b", re.S)
_REFERENCE_MARK = re.compile(rb" R\b")
_INHERITED = frozenset({"/Resources", "/MediaBox", "/CropBox", "/Rotate"})
_NOT_SHOWN = frozenset(
    {
        "/Annots",
        "/Parent",
        "/AA",
        "/Metadata",
        "/PieceInfo",
        "/StructParents",
        "/Tabs",
        "/LastModified",
        "/Thumb",
    }
)
_DRAWN_OF_A_WIDGET = frozenset(
    {"/AP", "/AS", "/BS", "/Border", "/DA", "/F", "/H", "/MK", "/OC", "/Q", "/Rect"}
)


class _NotToBeTold(Exception):
    """Too much, or in a circle."""


_UNREADABLE = (
    _NotToBeTold,
    PdfError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""Damage may surface as any of these; it must not cost the form's values."""


@dataclass(frozen=True, slots=True)
class PagePrint:
    """`page`: what the page itself draws. `bare`: how those of its form fields look that hold nothing; None
    where anything else was put on top."""

    page: bytes
    bare: bytes | None


class Digests:
    """Of the pages of one file."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._sound = True
        self._layers = pdf.Root.get("/OCProperties")
        self._told: dict[tuple[int, int], bytes] = {}
        self._above: set[tuple[int, int]] = set()
        self._references = self._bytes = 0

    def of(self, page: Page, bare: list[Any] | None) -> PagePrint | None:
        """`bare`: the annotations of form fields that hold nothing. None where the page cannot be told."""
        if not self._sound:
            return None
        try:
            told = PagePrint(self._page(page), self._looks(bare) if bare is not None else None)
        except _UNREADABLE:
            self._sound = False
            return None
        # What qpdf had to mend, PDFium may mend otherwise.
        self._sound = not self._pdf.get_warnings()
        return told if self._sound else None

    def _page(self, page: Page) -> bytes:
        node: Any = page.obj
        keys: Set[str] = node.keys()
        shown = dict.fromkeys(keys - _NOT_SHOWN, node)
        missing = _INHERITED - keys
        for _ in range(32):
            if not missing or "/Parent" not in keys:
                break
            node = node["/Parent"]
            if not isinstance(node, Dictionary):
                break
            keys = node.keys()
            shown |= dict.fromkeys(missing & keys, node)
            missing -= keys
        pieces: list[bytes] = []
        self._entries(shown, pieces)
        self._written(self._layers, pieces)
        return self._digest(pieces)

    def _looks(self, annotations: list[Any]) -> bytes:
        pieces: list[bytes] = []
        for note in annotations:
            self._entries(dict.fromkeys(note.keys() & _DRAWN_OF_A_WIDGET, note), pieces)
        return self._digest(pieces)

    def _digest(self, pieces: list[bytes]) -> bytes:
        lengths = [*map(len, pieces)]
        self._bytes += sum(lengths)
        if self._bytes > _MOST_BYTES:
            raise _NotToBeTold
        return hashlib.blake2b(b"".join((repr(lengths).encode(), *pieces)), digest_size=32).digest()

    def _entries(self, owners: dict[str, Any], pieces: list[bytes]) -> None:
        """The entries of those names, each of the dictionary that has it."""
        pieces.append(b"%d" % len(owners))
        for name in sorted(owners):
            pieces.append(name.encode("utf-8", "surrogateescape"))
            self._written(owners[name][name], pieces)

    def _written(self, value: Any, pieces: list[bytes]) -> None:
        """A value and all that it refers to; what is referred to as its own digest, made once."""
        if not isinstance(value, Array | Dictionary | Stream):
            pieces.append(value.unparse(resolved=True) if isinstance(value, Object) else repr(value).encode())
        elif value.is_indirect:
            pieces.append(self._referred_to(value.objgen))
        else:
            self._parts(value, pieces)

    def _referred_to(self, at: tuple[int, int]) -> bytes:
        self._references += 1
        if at in self._above or self._references > _MOST_REFERENCES:
            raise _NotToBeTold
        if at not in self._told:
            self._above.add(at)
            value: Any = self._pdf.get_object(at)
            pieces: list[bytes] = []
            if isinstance(value, Array | Dictionary | Stream):
                self._parts(value, pieces)
            else:
                self._written(value, pieces)
            self._told[at] = self._digest(pieces)
            self._above.remove(at)
        return self._told[at]

    def _parts(self, value: Any, pieces: list[bytes]) -> None:
        """An array, dictionary or stream as it is written, each reference in it as what it refers to."""
        stream = isinstance(value, Stream)
        written = (value.stream_dict if stream else value).unparse(resolved=True)
        end = 0
        for begin, behind, at in _references(written):
            pieces += (written[end:begin], self._referred_to(at))
            end = behind
        pieces.append(written[end:])
        if stream:
            pieces.append(value.read_raw_bytes())


def _references(written: bytes) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Where the references in what qpdf wrote begin and end, and to which object."""
    if b" R" not in written:
        return
    if b"(" in written:
        # What looks like one in a string is none, and is met as that string first.
        for found in _STRING_OR_REFERENCE.finditer(written):
            if found[1] is not None:
                yield found.start(), found.end(), (int(found[1]), int(found[2]))
        return
    for mark in _REFERENCE_MARK.finditer(written):
        second = written.rfind(b" ", 0, mark.start())
        first = written.rfind(b" ", 0, second)
        yield (
            first + 1,
            mark.end(),
            (int(written[first + 1 : second]), int(written[second + 1 : mark.start()])),
        )
