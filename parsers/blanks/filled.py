"""A scan laid on its blank, read as the blank with what was filled in.

The blank's own words and frames stand in for what OCR made of them. What the scan has besides goes into the
form field in whose box it stands, or is text that was put upon the page; then the form is read as a digital
one is. So a neighbour's label or a help text never becomes a value, and a field in whose place nothing
stands is empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from parsers.blanks.book import Blank
from parsers.blanks.laid import Laid, TickMark
from parsers.blanks.printed import stands_where_it_should
from parsers.documents.reading import Box, Page, Reading, Widget, Word
from parsers.types import BBox, FieldDef, FieldValue, FormDef
from parsers.values import parse_value
from parsers.widget_names import field_of

_RIM = 2.5
"""Points by which a word may stand over the edge of its box."""
_MOSTLY = 0.5
_CHECK_FAILED = 0.7
_SURE_SIGN, _IN_PART = 0.9, 0.9
_LONGEST_MARK = 3
_TICKED = ("checkbox", "radio")


@dataclass(frozen=True, slots=True)
class Put:
    """A word that was put into the form: as the scan has it, and where it stands on the blank."""

    word: Word
    box: BBox


@dataclass(slots=True)
class Filled:
    """What a scan has and its blank lacks.

    `values`: fields read against the blank. `empty`: fields whose place is there and holds nothing.
    `places`: where on the scan the fields have theirs; `printed` and `put`: its words that the blank prints,
    and those that it lacks; `struck`: those that somebody struck out.
    """

    blank: str
    values: dict[str, FieldValue] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    places: list[tuple[str, int, BBox]] = field(default_factory=list)
    printed: list[tuple[int, BBox]] = field(default_factory=list)
    put: list[tuple[int, BBox]] = field(default_factory=list)
    struck: list[tuple[int, BBox]] = field(default_factory=list)


@dataclass(slots=True)
class _Sheet:
    """One page of the scan on one page of the blank."""

    page: Page
    laid: Laid
    fields: list[tuple[Widget, list[Put]]]
    loose: list[Put]
    struck: list[Put]


def read_filled(pages: Sequence[Page], blank: Blank, form: FormDef) -> Filled:
    """What these pages of a scan, all laid on this blank, have and the blank lacks."""
    from parsers.extract import extract

    result = Filled(blank.name)
    sheets = {
        page.laid.page: _sheet(page, page.laid, blank, form, result)
        for page in pages
        if page.laid is not None
    }
    reading = Reading(
        blank.reading.media_type,
        tuple(_as_filled(p, sheets[p.number]) for p in blank.reading.pages if p.number in sheets),
        widgets=tuple(widget for sheet in sheets.values() for widget, _ in sheet.fields),
    )
    for key, value in extract(reading, form).fields.items():
        seen = _as_scanned(key, value, form, sheets, blank)
        if seen is not None:
            result.values[key] = seen
    told = [told for w in reading.widgets if (told := _field(w, form)) is not None]
    result.empty = frozenset(f.id for f in told if f.id not in result.values)
    return result


def _sheet(page: Page, laid: Laid, blank: Blank, form: FormDef, result: Filled) -> _Sheet:
    print_ = blank.print_of(laid.page)
    own = [w for w in blank.reading.widgets if w.page == laid.page and w.box and w.kind != "signature"]
    there = [w for w in own if w.box and stands_where_it_should(w.box, print_, laid.found)]
    puts = []
    struck = [Put(word, laid.on_blank(word.box)) for word in page.struck]
    result.struck += [(page.number, word.box) for word in page.struck]
    for word in page.words:
        box = laid.on_blank(word.box)
        if len(word.text) <= _LONGEST_MARK and any(_mostly_in(box, _grown(m.box, _RIM)) for m in laid.ticks):
            continue  # what OCR made of a tick
        if print_.explains(word.text, box) is None:
            puts.append(Put(word, box))
            result.put.append((page.number, word.box))
        else:
            result.printed.append((page.number, word.box))
    fields, loose = _put_in(there, puts, laid)
    for widget in there:
        told = _field(widget, form)
        if told is not None and widget.box is not None:
            result.places.append((told.id, page.number, laid.on_scan(widget.box)))
    return _Sheet(page, laid, fields, loose, struck)


def _field(widget: Widget, form: FormDef) -> FieldDef | None:
    told = field_of(widget, form)
    return told[0] if told is not None else None


def _put_in(
    widgets: Sequence[Widget], puts: Sequence[Put], laid: Laid
) -> tuple[list[tuple[Widget, list[Put]]], list[Put]]:
    """The form fields with what stands in them, and the words that stand in none."""
    inside: dict[int, list[Put]] = {}
    loose = []
    for put in puts:
        owner = _owner(put.box, widgets)
        if owner is None:
            loose.append(put)
        else:
            inside.setdefault(owner, []).append(put)
    filled: list[tuple[Widget, list[Put]]] = []
    for index, widget in enumerate(widgets):
        if widget.kind in _TICKED:
            mark = _mark(widget, laid)
            if mark is not None:
                doubtful = mark.state == "unsure"
                filled.append((replace(widget, checked=mark.state == "on", doubtful=doubtful), []))
        elif widget.kind != "button":
            own = _without_crumbs(inside.get(index, []))
            filled.append((replace(widget, value=_text(own)), own))
    return filled, loose


def _without_crumbs(puts: list[Put]) -> list[Put]:
    """Without what is left of the frame at either end: neither letter nor digit, and read with doubt."""
    rest = sorted(puts, key=lambda p: p.box[0])
    while rest and _is_crumb(rest[0].word):
        rest = rest[1:]
    while rest and _is_crumb(rest[-1].word):
        rest = rest[:-1]
    return rest


def _is_crumb(word: Word) -> bool:
    return not any(c.isalnum() for c in word.text) and (word.confidence or 0.0) < _SURE_SIGN


def _owner(box: BBox, widgets: Sequence[Widget]) -> int | None:
    """The field in whose box a word stands with most of itself."""
    best: tuple[float, int] | None = None
    for index, widget in enumerate(widgets):
        if widget.box is None or widget.kind in _TICKED or widget.kind == "button":
            continue
        share = _shared(box, _grown(widget.box, _RIM)) / max(0.1, _area(box))
        if share >= _MOSTLY and (best is None or share > best[0]):
            best = (share, index)
    return best[1] if best else None


def _mark(widget: Widget, laid: Laid) -> TickMark | None:
    """What was seen in the box of a form field to tick."""
    box = widget.box
    return None if box is None else next((m for m in laid.ticks if _mostly_in(m.box, box)), None)


def _text(puts: Sequence[Put]) -> str:
    """The words line by line."""
    lines: list[list[Put]] = []
    for put in sorted(puts, key=lambda p: p.box[1] + p.box[3]):
        middle = (put.box[1] + put.box[3]) / 2
        if lines and any(p.box[1] < middle < p.box[3] for p in lines[-1]):
            lines[-1].append(put)
        else:
            lines.append([put])
    return "\n".join(" ".join(p.word.text for p in sorted(line, key=lambda p: p.box[0])) for line in lines)


def _as_filled(page: Page, sheet: _Sheet) -> Page:
    """The blank's page with the words that were put beside its fields, and its boxes as they are ticked."""
    put = tuple(replace(p.word, page=page.number, box=p.box, origin="annotation") for p in sheet.loose)
    boxes = tuple(_ticked(box, sheet.laid.ticks) for box in page.boxes)
    struck = tuple(replace(p.word, page=page.number, box=p.box) for p in sheet.struck)
    return replace(page, words=page.words + put, boxes=boxes, struck=page.struck + struck)


def _ticked(box: Box, ticks: Sequence[TickMark]) -> Box:
    if box.tick is None:
        return box
    mark = next((m for m in ticks if _mostly_in(m.box, box.box)), None)
    if mark is None:
        return replace(box, tick="unsure", confidence=0.5)
    return replace(box, tick=mark.state, filled=mark.state == "on", confidence=mark.confidence)


def _as_scanned(
    key: str, value: FieldValue, form: FormDef, sheets: dict[int, _Sheet], blank: Blank
) -> FieldValue | None:
    """The value with the confidence of the words that it was read from, and where it stands on the scan.

    None for what rests on no word and no mark of the scan.
    """
    definition = form.field(key)
    own = [
        (sheet, widget, puts)
        for sheet in sheets.values()
        for widget, puts in sheet.fields
        if (told := _field(widget, form)) is not None and told.id == key
    ]
    ticks = [
        mark for sheet, widget, _ in own if widget.kind in _TICKED and (mark := _mark(widget, sheet.laid))
    ]
    puts = [(sheet, put) for sheet, _, inside in own for put in inside]
    if not puts and not ticks and value.page in sheets and value.bbox is not None:
        sheet, box = sheets[value.page], value.bbox
        everywhere = [*sheet.loose, *(put for _, inside in sheet.fields for put in inside)]
        puts = [(sheet, put) for put in everywhere if _mostly_in(put.box, _grown(box, _RIM))]
        ticks = [mark for mark in sheet.laid.ticks if _mostly_in(mark.box, box)]
    if not puts and not ticks:
        return None
    sure = min(
        [value.confidence, *(m.confidence for m in ticks), *(p.word.confidence or 0.99 for _, p in puts)]
    )
    notes = list(value.evidence)
    read = definition if puts and value.raw else None
    problem = parse_value(read.type, value.raw or "", read).problem if read else None
    if problem is not None:
        sure = min(sure, _CHECK_FAILED)
        notes.append("check digits do not hold" if problem == "check_failed" else "not of the usual form")
    if any(_mostly_in(ink, w.box) for s, w, _ in own if w.box for ink in s.laid.unread):
        sure = min(sure, _IN_PART)
        notes.append("ink beside it was not read")
    notes += dict.fromkeys(p.word.note for _, p in puts if p.word.note)
    if any(p.word.handwritten for _, p in puts):
        notes.append("handwritten")
    where = puts[0][0] if puts else (own[0][0] if own else sheets[value.page or 0])
    box = (
        _union([p.word.box for s, p in puts if s is where])
        if puts
        else where.laid.on_scan(value.bbox or ticks[0].box)
    )
    return value.model_copy(
        update={
            "confidence": round(sure, 3),
            "source": "ocr",
            "page": where.page.number,
            "bbox": box,
            "evidence": (*notes, f"read against the blank {blank.name}"),
        }
    )


def _area(box: BBox) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _shared(one: BBox, other: BBox) -> float:
    return _area((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))


def _mostly_in(inner: BBox, outer: BBox) -> bool:
    return _shared(inner, outer) >= _MOSTLY * _area(inner) > 0


def _grown(box: BBox, by: float) -> BBox:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def _union(boxes: Sequence[BBox]) -> BBox:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))
