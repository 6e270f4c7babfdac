"""A MIME entity (RFC 2045 to 2049) to a Letter: which text is the body, which leaves are files."""

from __future__ import annotations

import email.message
import email.policy
import re

from parsers import sniff
from parsers.mail import bounces, encoded, headers, uuencoded
from parsers.mail.charsets import decode, visible
from parsers.mail.html import html_text
from parsers.mail.letter import Leaf, Letter
from parsers.types import Problem

MAX_NESTING = 60
MAX_TEXT = 400_000
MAX_HEADER = 1_000_000
"""Bytes; large servers refuse mails from a tenth of it on."""
_HEADER_END = re.compile(rb"\r?\n(?=\r?\n)")
_SPACED_NAME = re.compile(rb"^([!-9;-~]{1,70})[ \t]+:", re.M)
# A multipart whose own header was lost, or names no boundary: a delimiter line and a part's header under it.
_DELIMITER = re.compile(rb"^--([^\s]{1,70})[ \t]*\r?\n(?=content-[a-z-]{2,30}[ \t]*:)", re.I | re.M)
_LATEST_DELIMITER = 8_000
_HEADER_LINE = re.compile(r"[\w-]{1,70}\s*:|\s|$")
# What a body may look like to a sniffer and still be words.
_WORDS = (sniff.EML, sniff.PGP, sniff.PGP_SIGNATURE, "application/xml")
_BODY_TYPES = ("text/plain", "text/html")
# Exchange cuts the text that Apple Mail puts after an attachment into such files.
_CUT_OFF_TEXT = re.compile(r"^ATT\d{3,}(?:\s*\(\d+\))?\.(?:txt|html?)$", re.I)
# "This mail is HTML, open it in a browser": a plain text that says nothing.
_STUB = re.compile(
    r"html|navigateur|browser|webversion|version en ligne|online[- ]version|view (?:this|it) online"
    r"|n.est pas compatible|not support|unterstützt kein",
    re.I,
)
_LABEL_LINE = re.compile(r"^[^:\n]{2,80}\s?:\s*\S", re.M)


def letter(data: bytes) -> Letter:
    """Take a mail apart. Damage ends up in `problems`; nothing is raised but RecursionError."""
    data = data.lstrip(b"\r\n") if data[:1] in (b"\r", b"\n") else data
    data, cut = _with_bounded_header(data)
    data = _with_plain_names(data)
    root = encoded.parsed(data)
    result = Letter(fields=headers.fields(root))
    if cut:
        problem = Problem(code="too_large", message=f"of the header only {MAX_HEADER} bytes were read")
        result.problems.append(problem)
    result.text = _Reader(result).body(root, 0)[:MAX_TEXT]
    if bounces.is_candidate(root, result.fields):
        result.report = bounces.report(root)
    return result


def _with_bounded_header(data: bytes) -> tuple[bytes, bool]:
    """The mail, and whether its header was cut: the parser needs hundreds of bytes for each line of it."""
    end = _HEADER_END.search(data)
    if (end.start() if end else len(data)) <= MAX_HEADER:
        return data, False
    head = data[:MAX_HEADER].rpartition(b"\n")[0] or data[:MAX_HEADER]
    return head + (data[end.start() :] if end else b"\n\n"), True


def _with_plain_names(data: bytes) -> bytes:
    """Without space between a field's name and its colon (obsolete, RFC 5322 4.5), where parsers stop."""
    end = _HEADER_END.search(data)
    at = end.start() if end else len(data)
    return _SPACED_NAME.sub(rb"\1:", data[:at]) + data[at:] if _SPACED_NAME.search(data, 0, at) else data


class _Reader:
    def __init__(self, result: Letter) -> None:
        self.result = result
        self.htmls = 0

    def body(self, entity: email.message.Message, depth: int, machine: bool = False) -> str:
        """The text of an entity that is its sender's; the files in it go to the letter on the way."""
        declared = _content_type(entity)
        payload = entity.get_payload()
        children = None
        if isinstance(payload, list):
            children = [child for child in payload if isinstance(child, email.message.Message)]
        if children is not None and depth < MAX_NESTING:
            if declared == "message/rfc822" or declared == "message/global":
                self._forwarded(entity, children, machine)
                return ""
            if declared.startswith("message/"):
                # Without its own header, or it would look like a mail and be opened for ever.
                data = b"\n".join(_flat(child) for child in children)
                name = headers.file_name(_name(entity))
                self.result.leaves.append(Leaf(data, name, declared, machine=True))
                return ""
            texts = []
            for number, child in enumerate(children):
                reported = machine or (declared == "multipart/report" and number > 0)
                texts.append((_content_type(child), self.body(child, depth + 1, reported)))
            if declared == "multipart/alternative":
                return _best(texts)
            return "\n".join(text for _, text in texts if text.strip())
        if children is not None:
            self.result.problems.append(Problem(code="damaged", message="parts nested too deep"))
            return ""
        return self._leaf(entity, declared, machine, depth)

    def _forwarded(
        self, entity: email.message.Message, children: list[email.message.Message], machine: bool
    ) -> None:
        name = headers.file_name(_name(entity)) or "message.eml"
        encoded = _encoding(entity).startswith("base64")  # forbidden by RFC 2046, met all the same
        for child in children:
            data = headers.unbase64(_flat(child)) if encoded else _flat(child)
            self.result.leaves.append(Leaf(data, name, "message/rfc822", machine=machine))

    def _unclaimed(self, data: bytes, boundary: re.Match[bytes], depth: int, machine: bool) -> str:
        """The text of a multipart that stands in place of words, after words that stand before it."""
        head = b'Content-Type: multipart/mixed; boundary="%s"\n\n' % boundary[1].replace(b'"', b"")
        before = decode(data[: boundary.start()], "")
        text = self.body(encoded.parsed(head + data[boundary.start() :]), depth + 1, machine)
        return text if all(map(_HEADER_LINE.match, before.splitlines())) else f"{before}\n{text}"

    def _leaf(self, entity: email.message.Message, declared: str, machine: bool, depth: int) -> str:
        data = payload(entity)
        name = headers.file_name(_name(entity))
        disposition = _disposition(entity)
        wordy = disposition != "attachment" and not name
        if wordy and (declared in _BODY_TYPES or declared.startswith("multipart/")) and depth < MAX_NESTING:
            boundary = _DELIMITER.search(data, 0, _LATEST_DELIMITER)
            if boundary is not None:
                return self._unclaimed(data, boundary, depth, machine)
        if (wordy and declared in (*_BODY_TYPES, "")) or _CUT_OFF_TEXT.match(name):
            kind = sniff.media_type(data, "")
            if kind == sniff.UNKNOWN and b"\0" in data:
                data = data.replace(b"\0", b"")  # strewn in by a broken mailer: still words
                kind = sniff.media_type(data, "")
            if kind == sniff.EMPTY:
                return ""
            if kind.startswith("text/") or kind in _WORDS:
                if kind in ("text/calendar", "text/vcard"):
                    self.result.leaves.append(Leaf(data, name, declared, inline=True))
                    return ""
                is_html = declared == "text/html" or kind == "text/html"
                if not is_html:
                    data, files = uuencoded.taken_out(data)
                    self.result.leaves += [Leaf(file, headers.file_name(n)) for n, file in files]
                return self._text(entity, data, is_html)
        if not name and declared == "text/rfc822-headers":
            machine = True
        cid = headers.field(entity, "content-id").strip("<> ")
        leaf = Leaf(data, name, declared, inline=disposition != "attachment", cid=cid, machine=machine)
        if not data.strip() and not name:
            return ""
        self.result.leaves.append(leaf)
        return ""

    def _text(self, entity: email.message.Message, data: bytes, is_html: bool) -> str:
        charset = headers.parameter(entity, "content-type", "charset")
        if is_html and not charset and (found := re.search(rb"charset=[\"']?([\w.:-]+)", data[:2048], re.I)):
            charset = found.group(1).decode("ascii", "replace")
        text = decode(data[: 4 * MAX_TEXT], charset)
        if is_html:
            self.result.html += text
            return html_text(text)
        flowed = headers.parameter(entity, "content-type", "format").lower() == "flowed"
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return visible(_unflow(text) if flowed else text)


def _unflow(text: str) -> str:
    """RFC 3676: a line that ends in a space goes on in the next one; the signature mark does not."""
    out: list[str] = []
    open_line = False
    for line in text.split("\n"):
        stuffed = line[1:] if line.startswith(" ") and not line.startswith("  ") else line
        quoted = line.startswith(">") or (bool(out) and out[-1].startswith(">"))
        if open_line and out and not quoted and stuffed != "-- ":
            out[-1] += stuffed
        else:
            out.append(stuffed)
        open_line = stuffed.endswith(" ") and stuffed != "-- "
    return "\n".join(out)


def _best(texts: list[tuple[str, str]]) -> str:
    """Of alternatives: the plain one, unless it is empty, a mere hint, or lost a table of values."""
    plain = next((text for kind, text in texts if kind == "text/plain" and text.strip()), "")
    rich = next((text for kind, text in reversed(texts) if kind != "text/plain" and text.strip()), "")
    if not rich or not plain:
        return plain or rich
    if len(plain.split()) < 40 and _STUB.search(plain) and len(rich) > len(plain):
        return rich
    lost = len(_LABEL_LINE.findall(rich)) - len(_LABEL_LINE.findall(plain))
    return rich if lost >= 3 else plain


def payload(entity: email.message.Message) -> bytes:
    """The bytes of a leaf with its transfer encoding undone; as they stand where that is broken."""
    raw = entity.get_payload()
    if not isinstance(raw, str):
        return b""
    if _encoding(entity).startswith("base64"):
        return headers.unbase64(raw.encode("utf-8", "surrogateescape"))
    try:
        # Undecoded, it would come as text in whatever charset the part claims.
        decoded = entity.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - any damage in one part must not hide the rest
        return raw.encode("utf-8", "surrogateescape")
    return decoded if isinstance(decoded, bytes) else b""


def _encoding(entity: email.message.Message) -> str:
    value = headers.field(entity, "content-transfer-encoding")
    return value.lower().partition(";")[0].strip()


def _flat(entity: email.message.Message) -> bytes:
    """An entity as bytes again, for a reader of its own."""
    try:
        return entity.as_bytes(policy=email.policy.compat32.clone(max_line_length=None, mangle_from_=False))
    except Exception:  # noqa: BLE001 - the generator fails on broken charsets and headers
        lines = [f"{name}: {value}" for name, value in headers.fields(entity)]
        body = entity.get_payload()
        text = "\n".join(lines) + "\n\n" + (body if isinstance(body, str) else "")
        return text.encode("utf-8", "surrogateescape")


def _content_type(entity: email.message.Message) -> str:
    try:
        declared = str(entity.get_content_type()).lower()
    except Exception:  # noqa: BLE001 - hostile parameters
        return "application/octet-stream"
    return declared


def _disposition(entity: email.message.Message) -> str:
    value = headers.field(entity, "content-disposition")
    return value.partition(";")[0].strip().lower()


def _name(entity: email.message.Message) -> str:
    return headers.parameter(entity, "content-disposition", "filename") or headers.parameter(
        entity, "content-type", "name"
    )
