"""What mailbot asks of a TLS connection, for IMAP and SMTP alike."""

from __future__ import annotations

import ssl
from pathlib import Path


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Version 1.2 or later, certificate and host name checked against the system's or the given CAs."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
