"""Where on a page a signature is asked for: signature fields, and the labels beside which one signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz

from parsers.documents.reading import Page, Widget, Word
from parsers.folding import words_of
from parsers.remembered import TEXTS_OF_MAILS
from parsers.types import BBox, FormDef

Role = Literal["industriel", "aes", "client", "unknown"]
_ROLES: tuple[Role, ...] = ("industriel", "aes", "client")

_LONGER_THAN_LABEL = 5
"""Words that a line may have besides the label: « Signature (obligatoire) » is one, a sentence is not."""
_BELOW, _BESIDE, _ABOVE = 130.0, 260.0, 75.0
"""Points that an unframed place reaches from its label."""
_HEADING_REACH = 230.0
_ALIKE = 88.0
_HEADING_STARTS = ("pour", "fur", "for")


@dataclass(frozen=True, slots=True)
class Place:
    """A place to sign. `framed` where a form field or a drawn frame bounds it.

    `generic` labels (« Signature ») say nothing on who signs there.
    """

    role: Role
    page: int
    box: BBox
    label: BBox
    framed: bool = False
    generic: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Neighbouring words of one line of print, up to a gap that separates columns."""

    words: tuple[str, ...]
    text: str
    box: BBox


def places_on(page: Page, widgets: Iterable[Widget], form: FormDef | None) -> tuple[Place, ...]:
    """Every place of a page, framed ones first."""
    fields = [
        Place(role_of_name(w.name), page.number, w.box, w.box, framed=True)
        for w in widgets
        if w.kind == "signature" and w.page == page.number and w.box and area(w.box) > 0
    ]
    labels = _with_roles(list(_labels(page, form)))
    open_places = [_bounded(label, page, labels) for label in labels]
    roles = {place.role for place in fields}
    fields = [
        replace(field, role=_role_beside(field.box, labels)) if field.role == "unknown" else field
        for field in fields
    ]
    rest = [p for p in open_places if not (p.role in roles and any(_touch(p.box, f.box) for f in fields))]
    return tuple(sorted([*fields, *rest], key=lambda p: (not p.framed, p.heading, p.box[1], p.box[0])))


def role_of_name(name: str) -> Role:
    """What a form field's name says of the signer: `signature_aes`, `form1.SigIndustriel[0]`."""
    folded = "".join(words_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)))
    if re.search(r"industriel|fournisseur|societe|entreprise|vendor|supplier", folded):
        return "industriel"
    if re.search(r"agence|esante|(?:^|sig|signature|pour)aes", folded) or "aes" in words_of(name):
        return "aes"
    if re.search(r"client|responsable|etablissement|customer", folded):
        return "client"
    return "unknown"


def lines_of(words: Iterable[Word]) -> tuple[Line, ...]:
    """The words of a page as lines, split where a gap is wider than between words."""
    return _lines_of(tuple(words))


@lru_cache(maxsize=16)
def _lines_of(words: tuple[Word, ...]) -> tuple[Line, ...]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: ((w.box[1] + w.box[3]) / 2, w.box[0])):
        middle = (word.box[1] + word.box[3]) / 2
        row = next((r for r in reversed(rows[-6:]) if _same_row(r[-1].box, word.box, middle)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return tuple(line for row in rows for line in _split(sorted(row, key=lambda w: w.box[0])))


def _same_row(box: BBox, other: BBox, middle: float) -> bool:
    return box[1] <= middle <= box[3] and abs((box[1] + box[3]) / 2 - middle) < 0.5 * max(
        4.0, other[3] - other[1]
    )


def _split(row: list[Word]) -> Iterator[Line]:
    current: list[Word] = []
    for word in row:
        if current and word.box[0] - current[-1].box[2] > 1.6 * max(6.0, word.box[3] - word.box[1]):
            yield _line(current)
            current = []
        current.append(word)
    if current:
        yield _line(current)


def _line(words: list[Word]) -> Line:
    text = " ".join(word.text for word in words)
    return Line(words_of(text), text, union(word.box for word in words))


def _labels(page: Page, form: FormDef | None) -> Iterator[Place]:
    known = _known_labels(form) if form is not None else ()
    for line in lines_of(page.words) if known else ():
        label = _label_among(line.words, known)
        if label is not None:
            yield Place(
                label.role, page.number, line.box, line.box, generic=label.generic, heading=label.heading
            )


@dataclass(frozen=True, slots=True)
class SignatureLabel:
    """Whom a line of print asks to sign; `generic` and `heading` as in Place."""

    role: Role
    generic: bool
    heading: bool


def label_of(line: tuple[str, ...], form: FormDef | None) -> SignatureLabel | None:
    """What the folded words of a line say as a signature label of the form; None when they are none."""
    return _label_among(line, _known_labels(form)) if form is not None else None


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _label_among(
    line: tuple[str, ...], known: tuple[tuple[Role, tuple[str, ...]], ...]
) -> SignatureLabel | None:
    best: tuple[Role, tuple[str, ...]] | None = None
    for role, label in known:
        if (best is None or len(label) > len(best[1])) and _says(line, label):
            best = (role, label)
    if best is None:
        return None
    role, label = best
    telling = _telling_words(known)
    named = [r for r, words in telling.items() if words & set(line) and any(k == r for k, _ in known)]
    shared = any(r != role and other == label for r, other in known)
    generic = (shared or not telling[role] & set(label)) and len(named) != 1
    return SignatureLabel(named[0] if len(named) == 1 else role, generic, line[0] in _HEADING_STARTS)


def _known_labels(form: FormDef) -> tuple[tuple[Role, tuple[str, ...]], ...]:
    return tuple(
        (role, words)
        for role in _ROLES
        for texts in form.signature_labels.get(role, {}).values()
        for text in texts
        if (words := words_of(text))
    )


def _telling_words(known: Iterable[tuple[Role, tuple[str, ...]]]) -> dict[Role, set[str]]:
    """The words by which a heading (« Pour l'Agence eSanté ») names its party and no other."""
    heads: dict[Role, set[str]] = {role: set() for role in _ROLES}
    for role, words in known:
        if words and words[0] in _HEADING_STARTS:
            heads[role] |= {word for word in words[1:] if len(word) > 2}
    return {
        role: words - set().union(*(other for r, other in heads.items() if r != role))
        for role, words in heads.items()
    }


def _says(line: tuple[str, ...], label: tuple[str, ...]) -> bool:
    """True when a short line begins with this label, or holds a one-word one (« Date et signature »)."""
    if not line or len(line) > len(label) + _LONGER_THAN_LABEL:
        return False
    if len(label) == 1:
        if label[0] not in line:
            return len(line) == 1 and len(line[0]) > 5 and fuzz.ratio(line[0], label[0]) >= _ALIKE
        at = line.index(label[0])
        return line[max(0, at - 2) : at] not in (("date", "de"), ("jour", "de")) and line[:1] != ("prenez",)
    start = " ".join(line[: len(label)])
    wanted = " ".join(label)
    return fuzz.ratio(start, wanted) >= _ALIKE or (
        len(line) == len(label) and fuzz.token_sort_ratio(start, wanted) >= 95
    )


def _with_roles(labels: list[Place]) -> list[Place]:
    """A generic label belongs to the party whose heading stands above it in the same column."""
    telling = [label for label in labels if not label.generic]
    return [
        replace(label, role=_heading_role(label, telling)) if label.generic else label for label in labels
    ]


def _heading_role(label: Place, telling: list[Place]) -> Role:
    above = [
        other
        for other in telling
        if other.page == label.page
        and -4 <= label.label[1] - other.label[1] <= _HEADING_REACH
        and abs(other.label[0] - label.label[0]) < 150
    ]
    return min(above, key=lambda o: _distance(o.label, label.label)).role if above else label.role


def _role_beside(box: BBox, labels: list[Place]) -> Role:
    near = [label for label in labels if _gap(box, label.label) < 60]
    return min(near, key=lambda label: _gap(box, label.label)).role if near else "unknown"


def _bounded(label: Place, page: Page, labels: list[Place]) -> Place:
    """The frame that belongs to a label, else the space beside, below and, over a line, above it."""
    left, top, right, bottom = label.label
    frames = [
        b.box
        for b in page.boxes
        if b.tick is None
        and not b.filled
        and b.box[3] - b.box[1] >= 22
        and b.box[2] - b.box[0] >= 60
        and area(b.box) < 0.3 * page.width * page.height
    ]
    for frame in sorted(frames, key=area):
        if _contains(frame, label.label) and frame[3] - bottom >= 10:
            return replace(label, box=frame, framed=True)
    beside = [f for f in frames if 0 <= f[0] - right < 160 and f[1] - 6 <= (top + bottom) / 2 <= f[3] + 6]
    below = [f for f in frames if -3 <= f[1] - bottom < 26 and f[0] - 8 <= left and right <= f[2] + 40]
    if not label.heading and (beside or below):
        chosen = min(beside + below, key=lambda f: _gap(f, label.label))
        return replace(label, box=chosen, framed=True)
    others = [o.label for o in labels if o is not label]
    stop_right = min((o[0] for o in others if o[0] > right + 10 and abs(o[1] - top) < 40), default=page.width)
    stop_below = min(
        (o[1] for o in others if o[1] > bottom + 25 and abs(o[0] - left) < 60), default=page.height
    )
    under_line = any(
        r.horizontal and -2 <= top - r.box[3] < 14 and r.box[0] < right and r.box[2] > left
        for r in page.rulings
    )
    box = (
        max(0.0, left - 25),
        top - (_ABOVE if under_line else 14.0),
        min(stop_right - 4, max(right + _BESIDE, left + _BESIDE)),
        min(stop_below, bottom + _BELOW),
    )
    return replace(label, box=box)


def area(box: BBox) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def union(boxes: Iterable[BBox]) -> BBox:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def shared_area(one: BBox, other: BBox) -> float:
    return area((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))


def grown(box: BBox, by: float) -> BBox:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def _touch(one: BBox, other: BBox) -> bool:
    return shared_area(grown(one, 6), other) > 0


def _contains(outer: BBox, inner: BBox) -> bool:
    return shared_area(grown(outer, 2), inner) >= 0.98 * area(inner) > 0


def _distance(one: BBox, other: BBox) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _gap(one: BBox, other: BBox) -> float:
    across = max(0.0, one[0] - other[2], other[0] - one[2])
    down = max(0.0, one[1] - other[3], other[1] - one[3])
    return float((across * across + down * down) ** 0.5)
