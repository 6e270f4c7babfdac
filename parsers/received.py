"""When our own mail host took a mail over, as its Received header says (RFC 5321, 4.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from parsers.mail.headers import TRACE
from parsers.types import Message


def received_by(message: Message, hosts: Iterable[str]) -> datetime | None:
    """The date of the topmost Received that one of these hosts (or a host under it) wrote, in UTC.

    None where there is none, or its date makes no sense. Headers below it may be anybody's.
    """
    own = tuple(host.casefold().strip(".") for host in hosts if host)
    for line in message.headers.get(TRACE, ()):
        name, _, value = line.partition(": ")
        by = re.search(r"(?:^|\s)by\s+([\w.-]+)", value, re.I) if name == "received" else None
        if by is not None and _is_under(by.group(1).casefold().strip("."), own):
            return _date(value)
    return None


def _is_under(host: str, own: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith("." + name) for name in own)


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value.rpartition(";")[2].strip())
    except (ValueError, IndexError, TypeError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
