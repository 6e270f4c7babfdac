"""Where things stand: words -> segments (runs of words in one cell of one line), frames, boxes to tick.

Flowing sources (DOCX, text) are first laid out on one long page, a table cell as a drawn box, so that
whoever looks for a value beside a label has to know one geometry only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from parsers.documents.reading import Block, Box, Page, Reading, Widget, Word
from parsers.types import BBox

_ON, _OFF = frozenset("☒☑✓✔✗✘■●⦿◉▣✅⊠🗹🗷"), frozenset("☐□○◯⚪❏❑▢◻🗆")
_FILLER = re.compile(r"[_…]{2,}|\.{4,}|(?:\.\.|[_…])[_.…]{3,}|-{5,}")
_CROSSES = frozenset("xX×✓✔✗✘") | {"XX", "xx"}
_FLOW_WIDTH, _CHAR, _LINE = 1000.0, 5.0, 12.0
_SHEETS_KEPT = 24
_FLOWS_KEPT = 2


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick and its state; `sure` is false for a mark that only looks like one."""

    page: int
    box: BBox
    on: bool
    sure: bool = True
    source: str = "text"
    confidence: float | None = None
    widget: Widget | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of one line that belong together. `frame` is the closed cell around it, if there is one."""

    page: int
    words: tuple[Word, ...]
    box: BBox
    text: str
    frame: BBox | None = None
    filler_after: bool = False

    @property
    def size(self) -> float:
        return self.words[0].size or (self.box[3] - self.box[1])

    @property
    def bold(self) -> bool:
        return all(word.bold for word in self.words)

    @property
    def entered(self) -> bool:
        """True when it was certainly put in by whoever filled the form."""
        return all(word.origin != "page" or word.handwritten for word in self.words)


@dataclass(slots=True)
class Sheet:
    """A page ready to be searched. Segments are in reading order."""

    number: int
    width: float
    height: float
    segments: list[Segment] = field(default_factory=list)
    frames: list[BBox] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)
    underlines: list[BBox] = field(default_factory=list)
    flow: bool = False


def sheets_of(reading: Reading, opaque: Iterable[Widget] = ()) -> list[Sheet]:
    """The pages of a reading as sheets.

    `opaque` are the widgets whose name says nothing: what they hold is put on the page where they stand.
    The boxes that the page draws under any widget are the widget's, not the page's.
    """
    shown = list(opaque)
    if reading.blocks and not reading.pages:
        page, widgets = _lay_out(reading.blocks, tuple(shown))
        return [_sheet(page, list(widgets), flow=True)]
    return [
        _sheet(
            page,
            [w for w in shown if w.page == page.number],
            [w.box for w in reading.widgets if w.page == page.number and w.box],
        )
        for page in reading.pages
    ]


# Flowing text


@lru_cache(maxsize=_FLOWS_KEPT)
def _lay_out(blocks: tuple[Block, ...], widgets: tuple[Widget, ...]) -> tuple[Page, tuple[Widget, ...]]:
    """The blocks as one long page; kept, as it is asked for to classify and again to extract."""
    words: list[Word] = []
    boxes: list[Box] = []
    placed: list[Widget] = []
    by_block: dict[int, list[Widget]] = {}
    for widget in widgets:
        if widget.block is not None:
            by_block.setdefault(widget.block, []).append(widget)
    columns: dict[int, int] = {}
    for block in blocks:
        if block.cell:
            columns[block.cell.table] = max(
                columns.get(block.cell.table, 1), block.cell.column + block.cell.column_span
            )
    y = 20.0
    index = 0
    while index < len(blocks):
        cell = blocks[index].cell
        if blocks[index].kind == "footer":
            index += 1  # the form's own edition and page numbers
            continue
        if cell is None:
            y = _lay_block(blocks[index], index, 20.0, y, words, by_block, placed) + 6.0
            index += 1
            continue
        # One row of a table: its cells side by side, as high as the highest.
        row_top, row_bottom = y, y + _LINE
        cells: list[tuple[float, float]] = []
        position: tuple[int, int] | None = None
        cell_y = row_top + 2
        unit = (_FLOW_WIDTH - 40.0) / columns[cell.table]
        while index < len(blocks):
            here = blocks[index].cell
            if here is None or (here.table, here.row) != (cell.table, cell.row):
                break
            if position != (here.row, here.column):
                position = (here.row, here.column)
                cell_y = row_top + 2
                cells.append((20.0 + here.column * unit, 20.0 + (here.column + here.column_span) * unit))
            longest = max(map(len, blocks[index].text.split("\n")), default=0)
            narrow = (cells[-1][1] - cells[-1][0] - 6) / max(longest, 1)  # a long text stays in its cell
            cell_y = _lay_block(
                blocks[index], index, cells[-1][0] + 3, cell_y, words, by_block, placed, min(_CHAR, narrow)
            )
            row_bottom = max(row_bottom, cell_y + 2)
            index += 1
        boxes += [Box(1, (left, row_top, right, row_bottom)) for left, right in cells]
        y = row_bottom
        if index < len(blocks):
            following = blocks[index].cell
            if following is None or following.table != cell.table:
                y += 6.0
    page = Page(1, _FLOW_WIDTH, y + 20, words=tuple(words), boxes=tuple(boxes))
    return page, tuple(placed)


def _lay_block(
    block: Block,
    number: int,
    left: float,
    top: float,
    words: list[Word],
    by_block: dict[int, list[Widget]],
    placed: list[Widget],
    unit: float = _CHAR,
) -> float:
    """Puts a block's lines one under the other and returns where the next one starts."""
    size = 14.0 if block.kind == "heading" else 10.0
    starts = sorted((w.offset or 0, w) for w in by_block.get(number, ())) if number in by_block else []
    position, y = 0, top
    for line in block.text.split("\n"):
        x = left
        reached: dict[int, float] = {}  # offset in the line -> where that stands
        for piece in re.finditer(r"\t|[^\S\t]+|[^\s]+", line):
            text = piece[0]
            if starts:
                reached |= {piece.start() + i: x + unit * i for i in range(len(text))}
            if text == "\t":
                x = left + ((x - left) // 60 + 1) * 60 + 20
                continue
            if not text.strip():
                x += unit
                continue
            begin = position + piece.start()
            owner = _owner(begin, starts) if starts else None
            box = (x, y, x + unit * len(text), y + 10)
            if owner is None and text != "\ufffc":
                words.append(Word(text, 1, box, size=size, bold=block.bold or block.kind == "heading"))
            x += unit * len(text)
        for offset, widget in starts:
            if position <= offset <= position + len(line):
                wx = reached.get(offset - position, x)
                width = (
                    unit * max(12, _length(widget)) if widget.kind not in ("checkbox", "radio") else unit * 1
                )
                lines = widget.value.count("\n")
                placed.append(replace(widget, page=1, box=(wx, y, wx + width, y + 10 + _LINE * lines)))
        position += len(line) + 1
        y += _LINE
    return y


def _owner(begin: int, starts: Sequence[tuple[int, Widget]]) -> Widget | None:
    """The widget whose value the character at that offset belongs to."""
    return next((w for offset, w in starts if offset <= begin < offset + max(1, _length(w))), None)


def _length(widget: Widget) -> int:
    return 1 if widget.kind in ("checkbox", "radio") else len(widget.value)


# Pages


def _sheet(page: Page, widgets: list[Widget], taken: Sequence[BBox] = (), flow: bool = False) -> Sheet:
    """The page's sheet, for the caller to change.

    Pages of one blank form are alike whatever stands in their form fields, and each is asked for twice.
    """
    made = _made_sheet(page, tuple(widgets), tuple(taken), flow)
    return replace(
        made,
        segments=list(made.segments),
        frames=list(made.frames),
        ticks=list(made.ticks),
        underlines=list(made.underlines),
    )


@lru_cache(maxsize=_SHEETS_KEPT)
def _made_sheet(page: Page, widgets: tuple[Widget, ...], taken: tuple[BBox, ...], flow: bool) -> Sheet:
    sheet = Sheet(page.number, page.width, page.height, flow=flow)
    written = [piece for w in page.words if w.text.strip("\ufffc") for piece in _at_filler(w)]
    words, ticks = _take_ticks(_at_colons(written), page.number)
    sheet.ticks = ticks
    for box in page.boxes:
        if box.tick is not None and not any(_covers(other, box.box) for other in taken):
            sheet.ticks.append(
                Tick(page.number, box.box, box.tick == "on", box.tick != "unsure", "box", box.confidence)
            )
    sheet.ticks = _one_each([_crossed(t, words) for t in sheet.ticks])
    tick_boxes = [t.box for t in sheet.ticks]
    words = [w for w in words if not (len(w.text) <= 2 and any(_covers(b, w.box) for b in tick_boxes))]
    words = _dense_combs(words)
    verticals, horizontals = _lines(page, sheet)
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
            if not (w.origin == "page" and w.text in widget.value and _covers(widget.box, w.box))
        ]
        words += _widget_words(widget, page.number)
        sheet.frames.append(widget.box)
        left, top, right, bottom = widget.box
        verticals += [(left, top, bottom), (right, top, bottom)]
        horizontals += [(top, left, right), (bottom, left, right)]
    verticals.sort()
    horizontals.sort()
    sheet.segments = _segments(words, verticals, horizontals, page.number, sheet)
    return sheet


def _one_each(ticks: list[Tick]) -> list[Tick]:
    """A check mark set as a letter inside a drawn box is that box's mark, not a box of its own."""
    kept: list[Tick] = []
    for tick in sorted(ticks, key=lambda t: t.source == "text"):
        at = next((i for i, other in enumerate(kept) if _covers(other.box, tick.box)), None)
        if at is None or tick.source != "text":
            kept.append(tick)
        elif tick.on and not kept[at].on and kept[at].widget is None:
            kept[at] = replace(kept[at], on=True)
    return kept


def _crossed(tick: Tick, words: Sequence[Word]) -> Tick:
    """An empty drawn box over which somebody typed a cross is ticked."""
    if tick.on or not any(
        word.origin == "annotation" and word.text in _CROSSES and _covers(tick.box, word.box)
        for word in words
    ):
        return tick
    return replace(tick, on=True, source="text")


_Line = tuple[float, float, float]


def _lines(page: Page, sheet: Sheet) -> tuple[list[_Line], list[_Line]]:
    """(x, top, bottom) and (y, left, right) of everything that separates; frames on the way."""
    verticals: list[_Line] = []
    horizontals: list[_Line] = []
    area = page.width * page.height
    for ruling in page.rulings:
        left, top, right, bottom = ruling.box
        if ruling.horizontal:
            horizontals.append(((top + bottom) / 2, left, right))
            if right - left < 0.9 * page.width:
                sheet.underlines.append(ruling.box)
        else:
            verticals.append(((left + right) / 2, top, bottom))
    for box in page.boxes:
        if box.tick is not None or (box.filled and not sheet.flow and box.box[2] - box.box[0] < 5):
            continue
        left, top, right, bottom = box.box
        if (right - left) * (bottom - top) > 0.7 * area or right - left < 6 or bottom - top < 6:
            continue
        verticals += [(left, top, bottom), (right, top, bottom)]
        horizontals += [(top, left, right), (bottom, left, right)]
        sheet.frames.append(box.box)
    return verticals, horizontals


def _take_ticks(words: list[Word], page: int) -> tuple[list[Word], list[Tick]]:
    """Boxes to tick written with characters (☐ ☒ [x] ( )) become ticks and leave the words."""
    kept: list[Word] = []
    ticks: list[Tick] = []
    index = 0

    def tick(on: bool, box: BBox, word: Word, sure: bool = True) -> None:
        source = "ocr" if word.confidence is not None else "text"
        ticks.append(Tick(page, box, on, sure, source, word.confidence))

    while index < len(words):
        word = words[index]
        text = word.text
        spread = _bracketed(words, index)
        if spread:
            length, on = spread
            last = words[index + length - 1]
            tick(on, (word.box[0], word.box[1], last.box[2], last.box[3]), word)
            index += length
            continue
        index += 1
        match = re.match(r"^(?:[\[(]\s*([xX×✓✔]?)\s*[\])]|([☒☑✓✔✗✘■●⦿◉▣⊠☐□○◯⚪❏❑▢◻]))", text)
        if match and text[0] not in _ON | _OFF and not (text.startswith("(") and len(text) > 3):
            tick(bool(match[1]), _part(word, 0, match.end()), word)
        elif match and text[0] in _ON | _OFF:
            tick(text[0] in _ON, _part(word, 0, 1), word)
        else:
            tail = text[-1] if len(text) > 1 else ""
            if tail in _ON | _OFF:
                tick(tail in _ON, _part(word, len(text) - 1, len(text)), word)
                kept.append(replace(word, text=text[:-1], box=_part(word, 0, len(text) - 1)))
            else:
                kept.append(word)
            continue
        rest = text[match.end() :]
        if rest.strip():
            # Several glyphs glued together ("☐Non☒") are taken one by one.
            more, inner = _take_ticks(
                [replace(word, text=rest, box=_part(word, match.end(), len(text)))], page
            )
            kept += more
            ticks += inner
    return kept, ticks


def _at_filler(word: Word) -> list[Word]:
    """ "Nom:___Weis____" is words and lines to write on."""
    pieces: list[Word] = []
    position = 0
    for match in _FILLER.finditer(word.text):
        if match.start() > position:
            pieces.append(_slice(word, position, match.start()))
        pieces.append(_slice(word, match.start(), match.end()))
        position = match.end()
    if not pieces:
        return [word]
    if position < len(word.text):
        pieces.append(_slice(word, position, len(word.text)))
    return pieces


def _slice(word: Word, start: int, end: int) -> Word:
    return replace(word, text=word.text[start:end], box=_part(word, start, end))


def _at_colons(words: list[Word]) -> list[Word]:
    """ "Matricule:1893…" is two words; web addresses and times stay one."""
    result: list[Word] = []
    for word in words:
        match = re.match(r"([^\W\d][\w().'’°/-]*:)(?!//)(\S+)$", word.text)
        if match is None or word.text.lower().startswith(("mailto:", "http")):
            result.append(word)
            continue
        at = match.end(1)
        result.append(replace(word, text=match[1], box=_part(word, 0, at)))
        result.append(replace(word, text=match[2], box=_part(word, at, len(word.text))))
    return result


def _bracketed(words: list[Word], index: int) -> tuple[int, bool] | None:
    """ "[ ]" and "[ x ]" that white space broke into several words."""
    if words[index].text not in ("[", "("):
        return None
    texts = [w.text for w in words[index : index + 3]]
    if len(texts) >= 2 and texts[1] in ("]", ")"):
        return 2, False
    if len(texts) == 3 and texts[1] in ("x", "X", "✓", "✔", "×") and texts[2] in ("]", ")"):
        return 3, True
    return None


def _part(word: Word, start: int, end: int) -> BBox:
    left, top, right, bottom = word.box
    unit = (right - left) / max(1, len(word.text))
    return (left + start * unit, top, left + end * unit, bottom)


def _widget_words(widget: Widget, page: int) -> list[Word]:
    """A widget's value as words inside its box, line by line."""
    shown = next((label for export, label in widget.options if export == widget.value), widget.value)
    if widget.values and len(widget.values) > 1:
        shown = ", ".join(widget.values)
    box = widget.box
    if not shown.strip() or box is None:
        return []
    lines = [line for line in shown.splitlines() if line.strip()]
    left, top, right, bottom = box
    height = min((bottom - top) / len(lines), 14.0)
    start = (top + bottom - height * len(lines)) / 2
    words: list[Word] = []
    for number, line in enumerate(lines):
        unit = min((right - left - 2) / max(1, len(line)), height * 0.5)
        y = start + number * height
        for piece in re.finditer(r"\S+", line):
            x = left + 1 + piece.start() * unit
            words.append(
                Word(piece[0], page, (x, y, x + unit * len(piece[0]), y + height), size=10.0, origin="widget")
            )
    return words


def _dense_combs(words: list[Word]) -> list[Word]:
    """One character per box: runs of single characters at an even pitch become one word."""
    result: list[Word] = []
    index = 0
    ordered = words
    while index < len(ordered):
        run = _comb_run(ordered, index)
        if run >= 4:
            piece = ordered[index : index + run]
            first, last = piece[0], piece[-1]
            box = (first.box[0], min(w.box[1] for w in piece), last.box[2], max(w.box[3] for w in piece))
            lowest = [w.confidence for w in piece if w.confidence is not None]
            result.append(
                replace(
                    first,
                    text="".join(w.text for w in piece),
                    box=box,
                    confidence=min(lowest) if lowest else None,
                    handwritten=any(w.handwritten for w in piece),
                )
            )
            index += run
        else:
            result.append(ordered[index])
            index += 1
    return result


def _comb_run(words: list[Word], start: int) -> int:
    if len(words[start].text) != 1 or words[start].text in "-–•*:|":
        return 0
    length = 1
    pitch: float | None = None
    while start + length < len(words):
        before, here = words[start + length - 1], words[start + length]
        if len(here.text) != 1 or abs(_middle(here) - _middle(before)) > 3 or here.origin != before.origin:
            break
        step = (here.box[0] + here.box[2] - before.box[0] - before.box[2]) / 2
        if step <= 0 or step > 45:
            break
        if pitch is None:
            pitch = step
        else:
            times = step / pitch
            if not (0.7 <= times <= 1.35 or (1.6 <= times <= 3.4)):
                if 0.28 <= times < 0.7:
                    pitch = step
                else:
                    break
        length += 1
    return length


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _height(word: Word) -> float:
    return max(word.box[3] - word.box[1], 4.0)


def _segments(
    words: list[Word], verticals: list[_Line], horizontals: list[_Line], page: int, sheet: Sheet
) -> list[Segment]:
    lines: list[list[Word]] = []
    for word in sorted(words, key=_middle):
        nearest = None
        for number in range(len(lines) - 1, max(-1, len(lines) - 6), -1):
            # Against the next word of the line: lines of two columns may stand slightly apart.
            gap, beside = min(
                ((max(o.box[0] - word.box[2], word.box[0] - o.box[2]), o) for o in lines[number]),
                key=lambda found: found[0],
            )
            height = min(_height(word), _height(beside))
            if abs(_middle(word) - _middle(beside)) < 0.42 * height and (nearest is None or gap < nearest[0]):
                nearest = gap, number
        if nearest is None:
            lines.append([word])
        else:
            lines[nearest[1]].append(word)
    xs = [v[0] for v in verticals]
    segments: list[Segment] = []
    for line in lines:
        line.sort(key=lambda w: w.box[0])
        current: list[Word] = []
        for word in line:
            match = _FILLER.search(word.text)
            if match:
                bare = _FILLER.sub(" ", word.text).strip(" _")
                if not bare:
                    if current:
                        segments.append(_close(current, page, verticals, horizontals, filler=True))
                        current = []
                    sheet.underlines.append(word.box)
                    continue
                word = replace(word, text=bare)
            if current and _breaks(current[-1], word, verticals, xs, sheet.ticks):
                segments.append(_close(current, page, verticals, horizontals))
                current = []
            current.append(word)
        if current:
            segments.append(_close(current, page, verticals, horizontals))
    segments.sort(key=lambda s: (round((s.box[1] + s.box[3]) / 2 / 3), s.box[0]))
    return segments


def _breaks(before: Word, here: Word, verticals: list[_Line], xs: list[float], ticks: list[Tick]) -> bool:
    height = max(_height(before), _height(here))
    gap = here.box[0] - before.box[2]
    if gap > 1.25 * height or (before.origin != here.origin):
        return True
    if gap > 0.6 * height and (before.bold != here.bold or abs(before.size - here.size) > 0.6):
        return True  # a value set otherwise, close behind its label
    middle = (_middle(before) + _middle(here)) / 2
    lo, hi = before.box[2] - 1.5, here.box[0] + 1.5
    for index in range(bisect_left(xs, lo), len(xs)):
        if xs[index] > hi:
            break
        if verticals[index][1] - 1 <= middle <= verticals[index][2] + 1:
            return True
    return any(
        lo - 2 <= (t.box[0] + t.box[2]) / 2 <= hi + 2 and t.box[1] - 4 <= middle <= t.box[3] + 4
        for t in ticks
    )


def _close(
    words: list[Word], page: int, verticals: list[_Line], horizontals: list[_Line], filler: bool = False
) -> Segment:
    box = (
        words[0].box[0],
        min(w.box[1] for w in words),
        max(w.box[2] for w in words),
        max(w.box[3] for w in words),
    )
    text = " ".join(w.text for w in words)
    return Segment(page, tuple(words), box, text, _frame(box, verticals, horizontals), filler)


def _frame(box: BBox, verticals: list[_Line], horizontals: list[_Line]) -> BBox | None:
    """The nearest lines on all four sides, where they close."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    left = right = top = bottom = None
    for v, v0, v1 in verticals:
        if v0 - 1 <= y <= v1 + 1:
            if v <= box[0] + 2:
                left = v
            elif v >= box[2] - 2:
                right = v
                break
    if left is None or right is None:
        return None
    for h, h0, h1 in horizontals:
        if h0 - 1 <= x <= h1 + 1:
            if h <= y - 1:
                top = h
            elif h >= y + 1:
                bottom = h
                break
    if top is None or bottom is None:
        return None
    return (left, top, right, bottom)


def _covers(outer: BBox, inner: BBox) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - 1 <= x <= outer[2] + 1 and outer[1] - 1 <= y <= outer[3] + 1


def covers(outer: BBox, inner: BBox) -> bool:
    """True when the middle of `inner` lies in `outer`."""
    return _covers(outer, inner)


def union(boxes: Iterable[BBox]) -> BBox | None:
    """The smallest box around all, None for none."""
    every = list(boxes)
    if not every:
        return None
    return (
        min(b[0] for b in every),
        min(b[1] for b in every),
        max(b[2] for b in every),
        max(b[3] for b in every),
    )


def reading_text(reading: Reading) -> str:
    """All that the file says in reading order, values of its fields included; for search and comparison."""
    pieces: list[str] = []
    if reading.blocks and not reading.pages:
        pieces = [block.text.replace("\ufffc", "").strip() for block in reading.blocks]
    else:
        for page in reading.pages:
            last: Word | None = None
            line: list[str] = []
            for word in page.words:
                if last is not None and abs(_middle(word) - _middle(last)) > 0.6 * max(word.size, 6.0):
                    pieces.append(" ".join(line))
                    line = []
                line.append(word.text)
                last = word
            pieces.append(" ".join(line))
        pieces += [
            w.value for w in reading.widgets if w.value and w.kind not in ("checkbox", "radio", "signature")
        ]
    return "\n".join(piece for piece in pieces if piece)
