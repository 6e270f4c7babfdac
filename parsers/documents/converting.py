"""Text formats that are read as the Word file that another program makes of them: .doc, .odt, .rtf.

The program is not the readers' business: whoever calls them may hand in a `Convert`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import olefile

from parsers import sniff
from parsers.types import Problem

Convert = Callable[[bytes, str], bytes | Problem]
"""A file's bytes and media type to the bytes of a DOCX file, or why there is none. Never raises."""

ODT = "application/vnd.oasis.opendocument.text"
CONVERTIBLE = frozenset({sniff.DOC, ODT, "application/rtf", "text/rtf"})

_MACRO = Problem(code="macro", message="The document carries macros; they were not run.")
_LOCKED = Problem(code="encrypted", message="The document opens only with a password.")
_ENCRYPTED_FLAG = 0x0100  # FibBase.fEncrypted, [MS-DOC] 2.5.2
_MANIFEST_BYTES = 1_000_000


def marks(data: bytes, media_type: str) -> tuple[Problem, ...]:
    """What can be told without the program: that the file is locked, that it carries macros."""
    if media_type == sniff.DOC:
        return _marks_of_doc(data)
    if media_type == ODT:
        return _marks_of_odt(data)
    return ()


def _marks_of_doc(data: bytes) -> tuple[Problem, ...]:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            flags = int.from_bytes(ole.openstream("WordDocument").read(12)[10:12], "little")
            macros = any(entry[0] in ("Macros", "_VBA_PROJECT_CUR") for entry in ole.listdir())
    except Exception:  # noqa: BLE001 - olefile raises many kinds on damage; the converter will tell
        return ()
    return ((_LOCKED,) if flags & _ENCRYPTED_FLAG else ()) + ((_MACRO,) if macros else ())


def _marks_of_odt(data: bytes) -> tuple[Problem, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
            with package.open("META-INF/manifest.xml") as stream:
                manifest = stream.read(_MANIFEST_BYTES)
    except Exception:  # noqa: BLE001 - zipfile raises many kinds on damage; the converter will tell
        return ()
    macros = any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names)
    return ((_LOCKED,) if b"encryption-data" in manifest else ()) + ((_MACRO,) if macros else ())
