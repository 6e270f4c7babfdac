"""Logs on stderr: one line of key=value each, without personal data.

What is logged are ids of our own and words of ours. As a second line of defence, what looks like an address,
a matricule, an IBAN or another identifier is masked. Of an exception that nobody foresaw its kind and place
are told and not its words: they may quote a mail.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

_PERSONAL = (
    re.compile(r"(?<![^\s@<>\"'=])[^\s@<>\"'=]+@[^\s@<>\"',;]+"),
    re.compile(r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?\b"),
    re.compile(r"\b\d{4} ?\d{2} ?\d{2} ?\d{3} ?\d{0,2}\b"),
    re.compile(r"\b[A-Z]{2} ?\d{8,12}\b"),  # a VAT number
    re.compile(r"\b[A-K] ?\d{3}[. ]?\d{3}\b"),  # RCS Luxembourg
    re.compile(r"\b\d{6}-\d{2}\b"),  # a code prestataire
)
_MASK = "•••"
_wanted: list[int] = []  # the level that was configured, for loggers that are made later


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


def logger(name: str) -> Any:
    """A structlog logger. The library is loaded by what may have something to say, not by every command."""
    import structlog

    if _wanted:
        _configure_structlog(_wanted[-1])
    return structlog.get_logger(name)


def configure_logs(level: int = logging.WARNING) -> None:
    """Logs of that level and above go to stderr; stdout belongs to the command's result."""
    _wanted[:] = [level]
    if "structlog" in sys.modules:
        _configure_structlog(level)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masking("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    threading.excepthook = lambda hooked: _unforeseen(hooked.exc_type, hooked.exc_traceback)
    sys.unraisablehook = lambda hooked: _unforeseen(hooked.exc_type, hooked.exc_traceback)


def _configure_structlog(level: int) -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask_values,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Whatever stderr is when something is said: a test, or a supervisor, may exchange it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Masking(logging.Formatter):
    """For what libraries log: they do not know what is personal."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))

    def formatException(self, ei: Any) -> str:
        return places(ei[0], ei[2])


def places(kind: type[BaseException] | None, trace: TracebackType | None) -> str:
    """An exception by its kind and the places that it came through, without its words."""
    lines = [f"  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in traceback.extract_tb(trace)]
    return "\n".join(
        [f"{kind.__name__ if kind else 'error'} (its words may be personal and are left out)", *lines]
    )


def _unforeseen(kind: type[BaseException] | None, trace: TracebackType | None) -> None:
    sys.stderr.write(places(kind, trace) + "\n")
