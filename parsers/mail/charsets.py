"""Bytes to text, whatever they say about themselves."""

from __future__ import annotations

import re

# Names seen in the wild that Python does not know, or takes too narrowly.
_ALIASES = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "",
    "ascii": "",
    "ansi_x3.4-1968": "",
    "unknown-8bit": "",
    "x-unknown": "",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
}
_SINGLE_BYTE = re.compile(r"^(cp12\d\d|windows-12\d\d|iso-?8859-\d+|mac-roman)$")
_BREAKS_JSON = re.compile("[\ud800-\udfff\x00]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\u034f]")


def decode(data: bytes, declared: str = "") -> str:
    """Text from bytes: their mark, UTF-8 where it fits, what they declare, else cp1252. Never raises.

    Valid multi-byte UTF-8 is believed over a declared single-byte charset: it is practically never
    an accident, and mailers that mislabel it are common.
    """
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return clean(data.decode(codec, "replace"))
    name = declared.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    candidates = ["utf-8", name] if not name or _SINGLE_BYTE.match(name) else [name, "utf-8"]
    for codec in candidates:
        if codec:
            try:
                return clean(data.decode(codec))
            except Exception:  # noqa: BLE001 - codecs raise more than UnicodeError on hostile input
                continue
    return clean(data.decode("cp1252", "replace"))


def clean(text: str) -> str:
    """Text that JSON and every database take: no lone surrogates, no NUL."""
    if text.isascii() and "\x00" not in text:
        return text
    return _BREAKS_JSON.sub(lambda m: "" if m.group() == "\x00" else "\ufffd", text)


def visible(text: str) -> str:
    """Without the invisible characters that mailers strew in; a no-break space becomes a space."""
    if text.isascii():
        return text
    return _INVISIBLE.sub("", text).replace("\u00a0", " ").replace("\u202f", " ").replace("\u2007", " ")
