"""One sheet to one page of words: the order of the steps, in one place."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from parsers.blanks.book import Blank
from parsers.blanks.laid import Laid
from parsers.documents.reading import Box, Page, Picture, Word
from parsers.scans import ocr
from parsers.scans.accents import doubted_under_rules
from parsers.scans.bands import without_bands
from parsers.scans.blank_ticks import tick_marks
from parsers.scans.boxes import is_filled_like, is_tick_box, small_squares
from parsers.scans.by_picture import lay_by_picture
from parsers.scans.clean import cleaned
from parsers.scans.combs import Comb, combs
from parsers.scans.image import Gray, Mask, Sheet, as_gray, binary, parts_of
from parsers.scans.known_print import with_known_print
from parsers.scans.lines import (
    leaders,
    line_masks,
    pixels_of,
    points_of,
    rulings,
    with_known_rules,
    with_narrow_frames,
    with_open_sides,
    without_lines,
)
from parsers.scans.lost import lost_in_places
from parsers.scans.marked import marked
from parsers.scans.print_seen import without
from parsers.scans.quality import is_blank, legibility
from parsers.scans.read_marks import doubted_beside, without_read_marks
from parsers.scans.registration import lay_on_blank
from parsers.scans.rings import circles
from parsers.scans.second import Reread, reread
from parsers.scans.squeezed import squeezed
from parsers.scans.strikes import without_struck
from parsers.scans.ticked import Square, measured, with_marks_beside
from parsers.scans.upright import cut_out, is_on_its_head, quarter_turned, straightened, text_is_standing
from parsers.scans.words import assemble
from parsers.types import BBox, Problem

_GOOD = 0.72
"""Legibility from which no other way up is tried."""
_ILLEGIBLE = 0.45
_FIRST_SCALE = 0.75
"""Of 300 dpi, for the first reading: as exact as the whole, and a quarter faster."""


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is drawn on a page besides text, in pixels, and the page without it."""

    across: Mask
    down: Mask
    ticks: list[Square]
    combs: list[Comb]
    text_only: Gray


@dataclass(slots=True)
class PageResult:
    """A page with what the cleaned picture looks like, for those who look for ink (signatures)."""

    page: Page
    gray: Gray
    dpi: float
    problems: list[Problem] = field(default_factory=list)


def read_sheet(sheet: Sheet, deadline: float, blanks: Sequence[Blank] = ()) -> PageResult:
    """Words, boxes and lines of a page. `deadline` is on time.monotonic().

    A page of one of the `blanks` is laid on it.

    Raises OcrUnavailable.
    """
    upright = straight(sheet)
    ink = binary(upright.gray)
    if is_blank(ink):
        return PageResult(_empty(upright), upright.gray, upright.dpi)
    try:
        first = _right_way_up(upright, blanks, deadline)
        upright, furniture, tokens = first.sheet, first.furniture, first.tokens
        if first.legibility < _ILLEGIBLE:
            problem = Problem(code="illegible", message=f"Page {sheet.number} is too unclear to be read.")
            return PageResult(_empty(upright), upright.gray, upright.dpi, [problem])
        on_blank = first.on_blank or lay_on_blank(tokens, upright, blanks)
        if on_blank is not None:
            tokens = with_known_print(tokens, upright, *on_blank)
        second = _again(upright, furniture, tokens, on_blank, deadline)
    except ocr.OcrFailed as error:
        late = time.monotonic() >= deadline - 1
        problem = Problem(code="timeout" if late else "illegible", message=f"Page {sheet.number}: {error}")
        return PageResult(_empty(upright), upright.gray, upright.dpi, [problem])
    lines = rulings(furniture.across, furniture.down, upright)
    boxes = _boxes(furniture, upright)
    words, struck = without_struck(assemble(second, upright), lines, upright)
    words = doubted_under_rules(words, lines, upright)
    page = Page(
        number=upright.number,
        width=round(upright.width, 1),
        height=round(upright.height, 1),
        words=tuple(doubted_beside(without_read_marks(words, boxes), boxes)),
        struck=tuple(struck),
        rulings=lines,
        boxes=boxes,
        pictures=(_whole(upright),),
        laid=_compared(upright, furniture, [*words, *struck], *on_blank) if on_blank is not None else None,
    )
    return PageResult(page, upright.gray, upright.dpi)


def _compared(sheet: Sheet, furniture: Furniture, words: Sequence[Word], blank: Blank, laid: Laid) -> Laid:
    """With what the scan has and the blank lacks besides words: ticks, and ink that nobody read."""
    read = [pixels_of(word.box, sheet) for word in words]
    lost = lost_in_places(furniture.text_only, read, _places(sheet, blank, laid), sheet)
    return replace(
        laid,
        ticks=tick_marks(sheet, blank, laid, furniture.ticks),
        unread=tuple(laid.on_blank(points_of(box, sheet)) for box in lost),
    )


def straight(sheet: Sheet) -> Sheet:
    """Cut out, turned by quarters where its lines stand, deskewed, evenly lit, letters on their feet."""
    sheet = cut_out(sheet)
    light = cleaned(sheet)
    if text_is_standing(light.gray):
        light = quarter_turned(light, 1)
    level = straightened(light)
    return quarter_turned(level, 2) if is_on_its_head(level.gray) else level


def furniture_of(sheet: Sheet, rules: Sequence[BBox] = ()) -> Furniture:
    """Lines, boxes to tick and combs, and the page without them.

    `rules` are lines, in points, that are there for certain, worn as they may be.
    """
    ink = binary(sheet.gray)
    gray = without_bands(sheet.gray, ink, sheet)
    if gray is not sheet.gray:
        ink = binary(gray)
    squares = small_squares(ink, sheet)
    found = combs(ink, squares, sheet)
    in_comb = [c.box for c in found]
    across, down = line_masks(ink, sheet)
    across, down = with_narrow_frames(across, down, ink, sheet)
    down = with_open_sides(across, down, sheet)
    bare = as_gray(cv2.subtract(ink, cv2.dilate(cv2.bitwise_or(across, down), np.ones((5, 5), np.uint8))))
    parts = parts_of(bare)
    free = [s for s in squares if not any(_inside(s, box) for box in in_comb) and is_tick_box(ink, bare, s)]
    free += [
        s
        for s in squares
        if s not in free and not any(_inside(s, box) for box in in_comb) and is_filled_like(ink, s, free)
    ]
    free += [s for s in marked(ink, sheet, free, False) if not any(_inside(s, box) for box in in_comb)]
    rings = [c for c in circles(bare, parts, sheet) if not any(_inside(c, box) for box in (*in_comb, *free))]
    rings += [
        c for c in marked(bare, sheet, rings, True) if not any(_inside(c, b) for b in (*in_comb, *free))
    ]
    ticks = with_marks_beside(
        bare, [measured(ink, s, False) for s in free] + [measured(bare, c, True) for c in rings]
    )
    if rules:
        across, down = with_known_rules(across, down, rules, sheet)
    text = without_lines(gray, ink, across, down)
    text[leaders(bare, parts[1], sheet) > 0] = 255
    for tick in ticks:
        _blank(text, tick.box, max(3, (tick.box[2] - tick.box[0]) // 7))
        _erase_mark(text, ink, tick.box)
    for box in in_comb:
        _blank(text, box, 5)
    return Furniture(across, down, ticks, found, text)


def _inside(inner: tuple[int, int, int, int], outer: tuple[int, int, int, int]) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - 6 <= x <= outer[2] + 6 and outer[1] - 6 <= y <= outer[3] + 6


def _blank(gray: Gray, box: tuple[int, int, int, int], margin: int) -> None:
    left, top, right, bottom = box
    gray[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin] = 255


def _erase_mark(gray: Gray, ink: Mask, box: tuple[int, int, int, int]) -> None:
    """What reaches out of a box (a check's long arm) is no punctuation of the words beside it."""
    left, top, right, bottom = box
    room = (2 * (right - left)) // 3
    x, y = max(0, left - room), max(0, top - room)
    window = ink[y : bottom + room, x : right + room]
    _, labels = cv2.connectedComponents(window, connectivity=8)
    own = np.unique(labels[max(0, top - y - 2) : bottom - y + 2, max(0, left - x - 2) : right - x + 2])
    gray[y : bottom + room, x : right + room][np.isin(labels, own[own > 0])] = 255


@dataclass(frozen=True, slots=True)
class _First:
    """A first reading. `on_blank` where the sheet was laid on its blank before anything was read."""

    sheet: Sheet
    furniture: Furniture
    tokens: list[ocr.Token]
    legibility: float
    on_blank: tuple[Blank, Laid] | None = None


def _right_way_up(sheet: Sheet, blanks: Sequence[Blank], deadline: float) -> _First:
    """Read; when that gives little sense, read it upside down too and keep the better one."""
    best: _First | None = None
    for turns in (0, 2):
        candidate = quarter_turned(sheet, turns) if turns else sheet
        first = _read_once(candidate, blanks, deadline)
        if best is None or first.legibility > best.legibility:
            best = first
        if first.legibility >= _GOOD:
            break
    assert best is not None  # the loop runs
    return best


def _read_once(sheet: Sheet, blanks: Sequence[Blank], deadline: float) -> _First:
    """The first reading; of a sheet whose blank is known, of what the blank does not print."""
    known = lay_by_picture(sheet, blanks)
    if known is None:
        furniture = furniture_of(sheet)
        tokens = _first_tokens(furniture.text_only, sheet, deadline)
        return _First(sheet, furniture, tokens, legibility(tokens))
    furniture = furniture_of(sheet, known.rules)
    if known.blank.form.clauses:
        tokens = _first_tokens(furniture.text_only, sheet, deadline)
        return _First(sheet, furniture, tokens, 1.0, (known.blank, known.laid))
    rest = squeezed(without(furniture.text_only, known.print.tokens, sheet), sheet)
    read = [rest.on_page(t) for t in _first_tokens(rest.gray, sheet, deadline)] if rest is not None else []
    return _First(sheet, furniture, [*known.print.tokens, *read], 1.0, (known.blank, known.laid))


def _first_tokens(gray: Gray, sheet: Sheet, deadline: float) -> list[ocr.Token]:
    return ocr.read(
        gray,
        dpi=sheet.dpi,
        mode=ocr.SPARSE,
        seconds=deadline - time.monotonic(),
        only=("fra",),
        scale=_FIRST_SCALE,
    )


def _again(
    sheet: Sheet,
    furniture: Furniture,
    tokens: list[ocr.Token],
    on_blank: tuple[Blank, Laid] | None,
    deadline: float,
) -> Reread:
    lost = None
    if on_blank is not None and (places := _places(sheet, *on_blank)):
        lost = lost_in_places(furniture.text_only, [token.box for token in tokens], places, sheet)
    return reread(furniture.text_only, sheet.gray, tokens, furniture.combs, sheet, deadline, lost)


def _places(sheet: Sheet, blank: Blank, laid: Laid) -> list[tuple[int, int, int, int]]:
    """Where somebody writes, in pixels."""
    return [pixels_of(laid.on_scan(place), sheet) for place in blank.places(laid.page)]


def _boxes(furniture: Furniture, sheet: Sheet) -> tuple[Box, ...]:
    ticks = [
        Box(sheet.number, points_of(t.box, sheet), t.state == "on", t.state, t.confidence)
        for t in furniture.ticks
    ]
    cells = [Box(sheet.number, points_of(cell, sheet)) for comb in furniture.combs for cell in comb.cells]
    return tuple(ticks + frames(furniture.across, furniture.down, sheet) + cells)


def frames(across: Mask, down: Mask, sheet: Sheet) -> list[Box]:
    """Closed rectangles of ruling lines: frames to write in and the cells of tables."""
    grid = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))
    contours, hierarchy = cv2.findContours(grid, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if hierarchy is None:
        return []
    found = []
    for contour, links in zip(contours, hierarchy[0].tolist(), strict=True):
        if links[3] < 0:
            continue  # an outer outline; holes are what can be written in
        left, top, width, height = cv2.boundingRect(contour)
        if width < sheet.px(12) or height < sheet.px(8):
            continue
        if cv2.contourArea(contour) < 0.85 * width * height:
            continue
        found.append(Box(sheet.number, points_of((left, top, left + width, top + height), sheet)))
    return found


def _whole(sheet: Sheet) -> Picture:
    """The page is one picture; readers of signatures tell a scan by it."""
    height, width = sheet.gray.shape
    box = (0.0, 0.0, round(sheet.width, 1), round(sheet.height, 1))
    return Picture(sheet.number, box, (width, height), hashlib.sha256(sheet.gray.tobytes()).hexdigest())


def _empty(sheet: Sheet) -> Page:
    return Page(number=sheet.number, width=round(sheet.width, 1), height=round(sheet.height, 1))
