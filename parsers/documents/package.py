"""Office packages (zip files of XML): opened with limits, parsed without entities."""

from __future__ import annotations

import zipfile
import zlib
from functools import lru_cache
from typing import Any

from lxml import etree

from parsers import zipped
from parsers.types import Problem, ProblemCode, ReadOptions

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_PART = 60_000_000
_MAX_RATIO = 300
SMALL_PART = 4096
"""Bytes of a part up to which what was made of it is kept."""
_STRICT = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


class PackageProblem(Exception):
    """Why a package cannot be read; carries the typed problem."""

    def __init__(self, code: ProblemCode, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code=code, message=message)


class Package:
    """The parts of a package by name. Every read is bounded; what expands too far is a `bomb`."""

    def __init__(self, data: bytes, options: ReadOptions) -> None:
        if data[:8] == _OLE:
            if "EncryptedPackage".encode("utf-16-le") in data:
                raise PackageProblem("encrypted", "The document opens only with a password.")
            raise PackageProblem("unsupported", "An old Office format; please send a PDF or a DOCX file.")
        try:
            self._zip = zipped.opened(data)
            infos = self._zip.infolist()
        except (
            zipfile.BadZipFile,
            ValueError,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise PackageProblem("damaged", f"The document is damaged ({error}).") from error
        if len(infos) > max(2000, options.max_members * 10):
            raise PackageProblem("bomb", "The document has too many parts.")
        total = sum(info.file_size for info in infos)
        if total > options.max_unpacked:
            raise PackageProblem("bomb", "The document expands to an unreasonable size.")
        self._infos = {info.filename.lstrip("/"): info for info in infos}

    def names(self) -> tuple[str, ...]:
        return tuple(self._infos)

    def read(self, name: str) -> bytes | None:
        """The bytes of a part, or None where it is not there. Raises PackageProblem."""
        info = self._infos.get(name)
        if info is None:
            return None
        if info.flag_bits & 1:
            raise PackageProblem("encrypted", "The document is packed with a password.")
        limit = min(_MAX_PART, max(2_000_000, info.compress_size * _MAX_RATIO))
        try:
            with self._zip.open(info) as stream:
                data = stream.read(limit + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise PackageProblem("damaged", f"A part of the document is damaged ({error}).") from error
        if len(data) > limit:
            raise PackageProblem("bomb", "A part of the document expands to an unreasonable size.")
        return data

    def xml(self, name: str) -> Any | None:
        """The root element of a part, or None where it is not there. Raises PackageProblem."""
        data = self.read(name)
        if data is None:
            return None
        return _small_part(data, name) if len(data) <= SMALL_PART else parse_xml(data, name)


@lru_cache(maxsize=64)
def _small_part(data: bytes, name: str) -> Any:
    """Kept, and changed by nobody: relations, headers and footers are the same in every copy of a form."""
    return parse_xml(data, name)


def parse_xml(data: bytes, name: str) -> Any:
    """The root element; a document type declaration has no place in an Office part and is refused."""
    head = data[:4096]
    if b"<!DOCTYPE" in head or b"<!ENTITY" in data or "<!ENTITY".encode("utf-16-le") in data:
        raise PackageProblem("bomb", f"{name} declares entities.")
    try:
        root = etree.fromstring(data, _STRICT)
    except (etree.XMLSyntaxError, ValueError) as error:
        try:
            lenient = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
            root = etree.fromstring(data, lenient)
        except (etree.XMLSyntaxError, ValueError):
            root = None
        if root is None:
            raise PackageProblem("damaged", f"{name} cannot be read ({error}).") from error
    return root
