"""What systemd is told of the service (sd_notify), where systemd asked to be told."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def notify(*states: str) -> None:
    """Send assignments such as READY=1 to the service manager. Never raises."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.setblocking(False)  # a manager that does not listen must not hold up the service
        sender.connect(address)
        sender.send("\n".join(states).encode())


def watchdog_seconds() -> float | None:
    """How often the watchdog wants a sign: half of its patience. None where there is no watchdog."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    mine = os.environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
    return int(microseconds) / 2_000_000 if mine and microseconds.isdecimal() and int(microseconds) else None
