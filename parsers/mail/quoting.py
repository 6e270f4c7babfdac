"""What a sender wrote in this mail, apart from what was quoted, signed by machine, or forwarded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

_SIGNATURE_LINES = 25
_MAX_LINES = 8000


@dataclass(frozen=True, slots=True)
class _Marks:
    attribution: re.Pattern[str]
    separator: re.Pattern[str]
    forward: re.Pattern[str]
    forward_subject: re.Pattern[str]
    reply_subject: re.Pattern[str]
    header_first: re.Pattern[str]
    header_other: re.Pattern[str]
    header_needed: re.Pattern[str]
    mobile: re.Pattern[str]


@cache
def _marks() -> _Marks:
    data = tomllib.loads(resources.files("parsers.mail").joinpath("quoting.toml").read_text("utf-8"))

    def whole(*patterns: str) -> re.Pattern[str]:
        return re.compile(r"\s*(?:" + "|".join(patterns) + r")\s*$", re.I)

    return _Marks(
        attribution=whole(*data["attributions"]),
        separator=whole(*data["separators"]),
        forward=whole(*data["forwards"]),
        forward_subject=re.compile(r"\s*" + data["forward_subject"], re.I),
        reply_subject=re.compile(r"\s*" + data["reply_subject"], re.I),
        header_first=whole(data["header_first"]),
        header_other=whole(data["header_other"]),
        header_needed=whole(data["header_needed"]),
        mobile=whole(*data["mobile_signatures"]),
    )


def is_reply(subject: str) -> bool:
    """Whether the subject opens with RE:, AW: and the like: then it is not its sender's words."""
    return bool(_marks().reply_subject.match(subject))


def is_forward(subject: str) -> bool:
    """Whether the subject opens with FW:, TR:, WG: and the like."""
    return bool(_marks().forward_subject.match(subject))


def split(text: str, subject: str, recipients: Iterable[str] = ()) -> tuple[str, str]:
    """The new text of a mail, and the rest (history and signature block).

    A mail that was forwarded inline is new text: it is what is being submitted. Answers below or
    between quoted lines (`> `) are new text too. Under a subject that is neither RE: nor FW:, a mail
    with a header was forwarded, unless one of the `recipients` (names and addresses) had sent it.
    """
    lines = [line.rstrip() if line != "-- " else line for line in text.split("\n")[:_MAX_LINES]]
    at, kind, skip = _first_mark(lines, is_forward(subject))
    if kind == "history" and not is_reply(subject) and _is_from_another(lines, at, recipients):
        kind = "forward"
    if kind == "forward":
        head, signature = _sign_off(_without_cited(lines[:at])[0])
        forwarded = _uncited(lines[at + skip :])
        return _joined(head, forwarded), _joined(signature)
    if not kind and is_forward(subject) and (cited_at := _only_cited(lines)):
        around = [*lines[: cited_at.start], *lines[cited_at.stop :]]
        head, signature = _sign_off(around)
        return _joined(head, _uncited(lines[cited_at.start : cited_at.stop])), _joined(signature)
    quoted: list[str] = []
    if kind == "history":
        lines, quoted = lines[:at], lines[at:]
    new, cited = _without_cited(lines)
    new, signature = _sign_off(new)
    return _joined(new), _joined(signature, cited, quoted)


def _first_mark(lines: list[str], forwarding: bool) -> tuple[int, str, int]:
    """Where history or a forwarded mail begins, which of both, and how many lines the mark takes."""
    marks = _marks()
    for at, line in enumerate(lines):
        bare = line.strip()
        if not bare or bare.startswith(">"):
            continue
        if marks.forward.match(line):
            return at, "forward", 1
        if marks.separator.match(line):
            if bare.startswith("_") and not _is_header(lines, at + 1):
                continue  # a mere ruling line
            return at, "forward" if forwarding else "history", 1
        if _is_header(lines, at):
            return at, "forward" if forwarding else "history", 0
        if (taken := _attribution(lines, at)) and not _cites(lines, at + taken):
            return at, "forward" if forwarding else "history", 0
    return len(lines), "", 0


def _only_cited(lines: list[str]) -> range | None:
    """The one block of cited lines, where a mail has just one: under FW: it was forwarded."""
    cited = [at for at, line in enumerate(lines) if line.lstrip().startswith(">")]
    if not cited:
        return None
    block = range(cited[0], cited[-1] + 1)
    return block if all(at in cited or not lines[at].strip() for at in block) else None


def _is_header(lines: list[str], at: int) -> bool:
    """A header block of Outlook: sender's line first, then at least one date or subject line."""
    marks = _marks()
    while at < len(lines) and not lines[at].strip():
        at += 1
    if at >= len(lines) or not marks.header_first.match(lines[at]):
        return False
    following = [line for line in lines[at + 1 : at + 9] if line.strip()][:5]
    return any(marks.header_needed.match(line) for line in following)


def _is_from_another(lines: list[str], at: int, recipients: Iterable[str]) -> bool:
    """Whether a header block begins here (or below a separator) that names somebody else as sender."""
    known = [name.lower() for name in recipients if len(name) > 3]
    for line in lines[at : at + 3]:
        if _marks().header_first.match(line):
            return bool(known) and not any(name in line.lower() for name in known)
    return False


def _attribution(lines: list[str], at: int) -> int:
    """How many lines an attribution takes that begins here; 0 where none does."""
    for count in (1, 2, 3):
        piece = lines[at : at + count]
        if len(piece) < count or not piece[-1].strip():
            return 0
        joined = " ".join(line.strip() for line in piece)
        # "He wrote:" alone, without a date or an address, is a mark only over quoted lines.
        sure = bool(re.search(r"\d|@", joined)) or _cites(lines, at + count)
        if sure and len(joined) < 400 and _marks().attribution.match(joined):
            return count
    return 0


def _cites(lines: list[str], at: int) -> bool:
    """Whether the next line that says something is a quoted one."""
    following = (line for line in lines[at:] if line.strip())
    return next(following, "").lstrip().startswith(">")


def _without_cited(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines without quoted ones and the attributions over them, and those."""
    kept: list[str] = []
    cited: list[str] = []
    at = 0
    while at < len(lines):
        if lines[at].lstrip().startswith(">"):
            cited.append(lines[at])
            at += 1
        elif lines[at].strip() and (taken := _attribution(lines, at)) and _cites(lines, at + taken):
            cited.extend(lines[at : at + taken])
            at += taken
        else:
            kept.append(lines[at])
            at += 1
    return kept, cited


def _uncited(lines: list[str]) -> list[str]:
    """A forwarded mail without the `> ` that Apple Mail puts before each of its lines."""
    said = [line for line in lines if line.strip()]
    if said and all(line.lstrip().startswith(">") for line in said):
        return [re.sub(r"^\s*> ?", "", line) for line in lines]
    return lines


def _sign_off(lines: list[str]) -> tuple[list[str], list[str]]:
    """Without the signature block under `-- ` and without what telephones add."""
    marks = _marks()
    kept = [line for line in lines if not (len(line) < 120 and marks.mobile.match(line))]
    for at, line in enumerate(kept):
        if line in ("-- ", "--") and len(kept) - at <= _SIGNATURE_LINES:
            return kept[:at], kept[at + 1 :]
    return kept, []


def _joined(*blocks: list[str]) -> str:
    said = [block for block in blocks if any(line.strip() for line in block)]
    text = "\n\n".join("\n".join(block).strip("\n") for block in said)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
