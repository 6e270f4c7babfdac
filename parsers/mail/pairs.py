"""Pairs of label and value in the body of a mail: how a portal's notice carries a form."""

from __future__ import annotations

import re
from collections.abc import Callable

from parsers.types import Message

_NUMBERED = r"^\s*(?:[-•*·▪○–>]\s*)?(?:\(?\d{1,2}[.)]\s+|\d{1,2}(?:\.\d{1,2})+[.)]?\s+|[a-z]\)\s+)?"
_PAIR = re.compile(
    _NUMBERED + r"\*{0,2}_?(?P<label>[^\W\d_][^:=|\t\n]{1,110}?)\*{0,2}"
    r"\s*(?::\*{0,2}(?!//)|\t+:?| {3,}:?|[.…_]{3,}\s*:?|\s=\s|\s\|\s|\s(?:[-=]+>|→)\s)"
    r"\s*(?P<value>.*?)\s*\*{0,2}$"
)
_BRACKETED = re.compile(r"^\s*\[(?P<label>[^\]:]{2,110})\]\s*:?\s*(?P<value>.*)$")
_QUOTED = re.compile(r"^\s*[\"“«]\s*(?P<label>[^\"”»]{2,110}?)\s*[\"”»]\s*[:=]\s*(?P<value>.*?)[,;]?\s*$")
_ASKED = re.compile(r"^\s*(?P<label>[^?\t|=]{3,110}\?)\s*:?\s+(?P<value>[^\s?:][^?]*)$")
_OPEN_LABEL = re.compile(_NUMBERED + r"\*{0,2}(?P<label>[^\W\d_][^:=|\t\n]{1,110}?)\s*:\s*\*{0,2}\s*$")
_HEADER = re.compile(
    r"^(?:de|von|from|à|a|an|to|cc|cci|bcc|objet|betreff|subject|sujet|envoyé(?: le)?|gesendet|sent"
    r"|répondre à|reply-to|pièces? jointes?|attachments?|importance|expéditeur|absender|destinataires?)$",
    re.I,
)
_SENDER = re.compile(r"^(?:de|von|from|expéditeur|absender)$", re.I)
_TALK = re.compile(
    r"^(?:bonjour|bonsoir|hello|hallo|dear|madame|monsieur|p\.?s|n\.?b|tél|tel|gsm|fax|mobile?|https?|www|mailto|remarque"
    r"|note|attention|rappel|hinweis)\b",
    re.I,
)
_RULE = re.compile(r"[\s|:+-]+")
_LISTED = 4
"""Pairs that end with a semicolon, at least, where a list ends with a full stop."""
_MAX_PAIRS = 300
_MAX_LINES = 4  # of an address

Tells = Callable[[str], bool]
GoesOn = Callable[[str, str, str], bool]


def _never(*texts: str) -> bool:
    return False


def portal_fields(
    message: Message, is_label: Tells = _never, goes_on: GoesOn = _never
) -> list[tuple[str, str]]:
    """Labels and values as they stand in the text of a mail and of the mails forwarded in it, in order.

    A label whose value is empty is given with an empty value; mail headers of an inline forward, greetings
    and telephone numbers are no pairs. `is_label` knows labels that no punctuation shows;
    `goes_on(label, value, line)` tells whether the line goes on with the value of that label.
    """
    pairs: list[tuple[str, str]] = []
    for text in (message.text, *(inner.text for inner in message.forwarded)):
        pairs.extend(text_pairs(text, is_label, goes_on))
    return pairs[:_MAX_PAIRS]


def text_pairs(text: str, is_label: Tells = _never, goes_on: GoesOn = _never) -> list[tuple[str, str]]:
    """The pairs in a text: `Label : value`, `Label = value`, tabs or bars, or the value one line below."""
    pairs: list[tuple[str, str]] = []
    lines = _plain_lines(text.split("\n"), is_label)
    at = 0
    while at < len(lines):
        if header := _header_lines(lines[at:]):
            at += header
            continue
        line = lines[at]
        at += 1
        if open_label := _OPEN_LABEL.match(line):
            label = _label(open_label.group("label"), is_label)
            if not label:
                continue
            value, taken = _below(lines[at:], is_label)
        elif (match := _PAIR.match(line)) and (label := _label(match.group("label"), is_label)):
            value, taken = match.group("value").strip(), 0
            if value and (is_label(value) or value.endswith("?")) and is_label(line):
                # "CEO : prénom", its value one line below.
                label = f"{label} {value}"
                value, taken = _below(lines[at:], is_label)
        elif is_label(line) and (label := _label(line, is_label)):
            value, taken = _below(lines[at:], is_label)
        else:
            continue
        at += taken
        for more in lines[at : at + _MAX_LINES] if value else ():
            if not _is_mere_text(more, is_label) or not goes_on(label, value, more.strip()):
                break
            value, at = f"{value.rstrip(',')}, {more.strip()}", at + 1
        pairs.append((label, value))
    return _without_list_marks(pairs)


def _plain_lines(lines: list[str], is_label: Tells) -> list[str]:
    """The lines with a table's rows as pairs, and without brackets or quotes around labels and values."""
    plain: list[str] = []
    heads: list[str] = []
    for line in lines:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []
        if cells and _RULE.fullmatch(line):
            continue  # between a table's head and its rows
        if len(cells) < 2:
            plain.append(_undecorated(line, is_label))
            continue
        if heads and len(cells) == len(heads):
            pairs, heads = list(zip(heads, cells, strict=True)), []
        elif all(map(is_label, cells)) and len(cells) > 2:
            heads = cells  # their values are the next row
            continue
        elif len(cells) == 2 or (len(cells) % 2 == 0 and _alternate(cells, is_label)):
            pairs = list(zip(cells[::2], cells[1::2], strict=True))
        else:
            continue  # of more columns than a label and its value
        plain += [f"{label.rstrip(' :')} | {value}" if label else value for label, value in pairs]
    return plain


def _alternate(cells: list[str], is_label: Tells) -> bool:
    """True for a row of labels, some of them perhaps nobody's we know, each with its value beside it."""
    return any(map(is_label, cells[::2])) and not any(map(is_label, cells[1::2]))


def _undecorated(line: str, is_label: Tells) -> str:
    """ "[Matricule] 2010", "\"Matricule\" : \"2010\"" and "Votre matricule ? 2010" as label and value."""
    found = _BRACKETED.match(line) or _QUOTED.match(line) or _ASKED.match(line)
    if found is None or not is_label(found["label"].strip()):
        return line
    if found.re is _ASKED:
        return (
            f"{found['label'].strip()} | {found['value'].strip()}"  # a question may have a colon of its own
        )
    value = found["value"].strip(' "“”«»')
    return f"{found['label'].strip()} : {value}"


def _without_list_marks(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs without the semicolons behind them, and without the full stop that ends their list."""
    ends = [at for at, (_, value) in enumerate(pairs) if value.endswith(";")]
    plain = [(label, value.rstrip(" ;")) for label, value in pairs]
    if len(ends) >= _LISTED and ends[-1] + 1 < len(plain):
        label, value = plain[ends[-1] + 1]
        plain[ends[-1] + 1] = (label, re.sub(r"(?<=[^\W_]{2})\.$", "", value))  # "S.à r.l." keeps its own
    return plain


def _is_mere_text(line: str, is_label: Tells) -> bool:
    """Neither empty, nor a label, nor a sentence."""
    if not line.strip() or len(line) > 80 or re.search(r"[.!?:;]\s*$", line):
        return False
    return not (is_pair(line, is_label) or is_label(line) or _TALK.match(line.strip()))


def _header_lines(lines: list[str]) -> int:
    """How many lines the small header over a forwarded mail takes that begins here; 0 where none does."""
    block = []
    for line in lines[:12]:
        if not line.strip():
            break
        block.append(line.replace("*", "").partition(":")[0].strip())
    starts = bool(block) and bool(_SENDER.match(block[0]))
    return len(block) if starts and any(_HEADER.match(label) for label in block[1:]) else 0


def _below(lines: list[str], is_label: Tells) -> tuple[str, int]:
    """The value on the next line, or past one empty line, unless a label stands there."""
    for taken, line in enumerate(lines[:2], 1):
        if line.strip():
            if is_pair(line, is_label) or _OPEN_LABEL.match(line) or is_label(line) or len(line) > 200:
                return "", 0
            return line.strip(" \t*-•"), taken
    return "", 0


def _label(text: str, is_label: Tells = _never) -> str:
    """The label without its decoration; empty for what is none, sentences included ("Id. TVA" is none)."""
    label = re.sub(r"\s+", " ", text).strip(" *_-•.…")
    if len(label) < 2 or _HEADER.match(label) or _TALK.match(label) or len(label.split()) > 14:
        return ""
    return "" if re.search(r"[^\W\d_]{2}[.!?]\s", label) and not is_label(label) else label


def is_pair(line: str, is_label: Tells = _never) -> bool:
    """Whether a line reads as `Label : value`."""
    match = _PAIR.match(line)
    return bool(match and len(match.group("label").split()) <= 10 and _label(match.group("label"), is_label))
