"""What a page of a PDF shows besides what is filled into its form fields, as digests.

Copies of one blank differ in their form fields alone, which are no part of the page: pages of one digest have
the same words, lines and pictures, and are read once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Object, Page, Pdf, PdfError, Stream

_MOST_PIECES = 20_000
_MOST_BYTES = 8_000_000
"""Of one file. What is larger is made of pictures, and seldom comes twice."""
_REFERENCE = re.compile(rb"\d R\b")
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
_DRAWN_OF_A_WIDGET = ("/AP", "/AS", "/BS", "/Border", "/DA", "/F", "/H", "/MK", "/OC", "/Q", "/Rect")


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
        shown: dict[str, Any] = {str(k): v for k, v in page.obj.items() if str(k) not in _NOT_SHOWN}
        for name in _INHERITED:
            node: Any = page.obj
            for _ in range(32):
                if name in node or not isinstance(node.get("/Parent"), Dictionary):
                    break
                node = node["/Parent"]
            if name in node:
                shown[name] = node[name]
        return self._digest(self._parts([shown, self._layers]))

    def _looks(self, annotations: list[Any]) -> bytes:
        looks = [[note.get(name) for name in _DRAWN_OF_A_WIDGET] for note in annotations]
        return self._digest(self._parts(looks))

    def _digest(self, pieces: Iterable[bytes]) -> bytes:
        digest = hashlib.blake2b(digest_size=32)
        for piece in pieces:
            self._pieces += 1
            self._bytes += len(piece)
            if self._pieces > _MOST_PIECES or self._bytes > _MOST_BYTES:
                raise _NotToBeTold
            digest.update(b"%d:" % len(piece))
            digest.update(piece)
        return digest.digest()

    def _written(self, value: Any) -> Iterator[bytes]:
        """A value and all that it refers to; what is referred to as its own digest, made once."""
        if isinstance(value, Object) and value.is_indirect and isinstance(value, Array | Dictionary | Stream):
            at = value.objgen
            if at in self._above:
                raise _NotToBeTold
            if at not in self._told:
                self._above.add(at)
                self._told[at] = self._digest(self._parts(value))
                self._above.remove(at)
            yield self._told[at]
        else:
            yield from self._parts(value)

    def _parts(self, value: Any) -> Iterator[bytes]:
        if isinstance(value, Array | Dictionary) and not isinstance(value, Stream):
            written = value.unparse(resolved=True)
            if not _REFERENCE.search(written):
                yield written
                return
        if isinstance(value, Array | list):
            yield b"[%d" % len(value)
            for item in value:
                yield from self._written(item)
        elif isinstance(value, Dictionary | Stream | dict):
            pairs = dict(value.items())
            yield b"<%d" % len(pairs)
            for name in sorted(pairs):
                yield str(name).encode("utf-8", "surrogateescape")
                yield from self._written(pairs[name])
            if isinstance(value, Stream):
                yield value.read_raw_bytes()
        else:
            yield value.unparse() if isinstance(value, Object) else repr(value).encode()
