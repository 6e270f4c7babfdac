"""Delivery reports: RFC 3464 where they follow it, flufl.bounce's patterns where they do not."""

from __future__ import annotations

import email.message
import email.parser
import re

from parsers.mail import headers
from parsers.mail.charsets import decode

PREFIX = ":dsn-"
"""Keys of `Message.headers` that no real field can have: `:dsn-final-recipient`, `:dsn-action`,
`:dsn-status`, `:dsn-diagnostic-code`, `:dsn-original-message-id`, `:dsn-original-envelope-id`,
`:dsn-kind`."""

_DAEMON = re.compile(r"mailer-?daemon|postmaster|mail delivery|mail ?(?:er )?system|<>", re.I)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|failed|has failed|notification)|returned mail|failure notice"
    r"|non remis|unzustellbar|mail delivery failed|échec de (?:la )?(?:remise|distribution)|nicht zugestellt"
    r"|delivery delayed|message delayed|could not be delivered",
    re.I,
)
_TAKEN = ("final-recipient", "original-recipient", "action", "status", "diagnostic-code")


def is_candidate(root: email.message.Message, raw: headers.Fields) -> bool:
    """Whether it is worth looking for a delivery report in this mail."""
    content_type = headers.first(raw, "content-type").lower()
    if content_type.startswith("multipart/report") or headers.first(raw, "return-path") == "<>":
        return True
    sender = headers.first(raw, "from")
    return bool(_DAEMON.search(sender) or _SUBJECT.search(headers.words(headers.first(raw, "subject"))))


def report(root: email.message.Message) -> dict[str, tuple[str, ...]]:
    """What the report says, as additional keys of `Message.headers`; empty where it is none."""
    found: dict[str, list[str]] = {}
    try:
        for part in root.walk():
            kind = part.get_content_type()
            if kind in ("message/delivery-status", "message/global-delivery-status"):
                _take_status(part, found)
            elif kind == "message/disposition-notification":
                found["kind"] = ["disposition-notification"]
            elif kind in ("message/rfc822", "text/rfc822-headers", "message/global-headers"):
                _take_original(part, found)
    except Exception:  # noqa: BLE001 - a damaged report is simply less of a report
        pass
    if "final-recipient" not in found and found.get("kind") != ["disposition-notification"]:
        _guess(root, found)
    if "original-message-id" not in found and "final-recipient" in found:
        _original_in_text(root, found)
    return {PREFIX + name: tuple(values[:100]) for name, values in found.items() if values}


def _take_status(part: email.message.Message, found: dict[str, list[str]]) -> None:
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else []
    if not blocks and isinstance(payload, str):
        texts = re.split(r"\r?\n\r?\n", payload)
        blocks = [email.parser.Parser().parsestr(text) for text in texts if ":" in text]
    for block in blocks:
        if isinstance(block, str):
            continue
        raw = headers.fields(block)
        envelope = headers.words(headers.first(raw, "original-envelope-id")).strip()[:100]
        if envelope:
            found["original-envelope-id"] = [envelope]
        if not any(name in ("final-recipient", "original-recipient") for name, _ in raw):
            continue
        for name in _TAKEN:
            found.setdefault(name, []).append(headers.words(headers.first(raw, name))[:1000])


def _take_original(part: email.message.Message, found: dict[str, list[str]]) -> None:
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if inner is None and isinstance(payload, str):
        inner = email.parser.HeaderParser().parsestr(payload.lstrip())
    if isinstance(inner, email.message.Message) and (
        ids := headers.message_ids(headers.first(headers.fields(inner), "message-id"))
    ):
        found.setdefault("original-message-id", []).extend(ids[:1])


def _guess(root: email.message.Message, found: dict[str, list[str]]) -> None:
    from flufl.bounce import all_failures  # a second of patterns, for bounces alone

    try:
        temporary, permanent = all_failures(root)
    except Exception:  # noqa: BLE001 - flufl.bounce trusts the structure of what it reads
        return
    for action, recipients in (("failed", permanent), ("delayed", temporary - permanent)):
        for recipient in sorted(recipients):
            text = decode(recipient) if isinstance(recipient, bytes) else str(recipient)
            address = headers.normal_address(text)
            if address:
                found.setdefault("final-recipient", []).append(address)
                found.setdefault("action", []).append(action)


def _original_in_text(root: email.message.Message, found: dict[str, list[str]]) -> None:
    """Old mailers paste the returned mail below their own words."""
    try:
        for part in root.walk():
            payload = part.get_payload()
            if isinstance(payload, str) and (
                match := re.search(r"^[ \t>]*Message-ID:\s*(<[^<>\s]+>)", payload[:100_000], re.I | re.M)
            ):
                found["original-message-id"] = [match.group(1)]
                return
    except Exception:  # noqa: BLE001 - damage means that there is no id to find
        return
