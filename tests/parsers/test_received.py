"""When our own host took a mail over, by its Received header."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from parsers.mail.headers import TRACE
from parsers.received import received_by
from parsers.types import Message

OURS = "received: from a by mx.incert.lu (Postfix) with ESMTPS id 1; Tue, 30 Jun 2026 23:59:58 +0200"
THEIRS = "received: from b by out.elsewhere.example with ESMTP id 2; Tue, 30 Jun 2026 20:00:00 +0000"
AT = datetime(2026, 6, 30, 21, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    ("trace", "hosts", "expected"),
    [
        ((OURS, THEIRS), ("incert.lu",), AT),
        ((OURS, THEIRS), ("MX.incert.lu",), AT),
        ((THEIRS, OURS), ("incert.lu",), AT),
        ((THEIRS,), ("incert.lu",), None),
        ((OURS,), (), None),
        ((OURS,), ("ert.lu",), None),
        ((OURS.replace("30 Jun", "31 Jun"),), ("incert.lu",), None),
        ((OURS.partition(";")[0],), ("incert.lu",), None),
        (("authentication-results: mx.incert.lu; spf=pass", OURS), ("incert.lu",), AT),
        ((), ("incert.lu",), None),
    ],
)
def test_received_by(trace: tuple[str, ...], hosts: tuple[str, ...], expected: datetime | None) -> None:
    assert received_by(Message(headers={TRACE: trace}), hosts) == expected
