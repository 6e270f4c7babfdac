"""winmail.dat: Transport Neutral Encapsulation Format ([MS-OXTNEF]), as far as a mail needs it.

Every length and count is checked against the bytes at hand: files that claim billions of properties
are common in test collections and would keep a trusting reader busy for ever.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.mail import headers
from parsers.mail.charsets import decode, visible
from parsers.mail.html import html_text
from parsers.mail.letter import Leaf, Letter
from parsers.types import Problem

SIGNATURE = b"\x78\x9f\x3e\x22"
_MAX_FILES = 500
_BODY, _ATTACH_DATA, _ATTACH_TITLE, _ATTACH_START = 0x800C, 0x800F, 0x8010, 0x9002
_MESSAGE_PROPERTIES, _ATTACH_PROPERTIES, _CODE_PAGE = 0x9003, 0x9005, 0x9007
# MAPI property ids ([MS-OXPROPS])
_P_BODY, _P_HTML, _P_CODE_PAGE = 0x1000, 0x1013, 0x3FDE
_P_DATA, _P_FILENAME, _P_LONG_FILENAME, _P_MIME, _P_CID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = (0xD, 0x1E, 0x1F, 0x102)
_UNICODE = 0x1F
_MULTIPLE, _OBJECT, _NAMED = 0x1000, 0xD, 0x8000


@dataclass(slots=True)
class _File:
    data: bytes = b""
    title: str = ""
    long_name: str = ""
    declared: str = ""
    cid: str = ""


def letter(data: bytes) -> Letter:
    """A winmail.dat as a Letter without a header; embedded messages become .dat files in TNEF again."""
    result = Letter()
    files: list[_File] = []
    charset = "cp1252"
    plain, html = b"", b""
    try:
        for attribute, body in _attributes(data):
            if attribute == _CODE_PAGE and len(body) >= 4:
                charset = f"cp{struct.unpack_from('<I', body)[0]}"
            elif attribute == _BODY:
                plain = body
            elif attribute == _MESSAGE_PROPERTIES:
                for tag, kind, value in _properties(body):
                    if tag == _P_BODY:
                        plain = _text(value, kind, charset).encode("utf-8")
                    elif tag == _P_HTML:
                        html = _text(value, kind, "").encode("utf-8") if kind == _UNICODE else value
            elif attribute == _ATTACH_START:
                files.append(_File())
            elif files and attribute == _ATTACH_DATA:
                files[-1].data = body
            elif files and attribute == _ATTACH_TITLE:
                files[-1].title = decode(body.rstrip(b"\x00"), charset)
            elif files and attribute == _ATTACH_PROPERTIES:
                _describe(files[-1], body, charset)
    except (struct.error, ValueError) as error:
        if not files:
            result.problems.append(Problem(code="damaged", message=f"winmail.dat: {error}"))
            return result
    result.html = decode(html, charset) if html else ""
    text = visible(decode(plain.rstrip(b"\x00"), charset)).replace("\r\n", "\n")
    result.text = text if text.strip() or not result.html else html_text(result.html)
    for file in files[:_MAX_FILES]:
        name = headers.file_name(file.long_name or file.title)
        result.leaves.append(Leaf(file.data, name, file.declared, inline=bool(file.cid), cid=file.cid))
    return result


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Attribute ids and contents: level (1 byte), id and type (2 + 2), length (4), data, checksum (2)."""
    if not data.startswith(SIGNATURE):
        raise ValueError("not in Outlook's format")
    at = 6
    while at + 9 <= len(data):
        attribute, size = struct.unpack_from("<HxxI", data, at + 1)
        body = data[at + 9 : at + 9 + size]
        if len(body) < size:
            raise ValueError("cut short")
        yield attribute, body
        at += 9 + size + 2


def _properties(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Property tag, type and (first) value of a MAPI property list."""
    (count,) = struct.unpack_from("<I", body)
    if count > len(body) // 4:
        raise ValueError("more properties than bytes")
    at = 4
    for _ in range(count):
        kind, tag = struct.unpack_from("<HH", body, at)
        at += 4
        if tag >= _NAMED:
            (name_kind, length) = struct.unpack_from("<II", body, at + 16)
            at += 24 + (_padded(length) if name_kind else 0)
        values = 1
        base = kind & ~_MULTIPLE
        if kind & _MULTIPLE or base in _VARIABLE:
            (values,) = struct.unpack_from("<I", body, at)
            at += 4
            if values > len(body) // 4:
                raise ValueError("more values than bytes")
        first = b""
        for number in range(values):
            if base in _VARIABLE:
                (size,) = struct.unpack_from("<I", body, at)
                at += 4
            elif base in _FIXED:
                size = _FIXED[base]
            else:
                raise ValueError(f"property of unknown type {base}")
            if at + size > len(body):
                raise ValueError("cut short")
            first = body[at : at + size] if number == 0 else first
            at += _padded(size)
        yield tag, base, first


def _padded(size: int) -> int:
    return size + -size % 4


def _describe(file: _File, body: bytes, charset: str) -> None:
    for tag, kind, value in _properties(body):
        if tag == _P_LONG_FILENAME:
            file.long_name = _text(value, kind, charset)
        elif tag == _P_FILENAME:
            file.title = file.title or _text(value, kind, charset)
        elif tag == _P_MIME:
            file.declared = _text(value, kind, charset)
        elif tag == _P_CID:
            file.cid = _text(value, kind, charset).strip("<> ")
        elif tag == _P_DATA and value and (kind == _OBJECT or not file.data):
            # An object starts with the id of its interface: 16 bytes, then a TNEF or OLE stream.
            file.data = value[16:] if kind == _OBJECT else value


def _text(value: bytes, kind: int, charset: str) -> str:
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\x00")
    return decode(value.rstrip(b"\x00"), charset)
