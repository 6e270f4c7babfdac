"""What every kind of mail is taken apart into, before anything is unwrapped or judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.mail.headers import Fields
from parsers.types import Problem


@dataclass(slots=True)
class Leaf:
    """One file of a mail, still wrapped as it came."""

    data: bytes
    name: str = ""
    declared: str = ""
    inline: bool = False
    cid: str = ""
    machine: bool = False  # part of a delivery report, not of what somebody wrote
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Letter:
    """A mail: its header, its body as text, and its files."""

    fields: Fields = field(default_factory=list)
    text: str = ""
    html: str = ""  # the sources of its HTML bodies, to see which pictures they show
    leaves: list[Leaf] = field(default_factory=list)
    report: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of a delivery report
    problems: list[Problem] = field(default_factory=list)
