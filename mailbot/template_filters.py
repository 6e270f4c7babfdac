"""How values are written in mails: cleaned, dated, listed, wrapped. Pure functions on text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from rules.types import Item, Letter

# Private characters, that nothing cleaned can contain: a space that must not break, a line to leave as it is.
TIE = "\ue000"
MARK_AS_IS = "\ue001"
WIDTH = 74
_LONGEST_VALUE = 300
_LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
_AND = {"fr": "et", "de": "und", "en": "and"}
_LEAD = re.compile(r"^( *)((?:[-–•]|\d{1,2}[.)]) )?")
_REFERENCE = re.compile(r"\[?\bSONS2-\d{6,}-[0-9A-Za-z]{4}(?:/[A-Za-z]\d*)?\]?\s*")
_BOUND_TO_NUMBER = re.compile(r"\b(Formulaire|Formular|Form|Vague|chapitre|Kapitel|chapter) (?=\d)")
_LINK = re.compile(r"https://[^\s<>«»\"'&]+[^\s<>«»\"'&.,;:!?)]|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def one_line(text: str, most: int = _LONGEST_VALUE) -> str:
    """The text on one line: what cannot be seen becomes a space, and it ends in … where it is too long."""
    line = " ".join("".join(c if c.isprintable() or c == "\u00a0" else " " for c in text).split(" ")).strip()
    line = re.sub(" {2,}", " ", line)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _words(text: str) -> str:
    """A person's words: their lines stay, control characters go."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
    return "\n".join("".join(c for c in line if c.isprintable() or c == "\u00a0").rstrip() for line in lines)


def clean_letter(letter: Letter) -> Letter:
    """The letter with nothing in it that could break out of its line: values come from strangers' mails."""
    strings = {
        name: _words(value) if name == "note" else one_line(value)
        for name, value in letter
        if isinstance(value, str) and value
    }
    lists = {
        "items": tuple(item.model_copy(update=_clean(item)) for item in letter.items),
        "lines": tuple(line.model_copy(update=_clean(line)) for line in letter.lines),
        "attachments": tuple(one_line(name) for name in letter.attachments),
        "changed_fields": tuple(one_line(name) for name in letter.changed_fields),
    }
    return letter.model_copy(update=strings | lists)


def _clean(values: Iterable[tuple[str, object]]) -> dict[str, str]:
    return {name: one_line(value) for name, value in values if isinstance(value, str) and value}


def date_words(value: date | datetime | str, language: str = "fr") -> str:
    """ "30 juin 2026", "1er juillet 2026", "30. Juni 2026", "30 June 2026", in Luxembourg's time."""
    when = day(value)
    month = _MONTHS[language].split()[when.month - 1]
    number = {"fr": "1er" if when.day == 1 else str(when.day), "de": f"{when.day}."}.get(
        language, str(when.day)
    )
    return TIE.join((number, month, str(when.year)))


def day(value: date | datetime | str) -> date:
    """The day in Luxembourg of an instant; a day stays itself."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value or " " in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return (value.astimezone(_LUXEMBOURG) if value.tzinfo else value).date()
    return value


def file_name(value: str) -> str:
    """The name that the sender gave a file; of a file in an archive, its own name."""
    return value.replace("\\", "/").split("!")[-1].split("/")[-1]


def listed(values: Iterable[str], language: str = "fr") -> str:
    """ "a, b et c" """
    all_ = [v if isinstance(v, Markup) else str(v) for v in values]
    return ", ".join(all_[:-1]) + f" {_AND[language]} " + all_[-1] if len(all_) > 1 else "".join(all_)


def without_reference(subject: str) -> str:
    """A subject without our reference and without piled-up « Re: »."""
    plain = _REFERENCE.sub("", subject).strip()
    return re.sub(r"^(?:(?:re|aw|tr|fw|fwd|wg|rép)\s*:\s*)+", "", plain, flags=re.IGNORECASE).strip()


def links(text: str) -> Markup:
    """HTML in which our own addresses and pages are links. Only for texts, never for a stranger's words."""
    html = str(escape(text))

    def link(match: re.Match[str]) -> str:
        found = match.group()
        target = found if found.startswith("https://") else f"mailto:{found}"
        return f'<a href="{target}">{found}</a>'

    return Markup(_LINK.sub(link, html))  # all but the links is escaped


def as_is(text: str) -> str:
    """Lines that the wrapping of a text mail leaves alone."""
    return "\n".join(MARK_AS_IS + line for line in text.strip("\n").split("\n"))


def by_document(items: Sequence[Item]) -> list[tuple[str, list[tuple[int, Item]]]]:
    """Items numbered from 1, by document in the order in which these appear; those of none ("") come last."""
    kinds = sorted(dict.fromkeys(item.document or "" for item in items), key=lambda kind: kind == "")
    ordered = [(kind, item) for kind in kinds for item in items if (item.document or "") == kind]
    numbered = [(kind, number, item) for number, (kind, item) in enumerate(ordered, 1)]
    return [(kind, [(n, item) for k, n, item in numbered if k == kind]) for kind in kinds]


def underlined(text: str, sign: str = "-") -> str:
    """A heading in a text mail."""
    return f"{text}\n{sign * min(len(text), WIDTH)}"


def tied(text: str) -> str:
    """The finished text, its private characters resolved."""
    return text.replace(TIE, " ").replace(MARK_AS_IS, "")


def wrapped(text: str) -> str:
    """A text mail's lines at most 74 characters long, lists hanging, at most one empty line in a row."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith(MARK_AS_IS):
            lines.append(line)  # the mark goes last, so that its empty lines stay, too
        else:
            lines.extend(_wrapped_line(line.rstrip()))
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return tied(joined) + "\n"


@lru_cache(512)  # mail after mail is made of the same sentences
def _wrapped_line(line: str) -> Sequence[str]:
    lead = _LEAD.match(line)
    indent = " " * len(lead.group()) if lead else ""
    start = lead.group() if lead else ""
    rest = re.sub(" {2,}", " ", line[len(start) :]).strip(" ")
    rest = _BOUND_TO_NUMBER.sub(rf"\1{TIE}", rest)
    if not rest:
        return [""]
    return textwrap.wrap(
        rest,
        WIDTH,
        initial_indent=start,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
