"""Header fields as they come (RFC 5322, 2047, 2231), read leniently and bounded."""

from __future__ import annotations

import binascii
import email.message
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

import pybase64

from parsers.mail.charsets import clean, decode, visible
from parsers.types import Address

MAX_VALUE = 4000
MAX_FIELDS = 200
TRACE = ":trace"
"""A key of `Message.headers` that no real field can have (a colon ends a name): the Received and
Authentication-Results fields in their common order, topmost first, each as `name: value`."""

# Kept even where a mail has more fields than MAX_FIELDS: whoever pads a header hides nothing.
_ALWAYS = re.compile(
    r"from|to|cc|reply-to|sender|subject|date|message-id|in-reply-to|references|return-path|received"
    r"|auto-submitted|precedence|list-id|list-unsubscribe|x-auto-?(?:response-suppress|reply|respond)|x-loop"
    r"|x-spam-flag|content-type|authentication-results|arc-authentication-results|delivered-to|x-mailbot-.*"
)
_ENCODED_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]*\?[bBqQ]\?)")

Fields = list[tuple[str, str]]


def fields(message: email.message.Message) -> Fields:
    """All fields of a header, topmost first: lower-case name and unfolded value, not yet decoded."""
    return [(_name(name), _unfolded(value)) for name, value in message.raw_items()]


def field(message: email.message.Message, name: str) -> str:
    """`first` of its `fields`, without looking at the rest."""
    values = (_unfolded(value) for field, value in message.raw_items() if _name(field) == name)
    return next((value for value in values if value), "")


@lru_cache(maxsize=512)
def _name(name: object) -> str:
    return clean(str(name)).strip().lower()[:200]


def _unfolded(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    if "\n" in text or "\r" in text:
        text = re.sub(r"[\r\n]+[ \t]*", " ", text)
    return _eight_bit(text.strip())


def _eight_bit(value: str) -> str:
    """Raw 8-bit bytes, which the parser keeps as surrogates, decoded."""
    if value.isascii():
        return value
    return decode(value.encode("utf-8", "surrogateescape"))


def collected(raw: Fields) -> dict[str, tuple[str, ...]]:
    """`Message.headers`: decoded, each value bounded, at most 200 fields and all that rules look at."""
    grouped: dict[str, list[str]] = {}
    trace: list[str] = []
    for count, (name, value) in enumerate(raw):
        must = _ALWAYS.fullmatch(name)
        held = grouped.setdefault(name, []) if must or count < MAX_FIELDS else []
        if len(held) >= MAX_FIELDS:
            continue
        text = words(value)[:MAX_VALUE]
        held.append(text)
        if name in ("received", "authentication-results") and len(trace) < MAX_FIELDS:
            trace.append(f"{name}: {text}")
    result = {name: tuple(values) for name, values in grouped.items()}
    if trace:
        result[TRACE] = tuple(trace)
    return result


def first(raw: Fields, name: str) -> str:
    """The topmost field of that name that says something, undecoded; empty where there is none."""
    return next((value for field, value in raw if field == name and value), "")


def words(value: str) -> str:
    """Encoded words decoded; characters split over neighbouring words are joined first."""
    if "=?" not in value:
        return visible(clean(value))
    joined = _BETWEEN_WORDS.sub(r"\1", value)
    out: list[str] = []
    pending: list[bytes] = []
    charset = ""
    end = 0

    def flush() -> None:
        if pending:
            out.append(decode(b"".join(pending), charset))
            pending.clear()

    for match in _ENCODED_WORD.finditer(joined):
        name = match.group(1).partition("*")[0].lower()
        if match.start() != end or name != charset:
            flush()
            out.append(joined[end : match.start()])
        charset = name
        pending.append(_word_bytes(match.group(2), match.group(3)))
        end = match.end()
    flush()
    out.append(joined[end:])
    text = "".join(out)
    return visible(clean(re.sub(r"[\r\n]+", " ", text)))


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "bB":
        return unbase64(raw)
    return binascii.a2b_qp(raw, header=True)


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))


def unbase64(data: bytes) -> bytes:
    """Base64, however broken: foreign characters skipped, missing padding added, blocks joined."""
    with suppress(binascii.Error):  # as mailers write it, at many times the speed
        return pybase64.b64decode(data.replace(b"\r", b"").replace(b"\n", b""), validate=True)
    out = bytearray()
    padded_inside = b"=" in data.rstrip(b"=\r\n")
    for block in re.split(rb"=+", data) if padded_inside else (data,):
        letters = block.translate(None, _NOT_BASE64)
        if len(letters) % 4 == 1:
            letters = letters[:-1]
        out += binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    return bytes(out)


def addresses(values: Iterable[str]) -> tuple[Address, ...]:
    """The mailboxes of address fields (undecoded values), in order, at most 200.

    An angle address wins over anything that looks like one in the display name; groups are opened,
    comments dropped, an unquoted comma in a name tolerated.
    """
    found: list[Address] = []
    for value in values:
        waiting = ""
        for piece in _pieces(value[:20_000]):
            address, name = _mailbox(piece)
            if address:
                full = words(f"{waiting}, {name}" if waiting and name else waiting or name)
                full = re.sub(r"\s+", " ", full).strip(" '\"\t")
                found.append(Address(name=full[:300], email=address))
                waiting = ""
            elif piece.strip():
                waiting = f"{waiting}, {name}" if waiting else name
    return tuple(found[:200])


def _pieces(value: str) -> list[str]:
    """Split at commas and semicolons that stand outside quotes, comments and angle brackets."""
    pieces: list[str] = []
    current: list[str] = []
    quoted, angle, depth, escaped = False, False, 0, False
    for char in value:
        if escaped:
            escaped = False
            current.append(char)
            continue
        if char == "\\":
            escaped = True
            continue
        if char == '"' and not depth:
            quoted = not quoted
            continue
        if not quoted:
            if char == "(":
                depth += 1
            elif char == ")" and depth:
                depth -= 1
                continue
            elif char in "<>" and not depth:
                angle = char == "<"
            elif char in ",;" and not angle and not depth:
                pieces.append("".join(current))
                current = []
                continue
            elif char == ":" and not angle and not depth and "@" not in "".join(current):
                current = []  # the name of a group
                continue
        if not depth:
            current.append("\x01" if char == "<" and quoted else "\x02" if char == ">" and quoted else char)
    pieces.append("".join(current))
    if quoted and len(pieces) == 1 and "<" not in value.replace("\\<", ""):
        return pieces
    return pieces if not quoted else value.replace('"', "").split(",")


def _mailbox(piece: str) -> tuple[str, str]:
    match = re.search(r"<([^<>]*)>[^<>]*$", piece)
    if match:
        address, name = match.group(1), piece[: match.start()]
    elif "@" in piece and " " not in piece.strip():
        address, name = piece, ""
    elif bare := re.search(r"(?<![^\s\"'<>()])[^\s\"'<>()]+@[^\s\"'<>()]+", piece):
        address, name = bare.group(), piece.replace(bare.group(), " ")
    else:
        address, name = "", piece
    name = name.replace("\x01", "<").replace("\x02", ">").strip()
    return normal_address(address), name


def normal_address(address: str) -> str:
    """An address lower-cased and trimmed; empty where it is none."""
    text = words(address).strip().strip("<>\"'").strip()
    text = re.sub(r"^mailto:", "", text, flags=re.I)
    text = re.sub(r"^@[^:]*:", "", text)  # an obsolete route
    text = re.sub(r"[\s\x00-\x1f\x7f]+", "", text).rstrip(".").lower()[:320]
    local, at, domain = text.rpartition("@")
    return text if at and local and domain else ""


def message_ids(value: str) -> tuple[str, ...]:
    """The ids of a References or In-Reply-To field, with their angle brackets, at most 100."""
    text = words(value)
    found = re.findall(r"<[^<>\s]{1,990}>", text)
    if not found:
        found = [f"<{word}>" for word in text.split() if "@" in word][:1]
    return tuple(dict.fromkeys(found))[-100:]


def date_of(value: str) -> datetime | None:
    """A Date field with its zone (UTC where it names none), or None where it is no date."""
    try:
        parsed = parsedate_to_datetime(words(value))
        parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        parsed.astimezone(UTC)  # a zone beyond the calendar's ends shows only here
    except Exception:  # noqa: BLE001 - the standard library raises five kinds on bad dates
        return None
    return parsed


def parameter(message: email.message.Message, header: str, name: str) -> str:
    """A parameter of Content-Type or Content-Disposition, RFC 2231 and encoded words decoded."""
    # Through a field that is already text: the parser itself would replace raw 8-bit names.
    alone = email.message.Message()
    alone[header] = field(message, header)
    try:
        values = [v for key, v in alone.get_params([], header) if key.lower() == name]
    except Exception:  # noqa: BLE001 - the standard library raises freely on broken parameters
        return ""
    # `filename*` goes before a `filename` for old programs (RFC 6266).
    value: object = next((v for v in values if isinstance(v, tuple)), values[0] if values else "")
    if isinstance(value, tuple):
        charset, _, text = value
        raw = str(text or "").encode("latin-1", "ignore") if charset else b""
        if charset:
            return visible(decode(raw, str(charset)))
        value = str(text or "")
    return words(_eight_bit(re.sub(r"[\r\n]+\s*", " ", str(value or "")))).strip()


def file_name(name: str) -> str:
    """A name to show: its last component, without control characters, at most 200 characters."""
    base = re.split(r"[\\/]", name)[-1]
    base = re.sub(r"[\x00-\x1f\x7f]+", " ", clean(visible(base)))
    base = re.sub(r"\s+", " ", base).strip(" \"'")
    if len(base) > 200:
        stem, dot, extension = base.rpartition(".")
        base = stem[: 190 - len(extension[:9])] + dot + extension[:9] if dot else base[:200]
    return base
