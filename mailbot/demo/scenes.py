"""What a scene of the demonstration is: who does what, when, and what its author expects mailbot to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from mailbot.demo.industriels import Industriel
from mailbot.demo.programs import Draft, File
from rules.calendar import LUXEMBOURG

Answer = tuple[str, str]
"""A template and the address that it goes to."""


class Stage(Protocol):
    """What a scene may look at: the post that people got."""

    def last(self, template: str, about: Industriel) -> EmailMessage:
        """The last mail of that template about that Industriel, to whomever it went."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What follows from a scene. `queued`: the codes of the entries that it opens, each once; `asks`: the
    rules behind what the Industriel is asked for, each once.
    """

    answers: tuple[Answer, ...] = ()
    queued: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    ignored: bool = False


HELD_AS_UNSURE = ("low_confidence",)
"""What a scan may end as too: how sure its reading is depends on the OCR that is installed."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Somebody writes. `waits`: the next mail of the same dossier comes before the answer is due."""

    at: datetime
    title: str
    program: str
    draft: Callable[[Stage], Draft]
    expected: Expected
    waits: bool = False
    needs_ocr: bool = False
    return_path: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody at INCERT decides: the open entry of that Industriel that offers the action."""

    at: datetime
    title: str
    about: Industriel
    action: str
    expected: Expected
    note: str = ""
    set: dict[str, str] = field(default_factory=dict)
    files: Callable[[], Sequence[File]] = tuple


Scene = Mail | Act


def on(text: str) -> datetime:
    """An instant in Luxembourg, as `2025-06-02 09:12`."""
    return datetime.fromisoformat(text).replace(tzinfo=LUXEMBOURG)
