"""Logs on stderr: one line of key=value each, without personal data.

What is logged are ids of our own and words of ours. As a second line of defence, what looks like an address,
a matricule or an IBAN is masked.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_PERSONAL = (
    re.compile(r"[^\s@<>\"'=]+@[^\s@<>\"',;]+"),
    re.compile(r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?\b"),
    re.compile(r"\b\d{4} ?\d{2} ?\d{2} ?\d{3} ?\d{0,2}\b"),
)
_MASK = "•••"


def masked(text: str) -> str:
    """The text without addresses, matricules and IBANs."""
    for pattern in _PERSONAL:
        text = pattern.sub(_MASK, text)
    return text


def _mask_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str) and key not in ("timestamp", "level"):
            event[key] = masked(value)
        elif isinstance(value, list | tuple):
            event[key] = [masked(v) if isinstance(v, str) else v for v in value]
    return event


def configure_logs(level: int = logging.WARNING) -> None:
    """Logs of that level and above go to stderr; stdout belongs to the command's result."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask_values,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
