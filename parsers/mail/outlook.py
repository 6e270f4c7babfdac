"""Outlook's message files (.msg)."""

from __future__ import annotations

import io
from typing import Any

from parsers.mail import headers
from parsers.mail.charsets import clean, decode, visible
from parsers.mail.html import html_text
from parsers.mail.letter import Leaf, Letter
from parsers.types import Problem

_MAX_FILES = 500


def msg_letter(data: bytes) -> Letter:
    """An Outlook .msg ([MS-OXMSG]) as a Letter; embedded messages become .msg files of it."""
    import extract_msg  # heavy, and rare

    result = Letter()
    try:
        message: Any = extract_msg.openMsg(
            io.BytesIO(data),
            delayAttachments=True,
            errorBehavior=extract_msg.enums.ErrorBehavior.SUPPRESS_ALL,
        )
    except Exception as error:  # noqa: BLE001 - extract_msg raises freely on damaged files
        result.problems.append(Problem(code="damaged", message=f"Outlook message ({type(error).__name__})"))
        return result
    try:
        result.fields = _msg_fields(message)
        html = _get(message, "htmlBody")
        result.html = decode(html) if isinstance(html, bytes) else clean(str(html or ""))
        plain = _get(message, "body")
        plain = decode(plain) if isinstance(plain, bytes) else clean(str(plain or ""))
        result.text = visible(plain.replace("\r\n", "\n").replace("\r", "\n"))
        if not result.text.strip() and result.html:
            result.text = html_text(result.html)
        for attachment in list(_get(message, "attachments") or [])[:_MAX_FILES]:
            leaf = _msg_leaf(attachment)
            result.leaves.append(leaf)
    finally:
        _quietly(message.close)
    return result


def _msg_fields(message: Any) -> headers.Fields:
    header = _get(message, "header")
    found = headers.fields(header) if hasattr(header, "raw_items") else []
    known = {name for name, _ in found}
    synthetic = (
        ("from", "sender"),
        ("to", "to"),
        ("cc", "cc"),
        ("subject", "subject"),
        ("message-id", "messageId"),
        ("in-reply-to", "inReplyTo"),
    )
    for name, attribute in synthetic:
        value = _get(message, attribute)
        if name not in known and value:
            found.append((name, clean(str(value))))
    date = _get(message, "date")
    if "date" not in known and date is not None and hasattr(date, "strftime"):
        found.append(("date", _quietly(lambda: str(date.strftime("%a, %d %b %Y %H:%M:%S %z"))) or ""))
    return found


def _msg_leaf(attachment: Any) -> Leaf:
    name = next((n for a in ("longFilename", "name", "shortFilename") if (n := _get(attachment, a))), "")
    declared = str(_get(attachment, "mimetype") or "")
    cid = str(_get(attachment, "cid") or "")
    content = _get(attachment, "data")
    shown = headers.file_name(clean(str(name)))
    if content is not None and not isinstance(content, bytes):
        content = _quietly(lambda: attachment.data.exportBytes())
        shown = shown if shown.lower().endswith(".msg") else f"{shown or 'message'}.msg"
    if not isinstance(content, bytes):
        message = f"{shown or 'attachment'} cannot be read from the Outlook message"
        problem = Problem(code="damaged", message=message)
        return Leaf(b"", shown, declared, cid=cid, problems=(problem,))
    return Leaf(content, shown, declared, inline=bool(cid), cid=cid)


def _get(thing: Any, attribute: str) -> Any:
    try:
        return getattr(thing, attribute, None)
    except Exception:  # noqa: BLE001 - properties of both libraries parse on access and raise freely
        return None


def _quietly(call: Any) -> Any:
    try:
        return call()
    except Exception:  # noqa: BLE001 - the same
        return None
