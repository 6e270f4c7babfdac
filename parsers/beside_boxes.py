"""Which words of a page belong to which box to tick.

Words stand behind their box or before it, a row's last words may go on in the next line, and in a grid the
answers head the columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from parsers.layout.sheet import Segment, Sheet, Tick, covers
from parsers.printed.frames import is_cell
from parsers.printed.neighbours import is_other_label
from parsers.types import BBox

_SAME_ROW = 3.0
_APART, _COLUMN, _HEAD_REACH, _SPARE, _EDGE = 45.0, 12.0, 260.0, 10.0, 3.0
"""Points between two things of one question in a row; from a box to the middle of its column's head; up to
that head; of a line that stay empty though another word had no room; between left edges of one column."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A box to tick and its words, of which those next to it come first; `text` is all of them as read."""

    tick: Tick
    segments: tuple[Segment, ...]
    text: str

    @property
    def segment(self) -> Segment:
        return self.segments[0]


def paired(sheet: Sheet, labels: Mapping[int, str] = MappingProxyType({})) -> list[Pair]:
    """Each box with its words: those behind it, or before it where lines end with boxes.

    `labels`: the ids of segments that ask a question, and the field that is asked for.
    """
    pairs: list[Pair] = []
    broken = {id(pair.tick): pair for pair in _broken_over_lines(sheet, labels)}
    for tick in sheet.ticks:
        if id(tick) in broken:
            pairs.append(broken[id(tick)])
            continue
        middle = (tick.box[1] + tick.box[3]) / 2
        row = _level_with(middle, sheet)
        row_ticks = [t for t in sheet.ticks if abs((t.box[1] + t.box[3]) / 2 - middle) < 6]
        row = _without_next_question(row_ticks, row, labels)
        right = min((s for s in row if s.box[0] >= tick.box[2] - 3), key=lambda s: s.box[0], default=None)
        left = max((s for s in row if s.box[2] <= tick.box[0] + 3), key=lambda s: s.box[2], default=None)
        next_tick = min((t.box[0] for t in row_ticks if t.box[0] > tick.box[2]), default=1e9)
        last_tick = max((t.box[2] for t in row_ticks if t.box[2] < tick.box[0]), default=-1e9)
        if len(row_ticks) == len(row) == 1 and right is not None and right.box[0] - tick.box[2] < _HEAD_REACH:
            pass  # nothing else in the row: they are each other's
        elif right is not None and (right.box[0] > next_tick or right.box[0] - tick.box[2] > 40):
            right = None
        if left is not None and (left.box[2] < last_tick or tick.box[0] - left.box[2] > 60):
            left = None
        wrapped = _wrapped(tick, row_ticks, row, sheet) if len(row_ticks) > 1 else None
        after = _boxes_after_words(row_ticks, row, wrapped)
        if right is None and not after and len(row_ticks) > 1:
            right = wrapped
            left = None  # the other boxes stand before their words: those before this one are another's
        chosen = (left or right) if after else (right or left)
        if chosen is not None:
            unclear = left is not None and right is not None and not sheet.flow and _midway(row_ticks, row)
            pairs.append(Pair(replace(tick, sure=False) if unclear else tick, (chosen,), chosen.text))
        elif len(row_ticks) > 1 and (head := _column_head(tick, row_ticks, sheet)) is not None:
            pairs.append(Pair(tick, (head,), head.text))
    return pairs


def _without_next_question(
    ticks: Sequence[Tick], row: list[Segment], labels: Mapping[int, str]
) -> list[Segment]:
    """The row without the label or cell behind its last box, where that stands closer to the words before."""
    last = max(ticks, key=lambda t: t.box[2])
    behind = min((s for s in row if s.box[0] >= last.box[2] - 3), key=lambda s: s.box[0], default=None)
    before = max((s for s in row if s.box[2] <= last.box[0] + 3), key=lambda s: s.box[2], default=None)
    if behind is None or before is None:
        return row
    cell = before.frame
    apart = cell is not None and covers(cell, last.box) and not covers(cell, behind.box)
    if not (apart or id(behind) in labels) or _gap_behind(last, row) <= 2 * _gap_before(last, row):
        return row
    return [s for s in row if s.box[0] < behind.box[0]]


def _column_head(tick: Tick, row_ticks: Sequence[Tick], sheet: Sheet) -> Segment | None:
    """What heads the column of a box without words of its own ("Oui | Non" above a grid)."""
    heads = [_head_of(t, sheet) for t in row_ticks]
    own = _head_of(tick, sheet)
    level = own is not None and all(h is not None and abs(_mid(h) - _mid(own)) < _SAME_ROW for h in heads)
    return own if level and len({id(h) for h in heads}) == len(row_ticks) else None


def _head_of(tick: Tick, sheet: Sheet) -> Segment | None:
    middle = (tick.box[0] + tick.box[2]) / 2
    over = [
        s for s in sheet.segments
        if len(s.words) <= 4 and 0 < tick.box[1] + 2 - s.box[3] < _HEAD_REACH
        and abs((s.box[0] + s.box[2]) / 2 - middle) < _COLUMN
    ]  # fmt: skip
    return max(over, key=lambda s: s.box[3], default=None)


_Item = Tick | Segment


def _broken_over_lines(sheet: Sheet, labels: Mapping[int, str]) -> list[Pair]:
    """The boxes of questions whose answers are broken over the lines of a cell or a column.

    Read on from line to line: where a question begins with a box, its words follow the boxes, where it ends
    with one, they precede them.
    """
    pairs: list[Pair] = []
    for lines in _blocks(sheet, labels) if not sheet.flow else ():
        if len(lines) < 2 or sum(isinstance(i, Tick) for line in lines for i in line) < 2:
            continue
        items = [item for line in lines for item in line]
        after = isinstance(items[0], Segment) and isinstance(items[-1], Tick)
        if (
            not after
            and len(lines[0]) > 2
            and isinstance(lines[0][0], Segment)
            and isinstance(lines[0][-1], Tick)
        ):
            continue  # a row of words, each with its box behind it: what follows is something else
        first = items[0]
        if after and isinstance(first, Segment) and is_other_label(first):
            answer = _behind_colon(first)
            if answer is None:
                continue
            items[0] = answer
        starts = [isinstance(line[0], Segment) for line in lines[1:]]
        ends = [isinstance(line[-1], Segment) for line in lines[:-1]]
        if not any(ends if after else starts):
            continue
        pairs += _in_order(items[::-1] if after else items, after)
    return pairs


def _behind_colon(segment: Segment) -> Segment | None:
    """The answer that stands behind its question in one piece ("Statut : Personne morale")."""
    colon = max((n for n, w in enumerate(segment.words) if w.text.endswith(":")), default=-1)
    words = segment.words[colon + 1 :]
    if colon < 0 or not words:
        return None
    box = (words[0].box[0], segment.box[1], words[-1].box[2], segment.box[3])
    return replace(segment, words=words, box=box, text=" ".join(w.text for w in words))


def _in_order(items: Sequence[_Item], backwards: bool) -> list[Pair]:
    """Each box with the words up to the next one; nothing where a box has none."""
    found: list[tuple[Tick, list[Segment]]] = []
    for item in items:
        if isinstance(item, Tick):
            found.append((item, []))
        elif found:
            found[-1][1].append(item)
    if not all(words for _, words in found):
        return []
    return [
        Pair(tick, tuple(words), " ".join(s.text for s in (reversed(words) if backwards else words)))
        for tick, words in found
    ]


def _blocks(sheet: Sheet, labels: Mapping[int, str]) -> list[list[list[_Item]]]:
    """The lines with boxes to tick, and those between and behind them, by their cell or column."""
    blocks: list[list[list[_Item]]] = []
    seen: set[int] = set()
    for tick in sorted(sheet.ticks, key=lambda t: (t.box[1], t.box[0])):
        if id(tick) in seen:
            continue
        cell = next(
            (s.frame for s in _level_with(_mid(tick), sheet) if s.frame and covers(s.frame, tick.box)), None
        )
        lines = (
            _in_cell(cell, sheet)
            if cell is not None and is_cell(cell, sheet)
            else _in_column(tick, cell, sheet, labels)
        )
        seen |= {id(item) for line in lines for item in line}
        blocks.append(lines)
    return blocks


def _in_cell(cell: BBox, sheet: Sheet) -> list[list[_Item]]:
    items: list[_Item] = [t for t in sheet.ticks if covers(cell, t.box)]
    lines = _lined([*items, *(s for s in sheet.segments if s.frame == cell)])
    after = isinstance(lines[0][0], Segment) and isinstance(lines[-1][-1], Tick)
    whole = next(
        (
            n
            for n in range(1, len(lines))
            if not (
                _goes_on(lines[n - 1], lines[n], cell[2]) or (after and isinstance(lines[n - 1][-1], Tick))
            )
        ),
        len(lines),
    )
    return lines[:whole]


def _goes_on(line: list[_Item], following: list[_Item], margin: float) -> bool:
    """True where a line begins with a box, or with a word for which the one before had no room."""
    first = following[0]
    if isinstance(first, Tick):
        return True
    word = first.words[0].box
    return line[-1].box[2] + (word[2] - word[0]) + _SPARE > margin


def _in_column(tick: Tick, around: BBox | None, sheet: Sheet, labels: Mapping[int, str]) -> list[list[_Item]]:
    """From a box's line down, while lines follow closely that begin where the first one or its label does."""
    height = max(tick.box[3] - tick.box[1], 8.0)
    items: list[_Item] = [*sheet.ticks, *(s for s in sheet.segments if s.frame == around)]
    rows = _lined([i for i in items if _mid(i) > _mid(tick) - 0.5 * height])
    rows = rows[next(n for n, row in enumerate(rows) if any(i is tick for i in row)) :]
    margin = around[2] if around else max((s.box[2] for s in sheet.segments if s.frame is None), default=0.0)
    begin = _begin(rows[0], tick, labels)
    left = rows[0][begin].box[0]
    indents = [i.box[0] for i in rows[0][max(begin - 1, 0) : begin + 2]]
    asked = {labels.get(id(i)) for i in rows[0][:begin]}
    lines = [_together(rows[0][begin:])]
    for row in rows[1:]:
        aligned = [n for n, i in enumerate(row) if abs(i.box[0] - left) < _EDGE]
        line = _together(row[aligned[0] :] if aligned else row)
        first = line[0]
        near = _mid(first) - _mid(lines[-1][0]) < 1.9 * height
        if not near or not any(abs(first.box[0] - x) < _EDGE for x in indents):
            break
        beside = row[: (aligned[0] if aligned else 0) + 1]
        if any(_asks(i, labels) and labels.get(id(i)) not in asked for i in beside):
            break  # the next question's
        if id(first) in labels:
            continue  # more of the question itself, beside its answers
        if not _goes_on(lines[-1], line, margin):
            break
        lines.append(line)
    return lines


def _asks(item: _Item, labels: Mapping[int, str]) -> bool:
    if not isinstance(item, Segment) or _behind_colon(item) is not None:
        return False
    return id(item) in labels or is_other_label(item)


def _begin(row: list[_Item], tick: Tick, labels: Mapping[int, str]) -> int:
    """Where in a box's row the question's answers begin: behind its label and what stands further left."""
    begin = next(n for n, item in enumerate(row) if item is tick)
    while begin:
        before = row[begin - 1]
        if _asks(before, labels) or row[begin].box[0] - before.box[2] > _APART:
            break
        begin -= 1
    return begin


def _together(row: list[_Item]) -> list[_Item]:
    """A row up to where another column's begins."""
    for number in range(1, len(row)):
        if row[number].box[0] - row[number - 1].box[2] > _APART:
            return row[:number]
    return row


def _lined(items: Sequence[_Item]) -> list[list[_Item]]:
    lines: list[list[_Item]] = []
    for item in sorted(items, key=_mid):
        if lines and _mid(item) - _mid(lines[-1][-1]) < 4:
            lines[-1].append(item)
        else:
            lines.append([item])
    return [sorted(line, key=lambda i: i.box[0]) for line in lines]


def _mid(item: _Item) -> float:
    return (item.box[1] + item.box[3]) / 2


def _level_with(middle: float, sheet: Sheet) -> list[Segment]:
    """The words in a box's row; of lines set close the one that is nearest."""
    near = [s for s in sheet.segments if s.box[1] - 4 <= middle <= s.box[3] + 4]
    off = {id(s): abs((s.box[1] + s.box[3]) / 2 - middle) for s in near}
    nearest = min(off.values(), default=0.0)
    return [s for s in near if off[id(s)] <= nearest + _SAME_ROW]


def _boxes_after_words(ticks: list[Tick], row: list[Segment], wrapped: Segment | None) -> bool:
    """True when the row's last box has nothing behind it, so that boxes follow their words; not where the
    other boxes stand closer to the words behind them: then the last one's words are on the next line."""
    last = max(t.box[2] for t in ticks)
    if len(ticks) > 1 and all(2 * _gap_before(t, row) < _gap_behind(t, row) for t in ticks):
        return True  # each stands close to the words before: the last choice's box is on the next line
    if any(s.box[0] >= last - 3 and s.box[0] - last < 40 for s in row):
        return False
    others = [t for t in ticks if t.box[2] < last - 1]
    return not others or wrapped is None or not all(_gap_behind(t, row) < _gap_before(t, row) for t in others)


def _midway(ticks: list[Tick], row: list[Segment]) -> bool:
    """True in a row that ends with a box, where another box stands midway between two words."""
    last = max(ticks, key=lambda t: t.box[2])
    if _gap_behind(last, row) < 40:
        return False
    gaps = [(_gap_behind(t, row), _gap_before(t, row)) for t in ticks if t is not last]
    return any(0.5 < max(behind, 0.1) / max(before, 0.1) < 2 for behind, before in gaps)


def _gap_behind(tick: Tick, row: list[Segment]) -> float:
    return min((s.box[0] - tick.box[2] for s in row if s.box[0] >= tick.box[2] - 3), default=1e9)


def _gap_before(tick: Tick, row: list[Segment]) -> float:
    return min((tick.box[0] - s.box[2] for s in row if s.box[2] <= tick.box[0] + 3), default=1e9)


def _wrapped(tick: Tick, ticks: list[Tick], row: list[Segment], sheet: Sheet) -> Segment | None:
    """The words of a row's last box, where they begin the next line."""
    lefts = [min(t.box[0] for t in ticks), min(s.box[0] for s in row)] if row else [tick.box[0]]
    bottom = max([s.box[3] for s in row], default=tick.box[3])
    height = tick.box[3] - tick.box[1]
    below = [s for s in sheet.segments if -3 <= s.box[1] - bottom < 0.8 * height]
    for left in lefts:
        under = [s for s in below if abs(s.box[0] - left) < 8]
        if under:
            return under[0] if len(under) == 1 else None
    return None
