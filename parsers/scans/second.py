"""A second, independent reading of what was read once: agreement is what makes a reading trustworthy.

Each piece (a run of words on one line, a comb pushed together) is read at another scale, and as a line of
its own: in a stack of all of them thin or small letters are fitted to the lines above and below. Which line
of the stack of short pieces belongs to which is known from its height.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from parsers.scans import ocr
from parsers.scans.agree import agreed
from parsers.scans.combs import Comb, strip
from parsers.scans.first_reading import mended
from parsers.scans.image import Gray, Sheet, as_gray, resized, same_line
from parsers.scans.left_over import unread
from parsers.scans.printed import confirmed, is_sentence, needs_no_second
from parsers.scans.spelled import EMAIL, NUMBER, spelled

_LETTER_HEIGHT = 48
"""Pixels: the height of a run's box (ascender to descender) in its piece."""
_GAP, _RIM = 34, 10
"""Pixels of paper between pieces in a stack, and around a lone one."""
_SHORT, _COMPANY = 4, 4
"""Of its height, the width below which a piece is short; longer ones in a stack that lend their size."""
_WIDEST_GAP = 1.1
"""Of the letters' height: a value on a dotted line stands little further from its label."""
_BESIDE_DASH, _DASH, _DASHES = 1.5, 0.6, ("-", "–", "—")
_TELLS_PITCH, _TYPEWRITTEN, _ONE_SPACE = 4, 0.75, 1.5
"""Letters of a word that tell how wide they are set; of their height, the width from which this is a
typewriter's face; of that width, the widest single space."""
_MOST_SPELLED = 16
"""On a page that bad, spelling does not help and takes long."""
_CLEAR = 0.86
_SHORTEST = 4
"""Letters of a word worth spelling; page numbers and numbering are shorter."""
_NO_SPACE = 0.6
"""Of the height of letters: around an @ Tesseract's boxes leave more room than there is."""
_DARK = 140
_FEET, _LONG, _FLAT = 0.6, 0.3, 0.14
"""Of the height of letters: where their feet are, an underscore's least length and its most thickness."""
_LATE = 0.8
_JOINS = frozenset("._-")
"""What no word but a part of an address ends with, right before more of it."""
_UNHEARD = 0.44
"""Of an underscore that one reading alone has: others must confirm it."""
_NUMBERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-/ "
_SMALL = re.compile(r"(?=([a-z]{2}))")
_LANGUAGES = ("deu",)
"""Another mixture than the first reading's, so that the two err differently."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words of one line, and what the second reading makes of them."""

    tokens: tuple[ocr.Token, ...]
    again: tuple[ocr.Token, ...]
    third: tuple[ocr.Token, ...] = ()
    """Read where the first two disagree."""
    spelled: Mapping[int, tuple[str, float]] = field(default_factory=dict)
    """Words by their index: read letter by letter (`spelled.py`), with how sure that is."""
    once: bool = False
    """True where one reading is enough (`printed.py`)."""

    @property
    def box(self) -> tuple[int, int, int, int]:
        return bounds(self.tokens)


@dataclass(frozen=True, slots=True)
class CombReading:
    """The characters of a comb; `filled` are the cells that hold one."""

    comb: Comb
    filled: tuple[int, ...]
    tokens: tuple[ocr.Token, ...]
    again: tuple[ocr.Token, ...]


@dataclass(frozen=True, slots=True)
class Reread:
    runs: list[Run]
    combs: list[CombReading]


def bounds(tokens: Sequence[ocr.Token]) -> tuple[int, int, int, int]:
    return (min(t.box[0] for t in tokens), min(t.box[1] for t in tokens),
            max(t.box[2] for t in tokens), max(t.box[3] for t in tokens))  # fmt: skip


def runs(tokens: Sequence[ocr.Token]) -> list[list[ocr.Token]]:
    """Tokens grouped to runs: one line, no gap much wider than letters are high, nothing after a colon."""
    found: list[list[ocr.Token]] = []
    for token in sorted(tokens, key=lambda t: (t.box[0], t.box[1])):
        height = token.box[3] - token.box[1]
        fits = [
            run for run in found
            if same_line(bounds(run) if token.text == ":" else run[-1].box, token.box)
            and not _ends_label(run[-1])
            and (run[-1].printed, run[-1].place) == (token.printed, token.place)
            and -0.5 * height
            <= token.box[0] - run[-1].box[2]
            <= _widest_gap(run[-1], token) * max(height, *(word.box[3] - word.box[1] for word in run[-2:]))
        ]  # fmt: skip
        if fits:
            max(fits, key=lambda run: run[-1].box[2]).append(token)
        else:
            found.append([token])
    return sorted(found, key=lambda run: (bounds(run)[1], bounds(run)[0]))


def _ends_label(token: ocr.Token) -> bool:
    return token.text == ":" or (token.text.endswith(":") and token.confidence >= _CLEAR)


def _widest_gap(last: ocr.Token, token: ocr.Token) -> float:
    """Of the letters' height; a dash of a typewriter's face stands far from both its neighbours.

    So do its words: its spaces are as wide as its letters, and these are wide.
    """
    for dash, word in ((last, token), (token, last)):
        short = dash.box[2] - dash.box[0] <= _DASH * (word.box[3] - word.box[1])
        if dash.text in _DASHES and short:
            return _BESIDE_DASH
    pitches = [
        (word.box[2] - word.box[0]) / len(word.text) / max(1, word.box[3] - word.box[1])
        for word in (last, token)
        if len(word.text) >= _TELLS_PITCH
    ]
    pitch = min(pitches, default=0.0)
    return max(_WIDEST_GAP, _ONE_SPACE * pitch) if pitch >= _TYPEWRITTEN else _WIDEST_GAP


def _underscored(run: list[ocr.Token], gray: Gray) -> list[ocr.Token]:
    """Tesseract takes the underscore of an e-mail address for a space: the stroke is looked for."""
    if not any("@" in token.text for token in run):
        return run
    joined, strokes = run[:1], _strokes(run, gray)
    for token in run[1:]:
        last = joined[-1]
        if _touching(last, token):
            sure = min(last.confidence, token.confidence)
            joined[-1] = ocr.Token(last.text + token.text, bounds((last, token)), sure, last.line)
        elif (last.text[-1:] + token.text[:1]).isalnum() and _stroke_between(last, token, strokes):
            sure = min(last.confidence, token.confidence)
            joined[-1] = ocr.Token(f"{last.text}_{token.text}", bounds((last, token)), sure, last.line)
        else:
            joined.append(token)
    return joined


def one_address(run: list[ocr.Token], again: Sequence[ocr.Token]) -> list[ocr.Token]:
    """The words that the second reading takes for one e-mail address, as it has them."""
    address = next((token.text for token in again if "@" in token.text), "")
    for start in range(len(run) - 1):
        whole = "".join(token.text for token in run[start:])
        if whole == address and all(token.text[-1:] in _JOINS for token in run[start:-1]):
            part = run[start:]
            sure = min(token.confidence for token in part)
            return [*run[:start], ocr.Token(address, bounds(part), sure, part[0].line)]
        if "_" in address and whole.replace("_", "") == address.replace("_", ""):
            part = run[start:]
            return [*run[:start], ocr.Token(address, bounds(part), _UNHEARD, part[0].line)]
    return run


def _touching(last: ocr.Token, token: ocr.Token) -> bool:
    """An @ with no room for a space between it and its neighbour."""
    at = last.text.endswith("@") or token.text.startswith("@")
    height = max(last.box[3] - last.box[1], token.box[3] - token.box[1])
    return at and token.box[0] - last.box[2] < _NO_SPACE * height


def _strokes(run: Sequence[ocr.Token], gray: Gray) -> list[float]:
    """The middles of the flat strokes below the feet of a line's letters, from left to right in pixels."""
    left, top, right, bottom = bounds(run)
    height, feet = bottom - top, top + round(_FEET * (bottom - top))
    ink = (gray[feet : bottom + height // 4, left:right] < _DARK).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return [
        left + x + width / 2
        for x, y, width, tall, _ in stats[1:].tolist()
        if _LONG * height <= width <= height and tall <= max(4, _FLAT * height) and 5 * tall <= 2 * width
        and y > 0  # what begins above is a letter's foot
    ]  # fmt: skip


def _stroke_between(last: ocr.Token, token: ocr.Token, strokes: Sequence[float]) -> bool:
    """True for two words near each other with a stroke about there: Tesseract's boxes are a little off."""
    height = max(last.box[3], token.box[3]) - min(last.box[1], token.box[1])
    middle = (last.box[2] + token.box[0]) / 2
    return token.box[0] - last.box[2] <= height and any(abs(at - middle) <= height for at in strokes)


def reread(
    text_only: Gray, gray: Gray, tokens: Sequence[ocr.Token], found: Sequence[Comb], sheet: Sheet,
    deadline: float, lost_values: Sequence[tuple[int, int, int, int]] | None = None,
) -> Reread:  # fmt: skip
    """Read every run and comb again, and what was lost: `lost_values` where it is known where values stand.

    Raises OcrFailed when time is over.
    """
    tokens = mended(tokens, text_only)
    if lost_values is None:
        tokens, lost = unread(text_only, tokens, sheet)
    else:
        lost = list(lost_values)
    groups = [_underscored(group, text_only) for group in runs(tokens)]
    known = [Run(tuple(group), (), once=True) for group in groups if needs_no_second(group)]
    groups = [group for group in groups if not needs_no_second(group)]
    pieces = [_crop(text_only, bounds(group)) for group in groups]
    pieces += [_crop(text_only, box) for box in lost]
    first_comb = len(pieces)
    strips: list[tuple[Comb, list[int]]] = []
    for comb in found:
        piece, filled = strip(gray, comb, sheet)
        if piece is not None:
            strips.append((comb, filled))
            pieces.append(_at_height(piece, _LETTER_HEIGHT + 30))
    if not pieces:
        return Reread(known, [])
    again = _read_pieces(pieces, deadline, _LANGUAGES)
    once = _read_pieces(pieces[first_comb:], deadline, ("eng",), scale=0.75) if strips else []
    done = [Run(tuple(one_address(group, again[i])), tuple(again[i])) for i, group in enumerate(groups)]
    for i, box in enumerate(lost, start=len(groups)):
        found_late = _laid_along(again[i], box)
        # Only what is plainly one word counts, or stands where values do: other leftovers are specks and
        # strokes of a pen.
        counts = len(found_late) == 1 or lost_values is not None
        done.append(Run(tuple(found_late) if counts else (), ()))
    open_ones = [i for i, run in enumerate(done) if not (is_sentence(run.tokens) or _settled(run))]
    for numbers in (True, False):
        chosen = [i for i in open_ones if _numeric(done[i]) is numbers]
        if chosen:
            third = _read_pieces(
                [pieces[i] for i in chosen], deadline, ("eng",), 0.8, _NUMBERS if numbers else ""
            )
            for i, line in zip(chosen, third, strict=True):
                done[i] = replace(done[i], third=tuple(line))
    _spell(done, text_only, deadline)
    return Reread(
        known + done,
        [
            CombReading(comb, tuple(filled), tuple(once[i]), tuple(again[first_comb + i]))
            for i, (comb, filled) in enumerate(strips)
        ],
    )


def _laid_along(line: Sequence[ocr.Token], box: tuple[int, int, int, int]) -> list[ocr.Token]:
    """The words of a line in a box that is known as a whole, one after the other."""
    total = sum(len(t.text) for t in line) + len(line) - 1
    at, found = 0, []
    for token in line:
        left, right = (box[0] + round((box[2] - box[0]) * n / total) for n in (at, at + len(token.text)))
        place = (left, box[1], right, box[3])
        found.append(replace(token, box=place, confidence=min(token.confidence, _LATE)))
        at += len(token.text) + 1
    return found


def _spell(done: list[Run], gray: Gray, deadline: float) -> None:
    """Numbers and addresses on which the readings differ, or of which the first is unsure."""

    def read(
        pieces: Sequence[Gray], languages: tuple[str, ...], scale: float, characters: str
    ) -> list[list[ocr.Token]]:
        return _read_pieces(pieces, deadline, languages, scale, characters)

    for address in (False, True):
        chosen = [
            (i, k)
            for i, run in enumerate(done)
            if not is_sentence(run.tokens)
            for k in _doubtful(run)
            if _is_address(run, k) is address
        ]
        if not chosen or len(chosen) > _MOST_SPELLED:
            continue
        pieces = [_crop(gray, done[i].tokens[k].box) for i, k in chosen]
        for (i, k), answer in zip(chosen, spelled(pieces, EMAIL if address else NUMBER, read), strict=True):
            if answer is not None:
                done[i] = replace(done[i], spelled={**done[i].spelled, k: answer})


def _is_address(run: Run, index: int) -> bool:
    lone = len(run.tokens) == 1
    return "@" in run.tokens[index].text or (lone and any("@" in t.text for t in run.again))


def _doubtful(run: Run) -> list[int]:
    """Indices of words with digits or @ that are not read alike, or not surely."""
    answers = agreed([t.text for t in run.tokens], [t.text for t in run.again])
    rest = "".join(t.text for t in (*run.again, *run.third))
    lone = len(run.tokens) == 1 and any(c.isdigit() or c == "@" for c in rest)
    return [
        k
        for k, (token, answer) in enumerate(zip(run.tokens, answers, strict=True))
        if (not answer.same or token.confidence < _CLEAR)
        and (lone or any(c.isdigit() or c == "@" for c in token.text))
        and ("@" in token.text or not said_in_small((token,), run.again))
        and (len(token.text) >= _SHORTEST or lone)
    ]


def _settled(run: Run) -> bool:
    """Both readings say the same, or nothing of interest is in it."""
    answers = agreed([t.text for t in run.tokens], [t.text for t in run.again])
    return all(  # also where there is none
        answer.same or confirmed(token) or (len(answer.text) < 2 and not answer.text.isalnum())
        for token, answer in zip(run.tokens, answers, strict=True)
    )


def _numeric(run: Run) -> bool:
    """Mostly digits: then nothing but digits, capitals and their separators is allowed in it."""
    text = "".join(t.text for t in (*run.tokens, *run.again))
    digits, told = sum(c.isdigit() for c in text), sum(c.isalnum() for c in text)
    return 2 * digits > told and not any(_SMALL.search(t.text) for t in (*run.tokens, *run.again))


def said_in_small(tokens: Sequence[ocr.Token], again: Sequence[ocr.Token]) -> bool:
    """True where both readings have the same small letters side by side, as in « 3.4.8-rc1 ».

    A lone one may be a digit; numbers are spelled without any.
    """
    other = "".join(t.text for t in again)
    return any(pair in other for t in tokens for pair in _SMALL.findall(t.text))


def _crop(gray: Gray, box: tuple[int, int, int, int]) -> Gray:
    left, top, right, bottom = box
    margin = max(3, (bottom - top) // 6)
    piece = gray[max(0, top - margin) : bottom + margin, max(0, left - 6) : right + 6]
    factor = min(2.0, max(0.6, _LETTER_HEIGHT / max(8, bottom - top)))
    return resized(piece, round(piece.shape[1] * factor), round(piece.shape[0] * factor))


def _at_height(piece: Gray, height: int) -> Gray:
    return resized(piece, round(piece.shape[1] * height / piece.shape[0]), height)


def _read_pieces(
    pieces: Sequence[Gray], deadline: float, languages: tuple[str, ...], scale: float = 1.0,
    characters: str = "",
) -> list[list[ocr.Token]]:  # fmt: skip
    """The words of each piece: long ones line by line, short ones, whose size tells little, in a stack."""

    def read(picture: Gray, mode: int) -> list[ocr.Token]:
        return ocr.read(
            picture, dpi=300, mode=mode, seconds=deadline - time.monotonic(), only=languages,
            characters=characters,
        )  # fmt: skip

    if scale != 1.0:
        pieces = [resized(p, round(p.shape[1] * scale), round(p.shape[0] * scale)) for p in pieces]
    found: list[list[ocr.Token]] = [[] for _ in pieces]
    narrow = sorted(range(len(pieces)), key=lambda i: pieces[i].shape[1] / pieces[i].shape[0])
    short = [i for i in narrow if pieces[i].shape[1] < _SHORT * pieces[i].shape[0]]
    if short:
        shown = narrow[: len(short) + _COMPANY]
        picture, spans = _stacked([pieces[i] for i in shown])
        for token in read(picture, ocr.BLOCK):
            middle = (token.box[1] + token.box[3]) / 2
            at = next(
                (i for i, (top, bottom) in zip(shown, spans, strict=True) if top <= middle < bottom), -1
            )
            if at in short:
                found[at].append(token)
    for i, piece in enumerate(pieces):
        if not found[i]:
            framed = cv2.copyMakeBorder(piece, _RIM, _RIM, _RIM, _RIM, cv2.BORDER_CONSTANT, value=[255])
            found[i] = read(as_gray(framed), ocr.LINE)
    return [sorted(line, key=lambda t: t.box[0]) for line in found]


def _stacked(pieces: Sequence[Gray]) -> tuple[Gray, list[tuple[int, int]]]:
    """The pieces below each other, and between which heights each of them stands."""
    width = max(piece.shape[1] for piece in pieces) + 80
    rows, spans, y = [as_gray(np.full((_GAP, width), 255))], [], _GAP
    for piece in pieces:
        height, room = piece.shape[0], width - 40 - piece.shape[1]
        rows.append(as_gray(cv2.copyMakeBorder(piece, 0, _GAP, 40, room, cv2.BORDER_CONSTANT, value=[255])))
        spans.append((y - _GAP // 2, y + height + _GAP // 2))
        y += height + _GAP
    return as_gray(np.vstack(rows)), spans
