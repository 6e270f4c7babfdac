"""What a person asks for, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailbot.rows import OutboxRow


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for. `files`: name and bytes of what was attached.

    `as_written`: corrected values are the document's own, also where they are not valid.
    `system_user`: who ran the command line, where `by` is only what was said there.
    """

    action: str
    by: str = ""
    note: str = ""
    set: dict[str, str] = field(default_factory=dict)
    document: int | None = None
    kind: str = ""
    dossier: str = ""
    files: tuple[tuple[str, bytes], ...] = ()
    system_user: str = ""
    as_written: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What the action did, in words for the person, and the mails that it lets out."""

    message: str
    mails: tuple[OutboxRow, ...] = ()
    next_entry: int | None = None
    attention: str = ""  # done, but the person should know
