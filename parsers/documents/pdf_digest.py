"""What a page of a PDF shows besides what is filled into its form fields, as digests.

Copies of one blank differ in their form fields alone, which are no part of the page: pages of one digest have
the same words, lines and pictures, and are read once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pikepdf import Array, Dictionary, Object, Page, Pdf, PdfError, Stream

_MOST_PIECES = 20_000
_MOST_BYTES = 8_000_000
"""Of one file. What is larger is made of pictures, and seldom comes twice."""
_REFERENCE = re.compile(rb"\((?:[^\\()]|\\.)*+\)|(\d+) (\d+) R\b", re.S)
"""In what qpdf writes; what looks like one in a string is none, and is met as that string first."""
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
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
        self._pieces = self._bytes = 0

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
        shown: dict[str, Any] = dict.fromkeys(page.obj.keys() - _NOT_SHOWN, page.obj)
        for name in _INHERITED:
            node: Any = page.obj
            for _ in range(32):
                if name in shown:
                    break
                if name in node:
                    shown[name] = node
                    break
                if not isinstance(node.get("/Parent"), Dictionary):
                    break
                node = node["/Parent"]
        return self._digest(self._entries(shown), self._written(self._layers))

    def _looks(self, annotations: list[Any]) -> bytes:
        drawn = (dict.fromkeys(note.keys() & _DRAWN_OF_A_WIDGET, note) for note in annotations)
        return self._digest(*map(self._entries, drawn))

    def _entries(self, owners: dict[str, Any]) -> Iterator[bytes]:
        """The entries of those names, each of the dictionary that has it."""
        yield b"%d" % len(owners)
        for name in sorted(owners):
            yield name.encode("utf-8", "surrogateescape")
            yield from self._written(owners[name][name])

    def _digest(self, *pieces: Iterable[bytes]) -> bytes:
        digest = hashlib.blake2b(digest_size=32)
        for piece in chain.from_iterable(pieces):
            self._pieces += 1
            self._bytes += len(piece)
            if self._pieces > _MOST_PIECES or self._bytes > _MOST_BYTES:
                raise _NotToBeTold
            digest.update(b"%d:" % len(piece))
            digest.update(piece)
        return digest.digest()

    def _written(self, value: Any) -> Iterator[bytes]:
        """A value and all that it refers to; what is referred to as its own digest, made once."""
        if not isinstance(value, Array | Dictionary | Stream):
            yield value.unparse() if isinstance(value, Object) else repr(value).encode()
        elif value.is_indirect:
            yield self._referred_to(value.objgen)
        else:
            yield from self._parts(value)

    def _referred_to(self, at: tuple[int, int]) -> bytes:
        told = self._told.get(at)
        if told is None:
            if at in self._above:
                raise _NotToBeTold
            self._above.add(at)
            value: Any = self._pdf.get_object(at)
            container = isinstance(value, Array | Dictionary | Stream)
            told = self._digest(self._parts(value) if container else self._written(value))
            self._told[at] = told
            self._above.remove(at)
        return told

    def _parts(self, value: Any) -> Iterator[bytes]:
        """An array, dictionary or stream as it is written, each reference in it as what it refers to."""
        stream = isinstance(value, Stream)
        written = (value.stream_dict if stream else value).unparse(resolved=True)
        end = 0
        for found in _REFERENCE.finditer(written):
            if found[1] is not None:
                yield written[end : found.start()]
                yield self._referred_to((int(found[1]), int(found[2])))
                end = found.end()
        yield written[end:]
        if stream:
            yield value.read_raw_bytes()
