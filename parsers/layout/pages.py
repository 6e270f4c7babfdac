"""A reading's pages -> sheets: where things stand, whatever the file's format.

Flowing sources are first laid out on one long page, so that whoever looks for a value beside a label
has to know one geometry only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from parsers.documents.reading import Page, Reading, Widget, Word
from parsers.layout.flow import Flow, laid_out
from parsers.layout.marks import crossed, crosses_for_boxes, one_each, take_ticks
from parsers.layout.segments import Line, in_reading_order, segments_of
from parsers.layout.sheet import Segment, Sheet, Tick, covers
from parsers.layout.words import join_combs, split_at_colons, split_at_filler, widget_words
from parsers.remembered import Remembered
from parsers.types import BBox


def sheets_of(reading: Reading, opaque: Iterable[Widget] = ()) -> list[Sheet]:
    """The pages of a reading as sheets.

    `opaque` are the widgets whose name says nothing: what they hold is put on the page where they stand.
    The boxes that the page draws under any widget are the widget's, not the page's.
    """
    shown = list(opaque)
    if reading.blocks and not reading.pages:
        flow = laid_out(reading.blocks, tuple(shown))
        return [_SHEETS.of((flow,), lambda: _sheet_of_flow(flow))]
    return [
        _sheet(
            page,
            tuple(w for w in shown if w.page == page.number),
            tuple(w.box for w in reading.widgets if w.page == page.number and w.box),
        )
        for page in reading.pages
    ]


def _sheet(page: Page, widgets: tuple[Widget, ...], taken: tuple[BBox, ...]) -> Sheet:
    """The page's sheet: asked for to classify and again to extract, and a known blank's for every copy."""
    return _SHEETS.of((page,), lambda: _made_sheet(page, widgets, taken), (widgets, taken))


_SHEETS: Remembered[Sheet] = Remembered(24)
_CELL = 30.0
"""Points of the narrowest cell that takes a value; narrower ones are a comb's."""


def _sheet_of_flow(flow: Flow) -> Sheet:
    """The sheet of flowing text, of which only the lines are searched that are not the same in every copy."""
    words: list[Word] = []
    known: list[Segment] = []
    for line in flow.lines:
        segments = _of_a_line(line.words) if line.alone else None
        if segments is None:
            words += line.words
        else:
            known += segments
    sheet = _made_sheet(replace(flow.page, words=tuple(words)), flow.widgets, (), flow=True)
    sheet.segments = in_reading_order([*sheet.segments, *known])
    return sheet


def _of_a_line(words: tuple[Word, ...]) -> tuple[Segment, ...] | None:
    """The segments of a line that stands alone, None for one that has anything else."""
    return _OF_LINES.of((words,), lambda: _made_of_a_line(words))[0]


_OF_LINES: Remembered[tuple[tuple[Segment, ...] | None]] = Remembered(512)


def _made_of_a_line(words: tuple[Word, ...]) -> tuple[tuple[Segment, ...] | None]:
    sheet = _made_sheet(Page(1, 0, 0, words=words), (), (), flow=True)
    crossed = any(word.text in ("X", "x") for word in words)  # perhaps a box's, in the line above or below
    return (None if sheet.ticks or sheet.underlines or crossed else tuple(sheet.segments),)


def _made_sheet(
    page: Page, widgets: tuple[Widget, ...], taken: tuple[BBox, ...], *, flow: bool = False
) -> Sheet:
    sheet = Sheet(page.number, page.width, page.height, flow=flow)
    written = [piece for w in page.words if w.text.strip("\ufffc") for piece in split_at_filler(w)]
    words, sheet.ticks = crosses_for_boxes(*take_ticks(split_at_colons(written), page.number))
    for box in page.boxes:
        if box.tick is not None and not any(covers(other, box.box) for other in taken):
            sheet.ticks.append(
                Tick(page.number, box.box, box.tick == "on", box.tick != "unsure", "box", box.confidence)
            )
    sheet.ticks = one_each([crossed(t, words) for t in sheet.ticks])
    tick_boxes = [t.box for t in sheet.ticks]
    words = [w for w in words if not (len(w.text) <= 2 and any(covers(b, w.box) for b in tick_boxes))]
    words = join_combs(words)
    verticals, horizontals = _lines_of(page, sheet)
    for widget in widgets:
        if widget.box is None:
            continue
        if widget.kind in ("checkbox", "radio"):
            sheet.ticks.append(
                Tick(
                    page.number,
                    widget.box,
                    bool(widget.checked),
                    not widget.doubtful,
                    widget.source,
                    None,
                    widget,
                )
            )
            continue
        if widget.kind == "signature":
            continue
        words = [
            w
            for w in words
            if not (w.origin == "page" and w.text in widget.value and covers(widget.box, w.box))
        ]
        words += widget_words(widget, page.number)
        sheet.frames.append(widget.box)
        if flow and any(covers(box.box, widget.box) for box in page.boxes):
            continue  # a control is no cell of its own in the table's
        left, top, right, bottom = widget.box
        verticals += [(left, top, bottom), (right, top, bottom)]
        horizontals += [(top, left, right), (bottom, left, right)]
    verticals.sort()
    horizontals.sort()
    sheet.segments = segments_of(words, verticals, horizontals, page.number, sheet)
    return sheet


def _underlines(line: BBox, begins: dict[int, list[Word]]) -> bool:
    """True for a line under a text that begins and, perhaps words later, ends with it: underlined text."""
    left, top, right, _ = line
    near = (w for at in (round(left) - 1, round(left), round(left) + 1) for w in begins.get(at, ()))
    first = next((w for w in near if abs(w.box[0] - left) < 0.7 and _is_under(top, w.box)), None)
    if first is None:
        return False
    level = (w for words in begins.values() for w in words if abs(w.box[1] - first.box[1]) < 1)
    space = 0.5 * (first.box[3] - first.box[1])
    return any(-1 < right - w.box[2] < space for w in level)


def _is_under(line: float, text: BBox) -> bool:
    """True at a text's foot or hardly below it; a word without descenders ends above its underline."""
    return text[1] < line < text[3] + max(1.0, 0.2 * (text[3] - text[1]))


def _lines_of(page: Page, sheet: Sheet) -> tuple[list[Line], list[Line]]:
    """(x, top, bottom) and (y, left, right) of everything that separates; frames on the way."""
    verticals: list[Line] = []
    horizontals: list[Line] = []
    begins: dict[int, list[Word]] = {}
    if not sheet.flow and page.rulings:
        for word in page.words:
            begins.setdefault(round(word.box[0]), []).append(word)
        for word in page.struck:  # what was put in begins where they end, whatever place it was given
            begins.setdefault(round(word.box[0]), []).append(word)
            end = replace(word, box=(word.box[2], *word.box[1:]))
            begins.setdefault(round(word.box[2]), []).append(end)
    area = page.width * page.height
    for ruling in page.rulings:
        left, top, right, bottom = ruling.box
        if ruling.horizontal and _underlines(ruling.box, begins):
            continue
        if ruling.horizontal:
            horizontals.append(((top + bottom) / 2, left, right))
            if right - left < 0.9 * page.width:
                sheet.underlines.append(ruling.box)
        else:
            verticals.append(((left + right) / 2, top, bottom))
    drawn = len(verticals)
    for box in page.boxes:
        if box.tick is not None or (box.filled and not sheet.flow and box.box[2] - box.box[0] < 5):
            continue
        left, top, right, bottom = box.box
        if (right - left) * (bottom - top) > 0.7 * area or right - left < 6 or bottom - top < 6:
            continue
        verticals += [(left, top, bottom), (right, top, bottom)]
        horizontals += [(top, left, right), (bottom, left, right)]
        sheet.frames.append(box.box)
    if not sheet.flow:
        rules = sorted(v for v in verticals[:drawn] if v[2] - v[1] > 6)
        sheet.frames = [piece for frame in sheet.frames for piece in _divided(frame, rules)]
    return verticals, horizontals


def _divided(frame: BBox, rules: list[Line]) -> list[BBox]:
    """A box that upright lines cut from top to bottom is as many cells; a comb's teeth leave it one place."""
    left, top, right, bottom = frame
    near = rules[bisect_left(rules, (left + 3, 0.0, 0.0)) : bisect_left(rules, (right - 3, 0.0, 0.0))]
    edges = [left, *(x for x, high, low in near if high <= top + 1.5 and low >= bottom - 1.5), right]
    if len(edges) == 2 or any(after - before < _CELL for before, after in pairwise(edges)):
        return [frame]
    return [(before, top, after, bottom) for before, after in pairwise(edges)]
