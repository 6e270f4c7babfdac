"""Files that old mailers write into the text itself: uuencode (POSIX.1, uuencode utility)."""

from __future__ import annotations

import binascii
import re

_FILE = re.compile(
    rb"^begin [0-7]{3,4} (?P<name>[^\r\n]{1,200})\r?\n(?P<lines>(?:[ -`]{1,90}\r?\n)+?)end[ \t]*\r?$", re.M
)


def taken_out(text: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The text without such files, and the files by name. What does not decode stays in the text."""
    files: list[tuple[str, bytes]] = []

    def take(match: re.Match[bytes]) -> bytes:
        try:
            data = b"".join(_line(line) for line in match["lines"].splitlines())
        except binascii.Error:
            return match[0]
        files.append((match["name"].decode("utf-8", "replace").strip(), data))
        return b""

    if b"begin " not in text:
        return text, files
    return _FILE.sub(take, text), files


def _line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders pad the last group too far: take as much as the line's first character says.
        wanted = ((line[0] - 32) & 63) * 4 // 3 + 3
        return binascii.a2b_uu(line[:wanted])
